"""Streams: which there are, who reads them now, and what becomes of one after a page, an error or nothing new."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from socialcrm import bulk, conf
from socialcrm.models import Gap, SocialAccount, SocialProfile, Stream
from socialcrm.networks import network_class
from socialcrm.networks.base import Limit, NetworkError, Page

from .rows import said_at

LEASE = timedelta(seconds=120)
LONGEST_PAUSE = 1800.0
LONGEST_WALK = 10_000  # posts; no network shows that many
VERBS = {"mentions": "mentions", "own_posts": "own_posts", "profile_posts": "posts_of"}
OUTCOMES = bulk.Staging(
    "socialcrm_in_outcome",
    (
        ("stream_id", "bigint"), ("lease_id", "uuid"), ("due_at", "timestamptz"), ("lease_until", "timestamptz"),
        ("reached", "boolean"), ("cursor", "text"), ("walk_token", "text"), ("walk_cursor", "text"),
        ("walk_oldest", "text"), ("walk_count", "integer"), ("success_at", "timestamptz"), ("error_at", "timestamptz"),
        ("error_class", "text"), ("error_detail", "text"), ("stored", "bigint"), ("calls_limit", "integer"),
        ("remaining", "integer"), ("resets_at", "timestamptz"),
    ),
)  # fmt: skip
# Only who holds the lease moves the cursor: a worker that was taken for dead and comes back changes nothing here.
WRITE_OUTCOMES = """
UPDATE socialcrm_stream AS t SET
    due_at = s.due_at, lease_until = s.lease_until,
    cursor = CASE WHEN s.reached THEN s.cursor ELSE t.cursor END,
    walk_token = CASE WHEN s.reached THEN s.walk_token ELSE t.walk_token END,
    walk_cursor = CASE WHEN s.reached THEN s.walk_cursor ELSE t.walk_cursor END,
    walk_oldest = CASE WHEN s.reached THEN s.walk_oldest ELSE t.walk_oldest END,
    walk_count = CASE WHEN s.reached THEN s.walk_count ELSE t.walk_count END,
    last_success_at = COALESCE(s.success_at, t.last_success_at), last_error_at = COALESCE(s.error_at, t.last_error_at),
    error_class = s.error_class, error_detail = s.error_detail,
    failures = CASE WHEN s.error_class = '' THEN 0 ELSE t.failures + 1 END,
    stored = t.stored + s.stored, "limit" = COALESCE(s.calls_limit, t."limit"),
    remaining = COALESCE(s.remaining, t.remaining), resets_at = COALESCE(s.resets_at, t.resets_at)
FROM socialcrm_in_outcome s
WHERE t.id = s.stream_id AND (s.lease_id IS NULL OR t.lease_id = s.lease_id)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a stream. `reached` says that the cursor and the walk are to be written."""

    stream_id: int
    lease_id: uuid.UUID | None
    due_at: datetime
    lease_until: datetime | None = None
    reached: bool = False
    cursor: str = ""
    walk_token: str = ""
    walk_cursor: str = ""
    walk_oldest: str = ""
    walk_count: int = 0
    success_at: datetime | None = None
    error_at: datetime | None = None
    error_class: str = ""
    error_detail: str = ""
    stored: int = 0
    limit: Limit = Limit()
    gap: Gap | None = None

    def row(self) -> tuple[Any, ...]:
        """The staging row."""
        return (
            self.stream_id, self.lease_id, self.due_at, self.lease_until, self.reached, self.cursor, self.walk_token,
            self.walk_cursor, self.walk_oldest, self.walk_count, self.success_at, self.error_at, self.error_class,
            self.error_detail, self.stored, self.limit.limit, self.limit.remaining, self.limit.resets_at,
        )  # fmt: skip


def ensure_streams(account: SocialAccount) -> list[Stream]:
    """The account's own streams, made where its network has the verb and they are absent; switched on again."""
    cls = network_class(account.network)
    kinds = [kind for kind in ("mentions", "own_posts") if cls.can(VERBS[kind])]
    streams = [Stream(account=account, kind=kind, interval=interval_of(kind)) for kind in kinds]
    Stream.objects.bulk_create(streams, ignore_conflicts=True)
    mine = Stream.objects.filter(account=account, profile=None)
    mine.filter(active=False).update(active=True, due_at=timezone.now())
    return list(mine.order_by("pk"))


