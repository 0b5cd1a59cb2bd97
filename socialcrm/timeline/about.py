"""What decides whether a post may be answered, as columns of its row: loaded with a page, or asked for one post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Aggregate, JSONField, OuterRef, Subquery
from django.db.models.functions import JSONObject

from socialcrm.models import Mention, Post, Reply, SocialAccount
from socialcrm.networks.base import MayNotReply


class ObjectOf(Aggregate):
    """A JSON object of two columns: key and value."""

    function = "jsonb_object_agg"
    arity = 2
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite's name for it."""
        return self.as_sql(compiler, connection, function="json_group_object", **context)


def columns(but: int = 0) -> dict[str, Subquery]:
    """Why a post concerns our accounts (each by its key), who wrote what it quotes, and what became of our newest reply
    to it; `but` is one that is about to be sent again or replaced."""
    mentions = Mention.objects.filter(post=OuterRef("pk")).order_by().values("post")
    quoted = Post.objects.filter(network=OuterRef("network"), external_id=OuterRef("quoted"))
    replies = Reply.objects.filter(post=OuterRef("pk")).exclude(state=Reply.State.CANCELLED).exclude(pk=but)
    told = JSONObject(account="account", state="state", why="error_class", said="error_detail")
    return {
        "newest_reply": Subquery(replies.order_by("-pk").values(told=told)[:1]),
        "heard": Subquery(mentions.annotate(heard=ObjectOf("account", "reason")).values("heard")),
        "quoted_author": Subquery(quoted.values("author__external_id")[:1]),
    }


@dataclass(frozen=True, slots=True)
class About:
    """What we have stored about a post, beyond its row."""

    heard: dict[str, str] = field(default_factory=dict)
    quoted_author: str = ""
    newest_reply: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, post: Post) -> About:
        """What its page has loaded with it: no query. A post that came without is asked about."""
        return cls._read(vars(post)) if hasattr(post, "heard") else cls.asked(post)

    @classmethod
    def asked(cls, post: Post, but: int = 0) -> About:
        """What is stored now: one query."""
        row: Any = Post.objects.filter(pk=post.pk).order_by().values(**columns(but)).first()
        return cls._read(row) if row else cls()

    @classmethod
    def _read(cls, row: Mapping[str, Any]) -> About:
        return cls(row["heard"] or {}, row["quoted_author"] or "", row["newest_reply"] or {})

    def reason(self, account: SocialAccount) -> str:
        """Why the post concerns this account; "" where it does not."""
        return self.heard.get(str(account.pk), "")

    def refusal(self, account: SocialAccount) -> str:
        """The network's sentence, where it did not let this account answer when we last tried; "" otherwise."""
        last = self.newest_reply
        refused = last.get("state") == Reply.State.FAILED and last.get("why") == MayNotReply.__name__
        return str(last["said"]) if refused and last["account"] == account.pk else ""
