"""health: how an account's sync is doing, for the page of connected accounts and the API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm.models import Gap, SocialAccount, Stream

# A due stream waits at most for the next beat; twelve of them without anyone coming is silence.
SILENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """One stream: seconds since the last success (None: never), when it runs next, its last error in words."""

    stream: Stream
    lag: float | None
    is_late: bool
    next_run: datetime
    error: str
    left: int | None
    of: int | None
    resets_at: datetime | None


@dataclass(frozen=True, slots=True)
class Health:
    """An account's streams (its own first, then the oldest linked profiles), open gaps, and whether anyone reads."""

    account: SocialAccount
    streams: list[StreamHealth]
    profile_streams: int
    late_profile_streams: int
    gaps: list[Gap]
    workers_alive: bool

    @property
    def is_late(self) -> bool:
        """Whether one of the account's own streams is late."""
        return any(one.is_late for one in self.streams if one.stream.profile_id is None)

    @property
    def last_success_at(self) -> datetime | None:
        """The last time that anything was read."""
        times = [one.stream.last_success_at for one in self.streams if one.stream.last_success_at]
        return max(times, default=None)


def health(account: SocialAccount) -> Health:
    """The account's health; five queries whatever its size."""
    now = timezone.now()
    mine = account.streams.filter(active=True)
    own = list(mine.filter(profile=None).order_by("kind"))
    profiles = mine.filter(kind="profile_posts")
    late = profiles.filter(due_at__lt=now - timedelta(minutes=30))
    failing = list(profiles.exclude(error_class="").select_related("profile").order_by("last_success_at")[:10])
    for stream in own + failing:
        stream.account = account
    return Health(
        account=account,
        streams=[stream_health(stream, now) for stream in own + failing],
        profile_streams=profiles.count(),
        late_profile_streams=late.count(),
        gaps=list(Gap.objects.filter(stream__account=account, filled_at=None).order_by("-found_at")[:50]),
        workers_alive=workers_alive(now),
    )


def stream_health(stream: Stream, now: datetime) -> StreamHealth:
    """One stream's health."""
    since = stream.last_success_at
    current = stream.resets_at is None or stream.resets_at > now
    return StreamHealth(
        stream=stream,
        lag=None if since is None else (now - since).total_seconds(),
        is_late=stream.is_late,
        next_run=max(stream.due_at, now),
        error=in_words(stream),
        left=stream.remaining if current else stream.limit,
        of=stream.limit,
        resets_at=stream.resets_at if current else None,
    )


def workers_alive(now: datetime) -> bool:
    """Whether somebody reads: no stream has been due for a minute without anyone taking it."""
    return not Stream.objects.due().filter(due_at__lt=now - SILENCE).exists()


def in_words(stream: Stream) -> str:
    """The stream's last error, as a sentence that says what happens next."""
    if not stream.error_class:
        return ""
    words = {
        "RateLimited": _("The network asks us to wait; reading goes on by itself."),
        "AuthExpired": _("The network no longer accepts our access: connect the account again."),
        "Unreachable": _("The network did not answer; we try again by ourselves."),
        "NotFound": _("The network no longer shows this account."),
        "Budget": _("Paused to stay within the monthly cap."),
        "lost_token": _("The network lost our place in its list; what may be missing is listed as a gap."),
    }
    return words.get(stream.error_class) or stream.error_detail or _("The network refused.")
