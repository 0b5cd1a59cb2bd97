"""forget and hide_profiles: what a network took back, or shows nobody for now, loses its content here at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from socialcrm import bulk
from socialcrm.models import Conversation, Post, SocialProfile, Tombstone

from .store import recompute_conversations

# What a tombstone keeps of a post is its place in the thread.
EMPTY: dict[str, Any] = {
    "text": "", "lang": "", "edited": False, "entities": [], "media": [], "mentioned_ids": [], "raw": {},
    "likes": None, "replies_count": None, "reposts": None, "quotes": None, "views": None,
}  # fmt: skip


# Why a network does not show a person, and what that makes of the profile here.
STATE_OF = {"suspended": "suspended", "protected": "protected", "deleted": "gone", "unknown": "gone"}
# A hidden person's page says nothing about them either; ids and counts stay, so that the page can come back.
NO_WORDS: dict[str, Any] = {"bio": "", "location": "", "website": "", "raw": {}}


def forget(network: str, external_ids: Iterable[str], state: str = "deleted", *, for_good: bool = True) -> int:
    """Empty these posts; returns how many rows were emptied.

    For good: tombstones are kept, also for posts that were never seen, so that a late copy brings nothing back. The
    number of queries is the same for one post and for many.
    """
    ids = sorted(set(external_ids))
    return bulk.retry_deadlocks(partial(_forget, network, ids, state, for_good))


def _forget(network: str, ids: list[str], state: str, for_good: bool) -> int:
    with transaction.atomic():
        if for_good:
            stones = [Tombstone(network=network, external_id=xid, state=state, found_at=timezone.now()) for xid in ids]
            Tombstone.objects.bulk_create(stones, ignore_conflicts=True)
        return _empty(Post.objects.filter(network=network, external_id__in=ids), state)


def hide_profiles(profile_ids: Iterable[int], state: str) -> int:
    """These people protected their posts, or the network suspended them: their posts lose their content for now.

    Withheld posts come back when the network shows them again. Returns how many lost their content.
    """
    return bulk.retry_deadlocks(partial(_hide, list(profile_ids), state))


def _hide(ids: list[int], state: str) -> int:
    if not ids:
        return 0
    with transaction.atomic():
        SocialProfile.objects.filter(pk__in=ids).update(state=state, **NO_WORDS)
        return _empty(Post.objects.filter(author__in=ids, account__isnull=True), Post.State.WITHHELD)


def _empty(posts: QuerySet[Post], state: str) -> int:
    """Take the content out of those that still have it, and bring their conversations in line."""
    shown = list(posts.filter(state=Post.State.LIVE).values_list("pk", flat=True))
    if shown:
        Post.objects.filter(pk__in=shown).update(state=state, gone_at=timezone.now(), **EMPTY)
        recompute_around(Post.objects.filter(pk__in=shown), lost=True)
    return len(shown)


def recompute_around(posts: QuerySet[Post], *, lost: bool) -> None:
    """Bring the conversations that these posts stand in in line: posts were taken back, or came back."""
    touched = Conversation.objects.filter(mentions__post__in=posts).values_list("pk", flat=True)
    ours = posts.filter(account__isnull=False)
    answered = Conversation.objects.filter(
        account_id__in=ours.values("account_id"), thread_id__in=ours.values("thread_id")
    ).values_list("pk", flat=True)
    recompute_conversations(bulk.Bulk(), {*touched, *answered}, heard=False, lost=lost)
