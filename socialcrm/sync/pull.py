"""pull: due streams are read, many at once, page after page until each meets its old cursor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm import conf, connect, ledger
from socialcrm.models import SocialAccount, SocialProfile, Stream
from socialcrm.networks.base import (
    AuthExpired,
    Call,
    Network,
    NetworkError,
    NotFound,
    Page,
    RateLimited,
    Rejected,
    Unreachable,
)

from . import quarantine
from . import streams as book
from .forget import STATE_OF, hide_profiles
from .quarantine import guarded
from .rows import Batch
from .store import store_many

T = TypeVar("T")
logger = logging.getLogger(__name__)
CONCURRENCY = 200
ROUNDS = 60  # pages of one walk that one visit reads; the next visit goes on from there
CHUNK_POSTS = 2000
GONE_PAUSE = timedelta(days=1)


@dataclass(slots=True)
class Visit:
    """One worker's run over the streams it claimed: what came, and which accounts were given a second chance."""

    notes: ledger.Notes
    new_posts: int = 0
    refreshed: set[int] = field(default_factory=set)
    allowances: dict[int, ledger.Allowance] = field(default_factory=dict)


@dataclass(slots=True)
class Look:
    """One stream with the call that asks for its next page, and the answer."""

    stream: Stream
    network: Network
    call: Call[Page]
    answer: Page | NetworkError | None = None


def pull_due(limit: int = 500) -> int:
    """Read up to `limit` due streams, each until it meets its old cursor; returns how many posts were new.

    Several workers may do this at once: each stream has one reader at a time. An account in trouble stops no other.
    """
    return _visit(book.claim(limit))


def pull(stream: Stream) -> int:
    """Read one stream now, due or not; 0 when somebody else reads it. Returns how many posts were new."""
    return _visit(book.claim(1, only=[stream.pk]))


def pull_account(account: SocialAccount) -> int:
    """Read the account's own streams now ("sync now"); returns how many posts were new."""
    mine = [stream.pk for stream in book.ensure_streams(account)]
    return _visit(book.claim(len(mine), only=mine)) if mine else 0


def _visit(claimed: Sequence[Stream]) -> int:
    if not claimed:
        return 0
    with ledger.batch() as notes:
        visit = Visit(notes, allowances=ledger.may_spend_many({s.account_id: s.account for s in claimed}.values()))
        going = list(claimed)
        for _round in range(ROUNDS):
            going = _read_pages(visit, going)
            if not going:
                return visit.new_posts
        _let_go(going)
    return visit.new_posts


def _let_go(going: Iterable[Stream]) -> None:
    """Give back streams whose walk is longer than one visit."""
    Stream.objects.filter(pk__in=[stream.pk for stream in going]).update(lease_until=None, due_at=timezone.now())


def _read_pages(visit: Visit, streams: Sequence[Stream]) -> list[Stream]:
    """One page of each stream, all at once; returns the streams that have more to read."""
    outcomes: list[book.Outcome] = []
    looks: list[Look] = []
    for stream in streams:
        found = _open(visit, stream)
        if isinstance(found, Look):
            looks.append(found)
        else:
            outcomes.append(found)
    answer_all(looks)
    batches: list[Batch] = []
    again: list[Stream] = []
    for look in looks:
        _sort(visit, look, batches, outcomes, again)
    book.finish(outcomes)
    quarantine.keep([odd for look in looks for odd in _odd(look)])
    return again + _store(visit, batches, {look.stream.pk: look.stream for look in looks})


def _odd(look: Look) -> Sequence[quarantine.Odd]:
    return quarantine.answer_of(look.stream.account, look.stream.kind, look.answer)


def _open(visit: Visit, stream: Stream) -> Look | book.Outcome:
    account = stream.account
    if not visit.allowances[account.pk](stream.kind):
        return _thinned(stream)
    try:
        network = connect.open_network(account, stream.kind)
        return Look(stream, network, guarded(call_of(network, stream)))
    except NetworkError as error:
        return book.failed(stream, error)
    except KeyError:
        detail = _("The network %(network)s is not installed on this site.") % {"network": account.network}
        return book.failed(stream, Rejected(detail))


def _thinned(stream: Stream) -> book.Outcome:
    """The month's money is nearly spent: this stream pauses for an hour."""
    due_at = timezone.now() + timedelta(hours=1)
    detail = _("Paused to stay within the monthly cap.")
    return replace(book.failed(stream, Rejected(detail), due_at), error_class="Budget")


def call_of(network: Network, stream: Stream) -> Call[Page]:
    """The call for the stream's next page."""
    if stream.kind == "mentions":
        return network.mentions_call(stream.cursor, stream.walk_token)
    if stream.kind == "own_posts":
        return network.own_posts_call(stream.cursor, stream.walk_token)
    assert stream.profile is not None
    first = 100 if stream.cursor or stream.walk_token else max(5, min(100, conf.get("BACKFILL_POSTS")))
    return network.posts_of_call(stream.profile.external_id, stream.cursor, stream.walk_token, first)


def answer_all(looks: Sequence[Look]) -> None:
    """Carry all calls out at once, by transport."""
    groups: dict[int, list[Look]] = {}
    for look in looks:
        groups.setdefault(id(look.network.transport), []).append(look)
    for group in groups.values():
        for look, answer in zip(group, _answers(group), strict=True):
            look.answer = answer


