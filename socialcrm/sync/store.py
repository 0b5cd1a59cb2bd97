"""store: pages of a network become profiles, posts, mentions and conversations, whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DataError, IntegrityError, OperationalError, transaction
from django.utils import timezone

from socialcrm import bulk, compliance
from socialcrm.models import Post, SocialAccount, Stream
from socialcrm.networks.base import Page
from socialcrm.signals import post_stored

from . import sql, streams
from .rows import MENTIONS, POSTS, PROFILES, Batch, Rows

logger = logging.getLogger(__name__)
STAGING = (PROFILES, POSTS, MENTIONS)
FRESH_FOR = timedelta(hours=1)  # an unchanged profile is not written again within this time
TOO_DEEP = "54001"  # PostgreSQL: statement_too_complex, for JSON nested beyond its stack


@dataclass(slots=True)
class Stored:
    """What a chunk brought: posts, of them new ones with their ids, and conversations that heard something new."""

    posts: int = 0
    new_posts: int = 0
    new_ids: list[int] = field(default_factory=list)
    new_mentions: int = 0
    conversations: set[int] = field(default_factory=set)
    refused: int = 0
    own_ids: list[int] = field(default_factory=list)  # new posts that one of our accounts wrote


def store(
    page: Page,
    account: SocialAccount,
    stream: Stream | None = None,
    *,
    kind: str = "mentions",
    seen_at: datetime | None = None,
    wanted: int | None = None,
) -> Stored:
    """Store one page that `account` read: one transaction, the same number of queries for 1 and for 100 posts.

    With a stream its cursor moves to the page's in the same transaction. `kind` is the kind of stream: only "mentions"
    makes mentions and conversations. `seen_at` is when the network said it (default: now); older news never wins.
    """
    outcome = streams.reached(stream, page) if stream is not None else None
    batch = Batch(page, account, stream.kind if stream else kind, seen_at or timezone.now(), wanted, outcome)
    return store_many([batch])


def store_many(batches: Sequence[Batch]) -> Stored:
    """Store several pages, of one account or of many, in one transaction; their streams move in it too.

    A network's raw JSON that the database refuses is dropped, the posts are kept.
    """
    rows = Rows()
    for batch in batches:
        rows.add(batch)
    compliance.leave_out_erased(rows)
    outcomes = [batch.outcome for batch in batches if batch.outcome is not None]
    bulk.keep_statistics()
    try:
        return bulk.retry_deadlocks(partial(_store, rows, outcomes, batches))
    except (DataError, IntegrityError, OperationalError) as error:
        # SQLite says "bad JSON" by a check constraint. Any other broken rule breaks again below, and is raised there.
        if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") != TOO_DEEP:
            raise
        logger.warning("The database refused a network's raw JSON; storing %s posts without it", len(rows.posts))
        return bulk.retry_deadlocks(partial(_store, without_raw(rows), outcomes, batches))


def without_raw(rows: Rows) -> Rows:
    """The same rows with nothing in them that the network nested or numbered at will."""
    rows.profiles = {key: (*row[:-1], "{}") for key, row in rows.profiles.items()}
    rows.posts = {key: (*row[:-6], "[]", "[]", "[]", "{}", *row[-2:]) for key, row in rows.posts.items()}
    return rows


def _store(rows: Rows, outcomes: Sequence[streams.Outcome], batches: Sequence[Batch]) -> Stored:
    nested = bulk.in_transaction()
    now = timezone.now()
    with transaction.atomic():
        work = bulk.Bulk(STAGING, nested=nested)
        stored = Stored(posts=len(rows.posts), refused=rows.refused)
        if rows.profiles:
            work.stage(PROFILES, rows.profiles.values())
            work.run(sql.UPSERT_PROFILES, [now - FRESH_FOR])
        if rows.posts:
            _store_posts(work, rows, stored, now)
        streams.write_outcomes(work, outcomes)
        if stored.new_ids:
            transaction.on_commit(partial(_announce, stored.new_ids, batches[0].account))
    return stored


def _store_posts(work: bulk.Bulk, rows: Rows, stored: Stored, now: datetime) -> None:
    work.stage(POSTS, rows.posts.values())
    for pk, account_id, is_new in work.run(sql.UPSERT_POSTS, [now, now]):
        if is_new:
            stored.new_ids.append(pk)
        if is_new and account_id is not None:
            stored.own_ids.append(pk)
    stored.new_posts = len(stored.new_ids)
    heard = _store_mentions(work, rows, stored) if rows.mentions else set()
    if stored.new_ids:
        _settle_new(work, stored, heard)


def _store_mentions(work: bulk.Bulk, rows: Rows, stored: Stored) -> set[int]:
    work.stage(MENTIONS, rows.mentions.values())
    work.run(sql.OPEN_CONVERSATIONS)
    new = work.run(sql.ADD_MENTIONS)
    stored.new_mentions = len(new)
    heard = {row[0] for row in new}
    recompute_conversations(work, heard, heard=True)
    stored.conversations |= heard
    return heard


def _settle_new(work: bulk.Bulk, stored: Stored, heard: set[int]) -> None:
    work.run(sql.ADOPT_ORPHANS.format(ids=work.any_of("parent.id")), [work.values(stored.new_ids)])
    if stored.own_ids:
        _adopt_echoes(stored.own_ids)
        query = sql.CONVERSATIONS_OF_OWN.format(posts=work.any_of("p.id"))
        spoken = {row[0] for row in work.run(query, [work.values(stored.own_ids)])}
        recompute_conversations(work, spoken - heard, heard=False)


def _adopt_echoes(own_ids: Sequence[int]) -> None:
    """Our own posts join the replies they are echoes of, in the transaction that stores them."""
    from socialcrm import outbox  # the outbox calls networks and rooms of its own; store is below it

    outbox.adopt_echoes(Post.objects.filter(pk__in=own_ids))


def recompute_conversations(work: bulk.Bulk, ids: set[int], *, heard: bool) -> None:
    """Bring conversations in line with their posts; `heard`: something new of theirs came, so closed ones reopen."""
    if ids:
        query = sql.RECOMPUTE_CONVERSATIONS.format(ids=work.any_of("c.id"), heard="TRUE" if heard else "FALSE")
        work.run(query, [work.values(ids)])


def _announce(new_ids: list[int], account: Any) -> None:
    if post_stored.has_listeners(Post):
        posts = list(Post.objects.filter(pk__in=new_ids).select_related("author"))
        post_stored.send(Post, posts=posts, account=account)
