"""Scoring: how far a profile's voice carries, 0 to 100, as points that anyone can add up. See docs/scoring.md.

Arithmetic on public counts, nothing learned and nothing about what a person is like. Only profiles of contacts and of
people who wrote to us are scored, and only where the network allows it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import bulk
from .models import InfluenceScore, Mention, Post, ProfileLink, SocialProfile, Stream
from .networks import networks

VERSION = 1
WINDOW = timedelta(days=30)
HISTORY = timedelta(days=365)
CHANGE_DAYS = 30  # a change is against the score of so many days ago, on the contact's page and in the report
BATCH = 2000


SCORES = bulk.Staging(
    "socialcrm_in_score",
    (
        ("profile_id", "bigint"), ("day", "date"), ("version", "smallint"), ("value", "float8"),
        ("confidence", "float8"), ("parts", "jsonb"), ("computed_at", "timestamptz"),
    ),
)  # fmt: skip
# A profile that is gone since it was read has no score. `day` is the unique key's second half: today's is replaced.
UPSERT = """
INSERT INTO socialcrm_influencescore (profile_id, day, version, value, confidence, parts, computed_at)
SELECT s.profile_id, s.day, s.version, s.value, s.confidence, s.parts, s.computed_at
FROM socialcrm_in_score s JOIN socialcrm_socialprofile p ON p.id = s.profile_id WHERE TRUE ORDER BY s.profile_id
ON CONFLICT (profile_id, day) DO UPDATE SET version = excluded.version, value = excluded.value,
    confidence = excluded.confidence, parts = excluded.parts, computed_at = excluded.computed_at
"""


class Signal(NamedTuple):
    """One signal of the card: its name, its points of 100, and the count from which it has all of them."""

    name: str
    points: int
    cap: int


CARD = (
    Signal("followers", 30, 10_000_000),
    Signal("listed", 40, 30_000),
    Signal("mentions", 20, 100_000),
    Signal("reposts", 10, 50_000),
)


class Band(NamedTuple):
    """A stretch of the scale: from this value on, its code and its name."""

    start: int
    code: str
    label: str | Promise


BANDS = (
    Band(0, "quiet", _("Quiet voice")),
    Band(20, "growing", _("Growing voice")),
    Band(35, "steady", _("Steady voice")),
    Band(50, "strong", _("Strong voice")),
    Band(70, "leading", _("Leading voice")),
)


@dataclass(frozen=True, slots=True)
class Score:
    """A card filled in. The parts' points add up to the value; their `of` add up to 100."""

    value: float
    parts: list[dict[str, Any]]  # [{"signal", "input", "points", "of"}], in the order of the card
    confidence: float
    version: int = VERSION


class DayValue(NamedTuple):
    """A score's value on a day."""

    day: date
    value: float


@dataclass(frozen=True, slots=True)
class ContactScore:
    """A contact's score: that of the contact's strongest profile, with its days, oldest first.

    `change` is against CHANGE_DAYS days ago (or the oldest day since), None without one; below 10 it means little.
    """

    value: float
    band: str
    band_label: str | Promise
    parts: list[dict[str, Any]]
    confidence: float
    profile: SocialProfile
    change: float | None
    history: list[DayValue]
    day: date
    version: int


def card(signals: Mapping[str, int | None]) -> Score:
    """Fill the card in. A signal that is absent or None is unknown: its points go to the others, in proportion.

    points = of * min(1, ln(1 + input) / ln(1 + cap)). Pure: the same signals in any order give the same score.
    """
    known = [signal for signal in CARD if signals.get(signal.name) is not None]
    total = sum(signal.points for signal in known)
    parts = [_part(signal, signals[signal.name] or 0, 100 * signal.points / total) for signal in known]
    value = round(sum(part["points"] for part in parts), 2)
    return Score(min(100.0, value), parts, len(known) / len(CARD))


def _part(signal: Signal, count: int, of: float) -> dict[str, Any]:
    count = max(0, count)
    share = min(1.0, math.log1p(count) / math.log1p(signal.cap))
    return {"signal": signal.name, "input": count, "points": round(of * share, 2), "of": round(of, 2)}


def band_of(value: float) -> Band:
    """The band of a value, as shown: a value is rounded before it is looked up, so 19.6 reads 20 and is in its band."""
    shown = round(value)
    return next(band for band in reversed(BANDS) if shown >= band.start)


def score_profiles(profile_ids: Iterable[int] | None = None) -> int:
    """Score these profiles (or all that may be scored) for today, replacing today's; returns how many.

    The number of queries grows with batches of 2,000 profiles, not with profiles.
    """
    wanted = None if profile_ids is None else list(profile_ids)
    done, last = 0, 0
    while True:
        rows = in_scope(wanted).filter(pk__gt=last).order_by("pk")
        batch = list(rows.values_list("pk", "network", "followers", "listed")[:BATCH])
        if not batch:
            return done
        _score(batch)
        done, last = done + len(batch), batch[-1][0]


