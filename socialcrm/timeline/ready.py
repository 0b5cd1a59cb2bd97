"""The fixed parts of the timeline's queries, made once: to resolve their subqueries takes longer than to run them."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from socialcrm.models import Mention, Post, ProfileLink, Reply

from .about import columns


# One set a thread: to compile a query, Django counts references in the subqueries that its copies share.
class Ready(threading.local):
    """Queries to filter further."""

    @cached_property
    def links(self) -> QuerySet[ProfileLink]:
        """Links and suggestions with their profiles and counts, the most followed first."""
        return (
            ProfileLink.objects.filter(state__in=("linked", "suggested"))
            .select_related("profile", "decided_by")
            .defer("profile__raw")
            .annotate(n_posts=_count(Post, "author"), n_mentions=_count(Mention, "author"), n_ours=_count_ours())
            .annotate(**_moving())
            .order_by(F("profile__followers").desc(nulls_last=True), "-score", "pk")
        )

    @cached_property
    def posts(self) -> QuerySet[Post]:
        """Posts with their authors and why they concern us, newest first."""
        first_mention = Mention.objects.filter(post=OuterRef("pk")).order_by("pk")
        return (
            Post.objects.select_related("author")
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
        shown = Reply.objects.exclude(state=Reply.State.CANCELLED).order_by("pk")
        return shown.select_related("user", "account").defer("account__credentials")


ready = Ready()


def _count(model: Any, column: str) -> Case:
    rows = model.objects.filter(**{column: OuterRef("profile")}).order_by().values(column)
    unit = "post" if model is Mention else "pk"
    return _if_linked(rows.annotate(n=Count(unit, distinct=model is Mention)).values("n"))


def _count_ours() -> Case:
    rows = Post.objects.filter(to_profile=OuterRef("profile"), account__isnull=False)
    return _if_linked(rows.order_by().values("to_profile").annotate(n=Count("pk")).values("n"))


def _moving() -> dict[str, Subquery]:
    """What tells that a reply moved: those in flight by their own index, the settled ones by their conversation."""
    moving = Reply.objects.filter(state__in=Reply.IN_FLIGHT, post__author=OuterRef("profile")).order_by()
    ours = Reply.objects.filter(conversation__profile=OuterRef("profile")).order_by()
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
