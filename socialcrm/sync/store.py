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

from socialcrm import bulk, compliance, conf
from socialcrm.models import Post, SocialAccount, Stream
from socialcrm.networks.base import Page
from socialcrm.signals import post_stored

from . import quarantine, same, sql, streams, threads
from .rows import MENTIONS, PARENTS, POSTS, PROFILES, Batch, Rows

logger = logging.getLogger(__name__)
FRESH_FOR = timedelta(hours=1)  # an unchanged profile is not written again within this time
SILENT = timedelta(days=30)  # a server that has not told of a person for so long leaves them to another one
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

    def add(self, posts: bulk.Rows, heard: bulk.Rows) -> None:
        """Take note of what UPSERT_POSTS and ADD_MENTIONS answered."""
        self.new_ids += [pk for pk, _account, is_new in posts if is_new]
        self.own_ids += [pk for pk, account, is_new in posts if is_new and account is not None]
        self.new_posts = len(self.new_ids)
        self.new_mentions = len(heard)
        self.conversations |= {row[0] for row in heard}


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
    bulk.retry_deadlocks(partial(compliance.leave_out_erased, rows))
    outcomes = [batch.outcome for batch in batches if batch.outcome is not None]
    bulk.keep_statistics()
    try:
        return bulk.retry_deadlocks(partial(_store, rows, outcomes, batches))
    except (DataError, IntegrityError, OperationalError) as error:
        # SQLite says "bad JSON" by a check constraint. Any other broken rule breaks again below, and is raised there.
        if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") != TOO_DEEP:
            raise
        logger.warning("The database refused a network's raw JSON; storing %s posts without it", len(rows.posts))
        rows.bare = True
        return bulk.retry_deadlocks(partial(_store, rows, outcomes, batches))


def _store(rows: Rows, outcomes: Sequence[streams.Outcome], batches: Sequence[Batch]) -> Stored:
    with transaction.atomic():
        same.take_turns(batches)
        joined = threads.settle(rows)
        work = bulk.Bulk()
        stored = Stored(posts=len(rows.posts), refused=rows.refused)
        settled = _move(work, rows, outcomes, stored)
        recompute_conversations(work, stored.conversations - settled, heard=True)
        recompute_conversations(work, joined - stored.conversations, heard=False)
        _settle_own(work, stored)
        same.mark(work, rows, stored.new_ids)
        streams.write_gaps(outcomes)
        quarantine.keep(quarantine.posts_of(batches))
        if stored.new_ids:
            transaction.on_commit(partial(_announce, stored.new_ids, batches[0].account))
    return stored


def _move(work: bulk.Bulk, rows: Rows, outcomes: Sequence[streams.Outcome], stored: Stored) -> set[int]:
    """Put the rows into the tables, the cursors last; returns the conversations that were opened as they are to be."""
    now = timezone.now()
    posts: bulk.Answer = list
    opened: bulk.Answer = list
    heard: bulk.Answer = list
    with work.together():
        if rows.profiles:
            work.stage(PROFILES, rows.profile_rows())
            work.send(sql.UPSERT_PROFILES, [now - SILENT, now - FRESH_FOR, now - SILENT], PROFILES)
        if rows.posts:
            work.stage(POSTS, rows.post_rows())
            posts = work.send(sql.UPSERT_POSTS, [now, now], POSTS)
            work.stage(PARENTS, rows.posts)
            work.send(sql.ADOPT_ORPHANS, (), PARENTS)
        if rows.mentions:
            work.stage(MENTIONS, rows.mentions.values())
            opened = work.send(sql.OPEN_CONVERSATIONS, [too_old()] * 2, MENTIONS)
            heard = work.send(sql.ADD_MENTIONS, (), MENTIONS)
        streams.write_outcomes(work, outcomes)
    stored.add(posts(), heard())
    return {pk for pk, first_reply_at in opened() if first_reply_at is None}


def _settle_own(work: bulk.Bulk, stored: Stored) -> None:
    if stored.own_ids:
        _adopt_echoes(stored.own_ids)
        query = sql.CONVERSATIONS_OF_OWN.format(posts=work.any_of("p.id"))
        spoken = {row[0] for row in work.run(query, [work.values(stored.own_ids)])}
        recompute_conversations(work, spoken - stored.conversations, heard=False)


def _adopt_echoes(own_ids: Sequence[int]) -> None:
    """Our own posts join the replies they are echoes of, in the transaction that stores them."""
    from socialcrm import outbox  # the outbox calls networks and rooms of its own; store is below it

    outbox.adopt_echoes(Post.objects.filter(pk__in=own_ids))


def recompute_conversations(work: bulk.Bulk, ids: set[int], *, heard: bool, lost: bool = False) -> None:
    """Bring conversations in line with their posts, and write into their history what changed.

    `heard`: something new of theirs came, so closed ones reopen. `lost`: posts were taken back.
    """
    if not ids:
        return
    words = {"heard": "TRUE" if heard else "FALSE", "settled": "'withdrawn'" if lost else "'answered'"}
    # Nearly all that hear something new are open already: the others alone can be told to reopen.
    moving = "c.status <> 'open'" if heard else "c.status IN ('open', 'pending')"
    words |= {"ids": f"{work.any_of('c.id')} AND {moving}", "json": "jsonb" if work.is_postgres else "text"}
    work.send(sql.TELL_MOVES.format(**words), [timezone.now(), too_old(), work.values(ids)])
    query = sql.RECOMPUTE_CONVERSATIONS.format(ids=work.any_of("c.id"), heard=words["heard"])
    work.send(query, [too_old(), work.values(ids)])


def too_old() -> datetime:
    """What was said before this and only comes now (a backfill) makes nobody wait."""
    return timezone.now() - timedelta(days=float(conf.get("UNATTENDED_DAYS")))


def _announce(new_ids: list[int], account: Any) -> None:
    if post_stored.has_listeners(Post):
        posts = list(Post.objects.filter(pk__in=new_ids).select_related("author"))
        post_stored.send(Post, posts=posts, account=account)
