"""The stage of the outbox's scenes: a real sandbox, our account on it with real tokens, and people who mention us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from socialcrm.models import Conversation, Mention, Post, Reply, SocialAccount, SocialProfile
from tests.sandbox_process import Sandbox

WRITES = {"method": "POST", "path": "^/2/tweets$"}


def network_options(sandbox: Sandbox) -> dict[str, Any]:
    """What the site must know to speak to this sandbox as X."""
    app = sandbox.control("GET", "credentials?network=twitter")
    keys = ("client_id", "client_secret", "consumer_key", "consumer_secret")
    host = sandbox.url.split("//")[1].split(":")[0]
    own = {"api_url": sandbox.url, "web_url": sandbox.url, "private_hosts": [host]}
    return {"twitter": {**settings.SOCIALCRM_NETWORK_OPTIONS["twitter"], **own, **{key: app[key] for key in keys}}}


class World:
    """Our side and the network's side of one scene."""

    def __init__(self, sandbox: Sandbox, people: list[dict[str, Any]]) -> None:
        self.sandbox, self.people = sandbox, people
        self.account = self.connect("lumen_desk")

    def connect(self, handle: str, kind: str = "oauth2") -> SocialAccount:
        """One of the brand's accounts, connected with tokens that the sandbox gave out."""
        got = self.sandbox.credentials(handle)
        oauth2 = {"kind": "oauth2", **{key: got["oauth2"][key] for key in ("access_token", "refresh_token")}}
        oauth1 = {"kind": "oauth1", "access_token": got["access_token"], "token_secret": got["access_token_secret"]}
        profile, _created = SocialProfile.objects.get_or_create(
            network="twitter", external_id=got["user_id"], defaults={"handle": handle, "name": handle}
        )
        return SocialAccount.objects.create(
            network="twitter",
            external_id=got["user_id"],
            handle=handle,
            profile=profile,
            credentials=oauth2 if kind == "oauth2" else oauth1,
            token_expires_at=timezone.now() + timedelta(hours=2) if kind == "oauth2" else None,
            scopes=got["oauth2"]["scope"],
        )

    def mention(self, text: str = "the lamp on floor 3 blinks", number: int = 0, summon: bool = True) -> Post:
        """Someone of the town posts (and names us), and the post is stored here as sync would."""
        person = self.people[number]["truth"]["twitter"]
        made = self.sandbox.post(person["handle"], f"@{self.account.handle} {text}" if summon else text)
        author, _created = SocialProfile.objects.get_or_create(
            network="twitter", external_id=person["id"], defaults={"handle": person["handle"]}
        )
        posted_at = parse_datetime(made["created_at"])
        assert posted_at is not None
        post = Post.objects.create(
            network="twitter",
            external_id=made["id"],
            author=author,
            text=made["full_text"],
            posted_at=posted_at,
            thread_id=made["conversation_id"],
            mentioned_ids=[self.account.external_id] if summon else [],
        )
        if summon:
            talk, _created = Conversation.objects.get_or_create(
                account=self.account,
                thread_id=post.thread_id,
                defaults={"profile": author, "opened_at": posted_at, "last_post_at": posted_at},
            )
            Mention.objects.create(
                post=post, account=self.account, author=author, conversation=talk, posted_at=posted_at
            )
        return post

    def account_options(self, url: str) -> None:
        """From now on, X is to be found at this address."""
        own = settings.SOCIALCRM_NETWORK_OPTIONS["twitter"]
        settings.SOCIALCRM_NETWORK_OPTIONS = {"twitter": {**own, "api_url": url, "connect_seconds": 0.5}}

    def posted(self, post: Post) -> list[dict[str, Any]]:
        """What the network accepted as answers to this post."""
        return self.sandbox.log(in_reply_to=post.external_id, action="post")

    def fault(self, action: str, **more: Any) -> None:
        """From now on, writes fail like this."""
        self.sandbox.control("POST", "faults", {"action": action, "match": WRITES, **more})


def time_passes(reply: Reply, seconds: float = 120) -> Reply:
    """So many seconds later, for this reply; a sweep comes by every few seconds, so none is long overdue."""
    reply.refresh_from_db()
    ago = timedelta(seconds=seconds)
    for name in ("not_before", "lease_until", "attempted_at", "rung_at"):
        value = getattr(reply, name)
        if value:
            setattr(reply, name, value - ago)
    reply.not_before = max(reply.not_before, timezone.now() - timedelta(seconds=60))
    reply.save(update_fields=["not_before", "lease_until", "attempted_at", "rung_at"])
    return reply