def in_scope(profile_ids: Iterable[int] | None = None) -> QuerySet[SocialProfile]:
    """Profiles that may be scored: of contacts, or of people who wrote to us, on networks that allow it."""
    allowed = [name for name, cls in networks().items() if cls.may_score]
    linked = ProfileLink.objects.filter(profile=OuterRef("pk"), state="linked", contact__isnull=False)
    wrote = Mention.objects.filter(author=OuterRef("pk"))
    rows = SocialProfile.objects.filter(Exists(linked) | Exists(wrote), network__in=allowed)
    return rows if profile_ids is None else rows.filter(pk__in=list(profile_ids))


def _score(batch: list[tuple[int, str, int | None, int | None]]) -> None:
    now, today = timezone.now(), timezone.localdate().isoformat()
    heard = echo_counts([row[0] for row in batch])
    rows = []
    for pk, _network, followers, listed in batch:
        mentions, reposts = heard.get(pk, (None, None))
        score = card({"followers": followers, "listed": listed, "mentions": mentions, "reposts": reposts})
        parts = msgspec.Raw(msgspec.json.encode(score.parts))
        rows.append((pk, today, VERSION, score.value, score.confidence, parts, now))
    bulk.retry_deadlocks(partial(_write, rows))


def _write(rows: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        work = bulk.Bulk()
        work.stage(SCORES, rows)
        work.run(UPSERT, reading=SCORES)


def echo_counts(profile_ids: list[int]) -> dict[int, tuple[int, int]]:
    """(mentions, reposts) received in the last 30 days, for profiles whose own posts we read; others are unknown.

    A reply to a post and a quote of it name its author, so they are the mentions that the network counts for us. For
    a profile that we only know from what it wrote to us, the few posts that we have say nothing.
    """
    reads = Stream.objects.filter(profile__in=profile_ids, kind="profile_posts", last_success_at__isnull=False)
    followed = list(reads.values_list("profile_id", flat=True).distinct())
    recent = Q(author__in=followed, posted_at__gte=timezone.now() - WINDOW, state=Post.State.LIVE)
    posts = Post.objects.filter(recent).exclude(kind=Post.Kind.REPOST).values("author")
    sums = posts.annotate(replied=Sum("replies_count"), quoted=Sum("quotes"), shared=Sum("reposts"))
    counts = {row["author"]: (row["replied"] or 0, row["quoted"] or 0, row["shared"] or 0) for row in sums}
    empty = (0, 0, 0)
    return {pk: (sum(counts.get(pk, empty)[:2]), counts.get(pk, empty)[2]) for pk in followed}


def for_contact(contact: Any) -> ContactScore | None:
    """The contact's score with its history of a year; None without a scored profile. Three queries."""
    return for_profiles(SocialProfile.objects.of_contact(contact))


def for_profiles(profiles: Iterable[SocialProfile]) -> ContactScore | None:
    """The score of a contact who has these profiles, linked ones. Two queries."""
    mine = {profile.pk: profile for profile in profiles}
    recent = InfluenceScore.objects.filter(profile__in=list(mine), day__gte=timezone.localdate() - HISTORY)
    rows = list(recent.order_by("day").values_list("profile_id", "day", "value"))
    if not rows:
        return None
    newest: dict[int, tuple[float, int]] = {pk: (value, pk) for pk, _day, value in rows}
    strongest = max(newest.values())[1]
    history = [DayValue(day, value) for pk, day, value in rows if pk == strongest]
    score = InfluenceScore.objects.filter(profile=strongest).latest("day")
    score.profile = mine[strongest]
    return contact_score(score, history)


def contact_score(score: InfluenceScore, history: list[DayValue]) -> ContactScore:
    """A score of today with the days before it, as the pages show it."""
    band = band_of(score.value)
    return ContactScore(
        value=score.value, band=band.code, band_label=band.label, parts=score.parts, confidence=score.confidence,
        profile=score.profile, change=change_of(history), history=history, day=score.day, version=score.version,
    )  # fmt: skip


def change_of(history: list[DayValue]) -> float | None:
    """The newest value against the one of CHANGE_DAYS days before (or the oldest since); None with a single day."""
    if len(history) < 2:
        return None
    newest = history[-1]
    since = newest.day - timedelta(days=CHANGE_DAYS)
    before = [one for one in history[:-1] if one.day <= since]
    base = before[-1] if before else history[0]
    return round(newest.value - base.value, 2)
