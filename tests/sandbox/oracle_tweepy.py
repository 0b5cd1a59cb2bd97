"""Runs in tweepy's own environment: drives the sandbox with tweepy and prints what came back as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import tweepy  # type: ignore[import-not-found]
from requests.adapters import HTTPAdapter


class ToSandbox(HTTPAdapter):
    """Sends what is meant for api.twitter.com to the sandbox; signatures stay over the public address."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: Any, **options: Any) -> Any:
        request.url = request.url.replace("https://api.twitter.com", self.url)
        return super().send(request, **options)


def client(keys: dict[str, Any], kind: str) -> Any:
    """A tweepy client that signs in by OAuth 1.0a or with an OAuth 2.0 user token."""
    if kind == "oauth1":
        names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
        made = tweepy.Client(**{name: keys[name] for name in names})
    else:
        made = tweepy.Client(keys["oauth2"]["access_token"])
    made.session.mount("https://api.twitter.com", ToSandbox(keys["base_url"]))
    return made


def drive(keys: dict[str, Any], kind: str, mention: str, text: str) -> dict[str, Any]:
    """The calls that a CRM makes, in the order it makes them."""
    user_auth = kind == "oauth1"
    api = client(keys, kind)
    me = api.get_me(user_auth=user_auth, user_fields=["public_metrics", "created_at", "profile_image_url"])
    user = api.get_user(username="lumen_lighting", user_auth=user_auth, user_fields=["description"])
    fields = {"tweet_fields": ["author_id", "created_at", "entities"], "expansions": ["author_id"]}
    pages = tweepy.Paginator(api.get_users_mentions, me.data.id, max_results=10, user_auth=user_auth, **fields)
    counts, ids, authors = [], [], set()
    for page in pages:
        counts.append(len(page.data or []))
        ids += [one.id for one in page.data or []]
        authors |= {one.username for one in page.includes.get("users", [])}
    made = api.create_tweet(text=text, in_reply_to_tweet_id=mention, user_auth=user_auth)
    deleted = api.delete_tweet(made.data["id"], user_auth=user_auth)
    return {
        "me": me.data.username,
        "followers": me.data.public_metrics["followers_count"],
        "since": me.data.created_at.year,
        "user": user.data.username,
        "pages": counts,
        "ids": [str(one) for one in ids],
        "authors": len(authors),
        "made": made.data,
        "deleted": deleted.data,
        "refusals": [refusal(api, user_auth, mention), refusal(api, user_auth, "1")],
    }


def refusal(api: Any, user_auth: bool, parent: str) -> str:
    """How tweepy names the refusal of a second equal post, or of an answer to nothing."""
    try:
        for _ in range(2):
            api.create_tweet(text="Twice the same", in_reply_to_tweet_id=parent, user_auth=user_auth)
    except tweepy.TweepyException as error:
        return f"{type(error).__name__}: {error}"
    return "none"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(drive(**json.load(sys.stdin))))
