"""The two dialects of X's API: `tweet` names (2.159, what clients use today) and `post` names (2.167)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from socialcrm.sandbox.state import of

HEADER = "x-sandbox-names"
# Old name -> new name: parameters, fields, expansions, and keys of answers.
NEW_NAMES = {
    "tweet.fields": "post.fields",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "referenced_tweets": "referenced_posts",
    "referenced_tweets.id": "referenced_posts",
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "most_recent_tweet_id": "most_recent_post_id",
    "pinned_tweet_id": "pinned_post_id",
    "note_tweet": "note_post",
    "tweets": "posts",
}
OLD_NAMES = {new: old for old, new in NEW_NAMES.items() if old != "referenced_tweets.id"}


def new_names(request: web.Request) -> bool:
    """Whether this call speaks the `post` names: by header, by asking for post.fields, or as the world is set."""
    asked = request.headers.get(HEADER, "") or request.query.get("sandbox_names", "")
    if asked:
        return asked == "post"
    if "post.fields" in request.query:
        return True
    return bool(of(request).world.get("names", "tweet") == "post")


def to_new(value: Any) -> Any:
    """An answer in old names, renamed to the new ones at every depth."""
    if isinstance(value, list):
        return [to_new(item) for item in value]
    if isinstance(value, dict):
        return {NEW_NAMES.get(key, key): _renamed(key, item) for key, item in value.items()}
    return value


def _renamed(key: str, item: Any) -> Any:
    if key == "type" and isinstance(item, str):
        return item.replace("https://api.twitter.com/", "https://api.x.com/")
    return item if key in ("text", "parameters") else to_new(item)
