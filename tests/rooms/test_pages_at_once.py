"""Workers that store overlapping pages of one thread at the same moment: each page is kept, the thread stays one."""

from __future__ import annotations

import random
from functools import partial

import pytest

from socialcrm import sync
from socialcrm.models import Conversation, Mention, Post, SocialAccount
from socialcrm.networks.base import FetchedPost

from .test_at_once import at_once
from .test_store import page, said

POSTS, PAGES, WORKERS = 100, 8, 4


def branch(number: int) -> FetchedPost:
    """A post of one big tree, of which no network names the thread."""
    return said(str(number), f"@acme word {number}", minute=number, in_reply_to=str(number // 2) if number > 1 else "")


def read_on(acme: SocialAccount, seed: int) -> int:
    """A worker stores pages in an order of its own; how many."""
    order = random.Random(seed)
    pages = [sorted(order.sample(range(1, POSTS), 20)) for _page in range(PAGES)]
    pages.append(list(range(1 + seed, POSTS, WORKERS)))
    for numbers in pages:
        sync.store(page(*map(branch, numbers)), acme)
    return len(pages)


@pytest.mark.django_db(transaction=True)
def test_workers_that_read_parts_of_one_thread_at_once_keep_it_whole(acme: SocialAccount) -> None:
    found = at_once(*(partial(read_on, acme, seed) for seed in range(WORKERS)))
    assert found == [PAGES + 1] * WORKERS
    assert Post.objects.count() == Mention.objects.count() == POSTS - 1
    assert set(Post.objects.values_list("thread_id", flat=True)) == {"1"}
    assert set(Mention.objects.values_list("conversation", flat=True)) == {Conversation.objects.get().pk}
