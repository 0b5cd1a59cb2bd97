"""Which posts a timeline shows to whom, for its pages and its counts alike: what may be read, and each post once."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from socialcrm.access import Sight
from socialcrm.models import Mention, Post


def shown(sight: Sight, way: str = "") -> Q:
    """Of posts, or of rows from which `way` leads to one, those that are shown."""
    return sight.readable(way) & ~(Q(**{f"{way}same_as__isnull": False}) & Q(_better_row(sight, way)))


def naming(sight: Sight, post: str) -> QuerySet[Mention]:
    """The mentions of the reader's accounts in the post of this column."""
    return Mention.objects.filter(post=OuterRef(post), account__in=sight.accounts)


def _better_row(sight: Sight, way: str) -> Exists:
    """Another readable row of the same post: one that names an account of the reader's, else the newest."""
    rows = Post.objects.filter(sight.readable(), same_as=OuterRef(f"{way}same_as"), author=OuterRef(f"{way}author"))
    # Not every server tells whom a post of ours answers; the row that does is the one on that person's timeline.
    rows = rows.filter(Q(account__isnull=True) | Q(to_profile=OuterRef(f"{way}to_profile")))
    names_us = Exists(naming(sight, "pk"))
    named_us = Exists(Mention.objects.filter(post=OuterRef(OuterRef(f"{way}pk")), account__in=sight.accounts))
    newer = Q(pk__gt=OuterRef(f"{way}pk"))
    return Exists(rows.filter(Q(names_us, ~Q(named_us)) | (newer & (Q(names_us) | ~Q(named_us)))))
