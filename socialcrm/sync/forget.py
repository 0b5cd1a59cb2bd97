"""forget: a post that its network took back loses its content here at once, and a late copy cannot bring it back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from socialcrm import bulk
from socialcrm.models import Conversation, Post, Tombstone

from .store import recompute_conversations

# What a tombstone keeps of a post is its place in the thread.
EMPTY: dict[str, Any] = {
    "text": "", "lang": "", "edited": False, "entities": [], "media": [], "mentioned_ids": [], "raw": {},
    "likes": None, "replies_count": None, "reposts": None, "quotes": None, "views": None,
}  # fmt: skip


def forget(network: str, external_ids: Iterable[str], state: str = "deleted") -> int:
    """Empty these posts and keep tombstones, also for posts that were never seen; returns how many rows were emptied.

    The number of queries is the same for one post and for many.
    """
    return bulk.retry_deadlocks(partial(_forget, network, sorted(set(external_ids)), state))


def _forget(network: str, ids: list[str], state: str) -> int:
    now = timezone.now()
    with transaction.atomic():
        stones = [Tombstone(network=network, external_id=xid, state=state, found_at=now) for xid in ids]
        Tombstone.objects.bulk_create(stones, ignore_conflicts=True)
        posts = Post.objects.filter(network=network, external_id__in=ids)
        emptied = posts.filter(state=Post.State.LIVE).update(state=state, gone_at=now, **EMPTY)
        touched = Conversation.objects.filter(mentions__post__in=posts).values_list("pk", flat=True)
        answered = Conversation.objects.filter(
            account_id__in=posts.filter(account__isnull=False).values("account_id"),
            thread_id__in=posts.filter(account__isnull=False).values("thread_id"),
        ).values_list("pk", flat=True)
        recompute_conversations(bulk.Bulk(), {*touched, *answered}, heard=False, lost=True)
    return emptied
