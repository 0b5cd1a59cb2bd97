"""What decides whether a post may be answered, as columns of its row: loaded with a page, or asked for one post."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Aggregate, JSONField, OuterRef, Subquery

from socialcrm.models import Mention, Post, SocialAccount


class ObjectOf(Aggregate):
    """A JSON object of two columns: key and value."""

    function = "jsonb_object_agg"
    arity = 2
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite's name for it."""
        return self.as_sql(compiler, connection, function="json_group_object", **context)


def columns() -> dict[str, Subquery]:
    """Why a post concerns our accounts (each by its key), and who wrote the post that it quotes."""
    mentions = Mention.objects.filter(post=OuterRef("pk")).order_by().values("post")
    quoted = Post.objects.filter(network=OuterRef("network"), external_id=OuterRef("quoted"))
    return {
        "heard": Subquery(mentions.annotate(heard=ObjectOf("account", "reason")).values("heard")),
        "quoted_author": Subquery(quoted.values("author__external_id")[:1]),
    }


@dataclass(frozen=True, slots=True)
class About:
    """What we have stored about a post, beyond its row."""

    heard: dict[str, str] = field(default_factory=dict)
    quoted_author: str = ""

    @classmethod
    def of(cls, post: Post) -> About:
        """What its page has loaded with it: no query. A post that came without is asked about."""
        shown: Any = post
        return cls(shown.heard or {}, shown.quoted_author or "") if hasattr(post, "heard") else cls.asked(post)

    @classmethod
    def asked(cls, post: Post) -> About:
        """What is stored now: one query."""
        row: Any = Post.objects.filter(pk=post.pk).order_by().values(**columns()).first()
        return cls(row["heard"] or {}, row["quoted_author"] or "") if row else cls()

    def reason(self, account: SocialAccount) -> str:
        """Why the post concerns this account; "" where it does not."""
        return self.heard.get(str(account.pk), "")