def follow_profile(profile: SocialProfile, account: SocialAccount | None = None) -> Stream | None:
    """Read a linked profile's posts from now on, with a working account of its network; None where there is none."""
    account = account or SocialAccount.objects.connected().filter(network=profile.network).order_by("pk").first()
    if account is None or not network_class(profile.network).can("posts_of"):
        return None
    stream, made = Stream.objects.get_or_create(
        account=account, kind="profile_posts", profile=profile, defaults={"interval": interval_of("profile_posts")}
    )
    if not made and not stream.active:
        stream.active, stream.due_at = True, timezone.now()
        stream.save(update_fields=["active", "due_at"])
    return stream


def follow_profiles(profiles: Sequence[SocialProfile]) -> None:
    """`follow_profile` for many, each with the first working account of its network; four queries."""
    readers = {a.network: a for a in SocialAccount.objects.connected().order_by("-pk")}
    followed = [one for one in profiles if one.network in readers and network_class(one.network).can("posts_of")]
    interval, now = interval_of("profile_posts"), timezone.now()
    Stream.objects.bulk_create(
        [Stream(account=readers[p.network], kind="profile_posts", profile=p, interval=interval) for p in followed],
        ignore_conflicts=True,
    )
    mine = Stream.objects.filter(kind="profile_posts", profile__in=followed, active=False)
    mine.update(active=True, due_at=now)


def unfollow_profile(profile: SocialProfile) -> None:
    """Stop reading a profile's posts; the cursor is kept for the day it is linked again."""
    Stream.objects.filter(kind="profile_posts", profile=profile).update(active=False)


def interval_of(kind: str) -> int:
    """Seconds between two looks, by SOCIALCRM_INTERVALS."""
    return int(conf.get("INTERVALS").get(kind, 86_400 if kind == "deletions" else 900))


