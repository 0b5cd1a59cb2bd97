"""health: how an account's sync is doing, for the page of connected accounts and the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from socialcrm.models import Stream

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


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """An account's own streams together. `read_at`: up to when all of them are read; None where one never was."""

    read_at: datetime | None
    is_late: bool
    is_failing: bool
    error: str

    @classmethod
    def of(cls, streams: Iterable[Stream]) -> AccountHealth:
        """Of the streams of one account; those of single contacts are no part of it."""
        active = [stream for stream in streams if stream.active and stream.profile_id is None]
        reads = [stream.last_success_at for stream in active]
        return cls(
            read_at=min((at for at in reads if at), default=None) if all(reads) else None,
            is_late=any(stream.is_late for stream in active),
            is_failing=any(stream.failures for stream in active),
            error=next((words for stream in active if (words := in_words(stream))), ""),
        )


def workers_alive(now: datetime) -> bool:
    """Whether somebody reads: no stream has been due for a minute without anyone taking it."""
    return not Stream.objects.due().filter(due_at__lt=now - SILENCE).exists()


def in_words(stream: Stream) -> str:
    """The stream's last error and what happens next, in a sentence; nothing once the account was connected anew."""
    outlived = stream.last_error_at and stream.last_error_at < stream.account.state_since
    if not stream.error_class or outlived:
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