def _answers(group: Sequence[Look]) -> Sequence[Page | NetworkError]:
    transport = group[0].network.transport
    if len(group) == 1:
        # A single call does without an event loop and keeps its connection for the next time.
        return [attempt(lambda: transport.run(group[0].call))]
    return transport.run_many([look.call for look in group], CONCURRENCY)


def attempt(work: Callable[[], T]) -> T | NetworkError:
    """The result, or the NetworkError."""
    try:
        return work()
    except NetworkError as error:
        return error


def _sort(visit: Visit, look: Look, batches: list[Batch], outcomes: list[book.Outcome], again: list[Stream]) -> None:
    """Put an answer where it belongs: to be stored, noted, or asked for once more with fresh access."""
    stream, answer = look.stream, look.answer
    limit = visit.notes.limits.get((stream.account_id, stream.kind))
    if isinstance(answer, Page):
        if is_empty(answer) and not stream.walk_token:
            outcomes.append(book.quiet(stream, limit))
        else:
            outcome = book.reached(stream, answer, limit)
            batches.append(Batch(answer, stream.account, stream.kind, timezone.now(), outcome=outcome))
    elif isinstance(answer, AuthExpired):
        _second_chance(visit, look, answer, outcomes, again)
    elif isinstance(answer, NetworkError):
        outcomes.append(after_error(stream, answer, look.network))


def is_empty(page: Page) -> bool:
    """Whether a page brings nothing and leads nowhere."""
    return not (page.posts or page.parents or page.authors or page.next_token or page.unreadable or page.truncated)


def _second_chance(
    visit: Visit, look: Look, error: AuthExpired, outcomes: list[book.Outcome], again: list[Stream]
) -> None:
    """Refresh the access once; when that does not help, the account asks to be connected again, the others go on."""
    stream = look.stream
    first = stream.pk not in visit.refreshed
    visit.refreshed.add(stream.pk)
    if first and look.network.credentials and look.network.credentials.refresh_token:
        refreshed = attempt(lambda: connect.refresh(stream.account))
        if refreshed is None:
            again.append(stream)
            return
        if not isinstance(refreshed, AuthExpired):
            outcomes.append(book.failed(stream, refreshed))
            return
    connect.lost_access(stream.account, error.detail)
    outcomes.append(book.failed(stream, error))


def after_error(stream: Stream, error: NetworkError, network: Network) -> book.Outcome:
    """What becomes of a stream after an error, by the error's class."""
    if isinstance(error, RateLimited):
        return book.failed(stream, error, max(error.retry_at, timezone.now() + timedelta(seconds=1)))
    if isinstance(error, NotFound) and stream.profile is not None:
        return _gone(stream, stream.profile, error, network)
    if isinstance(error, Rejected) and stream.walk_token and error.status == 400:
        return book.lost_walk(stream, error)
    return book.failed(stream, error)


def _gone(stream: Stream, profile: SocialProfile, error: NotFound, network: Network) -> book.Outcome:
    known = SocialProfile.objects.known_to(network).filter(pk=profile.pk)
    hide_profiles(known.values_list("pk", flat=True), STATE_OF.get(error.code, "gone"))
    return book.failed(stream, error, timezone.now() + GONE_PAUSE)


def _store(visit: Visit, batches: Sequence[Batch], streams: dict[int, Stream]) -> list[Stream]:
    """Store pages in chunks of one transaction each; returns streams whose walk goes on."""
    going = []
    for chunk in chunks(batches):
        for batch in _store_chunk(visit, chunk):
            stream = streams[batch.outcome.stream_id]
            if batch.outcome.walk_token:
                going.append(_moved(stream, batch.outcome))
    return going


def _moved(stream: Stream, outcome: book.Outcome) -> Stream:
    for name in ("cursor", "walk_token", "walk_cursor", "walk_oldest", "walk_count"):
        setattr(stream, name, getattr(outcome, name))
    stream.failures = 0
    return stream


def chunks(batches: Sequence[Batch]) -> Iterable[Sequence[Batch]]:
    """Batches in groups of some 2,000 posts."""
    group: list[Batch] = []
    size = 0
    for batch in batches:
        group.append(batch)
        size += len(batch.page.posts)
        if size >= CHUNK_POSTS:
            yield group
            group, size = [], 0
    if group:
        yield group


def _store_chunk(visit: Visit, chunk: Sequence[Batch]) -> Sequence[Batch]:
    """Store a chunk; where the database refuses it, page by page, so that one page cannot hold up the others."""
    try:
        stored = store_many(chunk)
    except DatabaseError as error:
        if len(chunk) > 1:
            return [batch for one in chunk for batch in _store_chunk(visit, [one])]
        logger.exception("A page could not be stored")
        _note_refused(chunk[0], error)
        return []
    visit.new_posts += stored.new_posts
    return chunk


def _note_refused(batch: Batch, error: DatabaseError) -> None:
    stream = Stream.objects.get(pk=batch.outcome.stream_id)
    stream.lease_id = batch.outcome.lease_id  # the fence of the worker that read the page
    trouble = Unreachable(_("The page could not be stored; it is tried again."))
    book.finish([replace(book.failed(stream, trouble), error_class=type(error).__name__)])
    quarantine.keep(quarantine.page_of(batch, error))