def claim(limit: int, only: Iterable[int] | None = None) -> list[Stream]:
    """Take due streams (or these, due or not) for this worker; nobody else has them until the lease ends."""
    lease = uuid.uuid4()
    now = timezone.now()
    free = Stream.objects.due() if only is None else _free(only, now)
    with transaction.atomic():
        if transaction.get_connection().features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True, of=("self",))
        chosen = list(free.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
        # Still free: on a database without row locks, somebody may have been quicker.
        if not chosen or not _free(chosen, now).update(lease_id=lease, lease_until=now + LEASE):
            return []
    return list(Stream.objects.filter(lease_id=lease).select_related("account", "profile").order_by("due_at", "pk"))


def _free(only: Iterable[int], now: datetime) -> Any:
    rows = Stream.objects.filter(pk__in=list(only), active=True)
    return rows.exclude(lease_until__gt=now)


def reached(stream: Stream, page: Page, limit: Limit | None = None) -> Outcome:
    """The stream after this page was stored: further down the walk, or at its end with the cursor moved."""
    now = timezone.now()
    # An empty page counts too, so that a walk over empty pages ends.
    count = stream.walk_count * bool(stream.walk_token) + max(1, len(page.posts))
    first = page.forward or not stream.walk_token
    walk_cursor = (page.cursor or stream.cursor) if first else stream.walk_cursor
    oldest = page.posts[0].external_id if page.posts else stream.walk_oldest
    more = goes_on(stream, page, count)
    outcome = Outcome(
        stream_id=stream.pk,
        lease_id=stream.lease_id,
        due_at=now if more else next_look(stream, now),
        lease_until=now + LEASE if more and stream.lease_id else None,
        reached=True,
        cursor=stream.cursor if more else walk_cursor,
        success_at=now,
        stored=len(page.posts),
        limit=limit or Limit(),
        gap=_gap(stream, page, oldest, more),
    )
    if not more:
        return outcome
    return replace(outcome, walk_token=page.next_token, walk_cursor=walk_cursor, walk_oldest=oldest, walk_count=count)


def goes_on(stream: Stream, page: Page, count: int) -> bool:
    """Whether older pages are still to be read: there are some, they lead somewhere, and they are wanted."""
    if not page.next_token or goes_round(stream, page, count):
        return False
    backfilling = stream.kind == "profile_posts" and not stream.cursor
    return not (backfilling and count >= conf.get("BACKFILL_POSTS"))


def goes_round(stream: Stream, page: Page, count: int) -> bool:
    """Whether the network leads us in circles: the page before came again, or the walk has no end."""
    same = bool(page.posts) and bool(stream.walk_token) and page.posts[0].external_id == stream.walk_oldest
    return bool(page.next_token) and (same or page.next_token == stream.walk_token or count > LONGEST_WALK)


def _gap(stream: Stream, page: Page, oldest: str, more: bool) -> Gap | None:
    looped = goes_round(stream, page, stream.walk_count)
    if stream.cursor and not more and (page.truncated or looped):
        return gap_of(stream, "depth" if page.truncated else "lost_token", oldest, page)
    return gap_of(stream, "unreadable", oldest, page) if page.unreadable else None


def gap_of(stream: Stream, why: str, oldest: str, page: Page | None = None) -> Gap:
    """The stretch between the old cursor and the oldest post read, unsaved."""
    ends_at = said_at(page.posts[0].posted_at, timezone.now()) if page and page.posts else None
    starts_at = stream.last_success_at
    return Gap(
        stream_id=stream.pk, after_id=stream.cursor, before_id=oldest, starts_at=starts_at, ends_at=ends_at, why=why
    )


def lost_walk(stream: Stream, error: NetworkError) -> Outcome:
    """The network no longer knows the walk's token: the rest is noted as a gap and the cursor moves on."""
    now = timezone.now()
    return Outcome(
        stream_id=stream.pk, lease_id=stream.lease_id, due_at=now, reached=True,
        cursor=stream.walk_cursor or stream.cursor, error_at=now, error_class="lost_token",
        error_detail=error.detail[:500], gap=gap_of(stream, "lost_token", stream.walk_oldest),
    )  # fmt: skip


def quiet(stream: Stream, limit: Limit | None = None) -> Outcome:
    """The stream after a look that found nothing new."""
    now = timezone.now()
    return Outcome(stream.pk, stream.lease_id, next_look(stream, now), success_at=now, limit=limit or Limit())


def failed(stream: Stream, error: NetworkError, due_at: datetime | None = None) -> Outcome:
    """The stream after an error; it looks again at `due_at`, or after a pause that grows with the failures."""
    now = timezone.now()
    pause = min(LONGEST_PAUSE, max(stream.interval, 5) * 2.0 ** min(stream.failures, 12))
    return Outcome(
        stream_id=stream.pk,
        lease_id=stream.lease_id,
        due_at=due_at or now + timedelta(seconds=2 + random.uniform(0, pause)),  # full jitter, so that no herd forms
        error_at=now,
        error_class=type(error).__name__,
        error_detail=error.detail[:500],
        limit=error.limit or Limit(),
    )


def next_look(stream: Stream, now: datetime) -> datetime:
    """When a stream that did well is looked at again; a catch-up after a long stop is one look, not many."""
    return now + timedelta(seconds=stream.interval)


def write_outcomes(work: bulk.Bulk, outcomes: Sequence[Outcome]) -> None:
    """Write what became of many streams: one UPDATE."""
    if outcomes:
        work.stage(OUTCOMES, [outcome.row() for outcome in outcomes])
        work.send(WRITE_OUTCOMES, (), OUTCOMES)


def write_gaps(outcomes: Sequence[Outcome]) -> None:
    """Write the gaps that were found on the way; one that is open already is not noted again."""
    gaps = {_stretch(outcome.gap): outcome.gap for outcome in outcomes if outcome.gap is not None}
    if gaps:
        noted = Gap.objects.filter(stream__in=[gap.stream_id for gap in gaps.values()], filled_at=None)
        known = {_stretch(gap) for gap in noted}
        Gap.objects.bulk_create([gap for stretch, gap in gaps.items() if stretch not in known])


def _stretch(gap: Gap) -> tuple[int, str, str, str]:
    return gap.stream_id, gap.why, gap.after_id, gap.before_id


def finish(outcomes: Sequence[Outcome]) -> None:
    """Write outcomes that come with no page: empty looks and errors of many streams, in one transaction."""
    if outcomes:
        bulk.retry_deadlocks(partial(_finish, outcomes))


def _finish(outcomes: Sequence[Outcome]) -> None:
    with transaction.atomic():
        write_outcomes(bulk.Bulk(), outcomes)
        write_gaps(outcomes)


def make_due(account: SocialAccount) -> None:
    """Look at the account's streams at the next beat."""
    Stream.objects.filter(account=account, active=True).update(due_at=timezone.now())
