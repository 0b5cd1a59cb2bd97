"""The fixed parts of the timeline's queries, made once: to resolve their subqueries takes longer than to run them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from socialcrm.access import Sight
from socialcrm.models import Mention, Post, ProfileLink, Reply
from socialcrm.models.post import ODD

from .about import columns
from .shown import naming, shown

UNSENT = (Reply.State.QUEUED, Reply.State.SENDING, Reply.State.UNKNOWN, Reply.State.FAILED)
MOST_SIGHTS = 64  # colleagues nearly always see with the same eyes


@dataclass
class Ready:
    """Queries to filter further, for who sees so much. Each count is of what a reader with this sight can page to."""

    sight: Sight

    @cached_property
    def links(self) -> QuerySet[ProfileLink]:
        """Links and suggestions with their profiles and counts, the most followed first."""
        return (
            ProfileLink.objects.filter(state__in=("linked", "suggested"))
            .select_related("profile", "decided_by")
            .defer("profile__raw")
            .annotate(n_posts=_posts(), n_mentions=_mentions(self.sight), n_ours=_ours(self.sight))
            .annotate(**_hidden(self.sight), **_moving(self.sight))
            .order_by(F("profile__followers").desc(nulls_last=True), "-score", "pk")
        )

    @cached_property
    def whole(self) -> QuerySet[Post]:
        """All posts that are shown, as bare rows: where the events of a page are looked for."""
        return Post.objects.filter(shown(self.sight))

    @cached_property
    def ours(self) -> QuerySet[Post]:
        """Of those, what the reader's accounts said."""
        return self.whole.filter(account__in=self.sight.accounts, account__isnull=False)

    @cached_property
    def mentions(self) -> QuerySet[Mention]:
        """Mentions of the reader's accounts, of each post one: it may mention several."""
        first = ~Exists(naming(self.sight, "post").filter(pk__lt=OuterRef("pk")))
        return Mention.objects.filter(first, shown(self.sight, "post__"), account__in=self.sight.accounts)

    @cached_property
    def unsent(self) -> QuerySet[Reply]:
        """Replies as the reader's accounts that are not out."""
        return Reply.objects.filter(shown(self.sight, "post__"), self.sight.replies(), state__in=UNSENT)

    @cached_property
    def posts(self) -> QuerySet[Post]:
        """The posts that are shown, with their authors and why they concern us, newest first."""
        first_mention = naming(self.sight, "pk").order_by("pk")
        return (
            Post.objects.filter(shown(self.sight))
            .select_related("author")
            .defer("raw", "author__raw", "author__bio")
            .annotate(
                mention_reason=Subquery(first_mention.values("reason")[:1]),
                mentioned_account=Subquery(first_mention.values("account")[:1]),
                **columns(),
            )
            .order_by("-posted_at", "-pk")
        )

    @cached_property
    def replies(self) -> QuerySet[Reply]:
        """Replies that are to be seen, oldest first, with who wrote them as whom."""
        told = Reply.objects.exclude(state=Reply.State.CANCELLED).order_by("pk")
        return told.select_related("user", "account").defer("account__credentials")


# One set a thread: to compile a query, Django counts references in the subqueries that its copies share.
class _Made(threading.local):
    def __init__(self) -> None:
        self.by_sight: dict[Sight, Ready] = {}


_made = _Made()


def ready(sight: Sight) -> Ready:
    """The queries for this sight, those of the last few sights ready."""
    known = _made.by_sight
    found = known.pop(sight, None) or Ready(sight)
    if len(known) >= MOST_SIGHTS:
        del known[next(iter(known))]
    known[sight] = found
    return found


def _posts() -> Case:
    return _if_linked(_count(Post.objects.filter(author=OuterRef("profile")), "author"))


def _mentions(sight: Sight) -> Case:
    rows = Mention.objects.filter(author=OuterRef("profile"), account__in=sight.accounts)
    return _if_linked(_count(rows, "author", Count("post", distinct=True)))


def _ours(sight: Sight) -> Case:
    rows = Post.objects.filter(to_profile=OuterRef("profile"), account__in=sight.accounts, account__isnull=False)
    return _if_linked(_count(rows, "to_profile"))


def _count(rows: QuerySet[Any], column: str, count: Count | None = None) -> QuerySet[Any, Any]:
    counted: QuerySet[Any, Any] = rows.order_by().values(column).annotate(n=count or Count("pk")).values("n")
    return counted


def _hidden(sight: Sight) -> dict[str, Subquery]:
    """What those counts hold and the timeline does not show: few rows, by an index of their own."""
    odd = Post.objects.filter(ODD).exclude(shown(sight)).order_by()
    theirs, ours = (
        odd.filter(author=OuterRef("profile")),
        odd.filter(to_profile=OuterRef("profile"), account__in=sight.accounts, account__isnull=False),
    )
    naming_us = Count("pk", filter=Q(Exists(naming(sight, "pk"))))
    figures = JSONObject(posts=Count("pk"), mentions=naming_us)
    return {
        "hidden": Subquery(theirs.values("author").annotate(told=figures).values("told")),
        "hidden_ours": Subquery(_count(ours, "to_profile"), output_field=IntegerField()),
    }


def _moving(sight: Sight) -> dict[str, Subquery]:
    """What tells that a reply moved: those in flight by their own index, the settled ones by their conversation."""
    told = Reply.objects.filter(sight.replies()).order_by()
    moving = told.filter(state__in=Reply.IN_FLIGHT, post__author=OuterRef("profile"))
    ours = told.filter(conversation__profile=OuterRef("profile"), post__author=OuterRef("profile"))
    sending = Count("pk", filter=Q(state="sending"))
    return {
        "moving": Subquery(moving.values("post__author").annotate(told=_told(sending=sending)).values("told")),
        "settled": Subquery(ours.values("conversation__profile").annotate(told=_told()).values("told")),
    }


def _told(**more: Count) -> JSONObject:
    """Several figures as one object, so that they need one subquery."""
    return JSONObject(n=Count("pk"), at=Max("changed_at"), **more)


def _if_linked(count: QuerySet[Any, Any]) -> Case:
    linked = When(state="linked", then=Subquery(count, output_field=IntegerField()))
    return Case(linked, default=Value(0), output_field=IntegerField())
