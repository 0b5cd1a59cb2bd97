"""What a network's headers say of its rate limit, read with suspicion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from .border import Limit

SOONEST = timedelta(seconds=1)
LATEST = timedelta(minutes=16)  # windows last 15 minutes; a minute for clocks that differ
UNSAID = timedelta(seconds=60)
SPELLINGS = ("x-rate-limit", "x-ratelimit", "ratelimit")


def read_number(text: str | None) -> int | None:
    """A whole number from a header, or None."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def read_time(text: str | None, now: datetime) -> datetime | None:
    """A moment from a header: seconds since 1970, an HTTP date or an ISO date. None where it says nothing."""
    text = (text or "").strip()
    try:
        number = float(text)
        return datetime.fromtimestamp(number, UTC) if number > 0 else None
    except (ValueError, OverflowError, OSError):
        pass
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def limit_of(headers: Mapping[str, str], now: datetime) -> Limit | None:
    """The x-rate-limit-* headers in any of their spellings, or None where there are none."""
    found = {name: _said(headers, name) for name in ("limit", "remaining", "reset")}
    if not any(found.values()):
        return None
    return Limit(read_number(found["limit"]), read_number(found["remaining"]), read_time(found["reset"], now))


def _said(headers: Mapping[str, str], name: str) -> str | None:
    return next((headers[key] for one in SPELLINGS if headers.get(key := f"{one}-{name}")), None)


def retry_at(headers: Mapping[str, str], now: datetime, longest: timedelta = LATEST) -> datetime:
    """When to ask again after a 429: never sooner than in a second, never later than the network's longest window.

    Retry-After speaks first; a header that says nothing, or the past, means a minute, one beyond reason 16 minutes.
    """
    for moment in (_after(headers.get("retry-after"), now), _reset(headers, now)):
        if moment is not None and moment > now:
            return max(moment, now + SOONEST) if moment <= now + longest else now + LATEST
    return now + UNSAID


def _after(text: str | None, now: datetime) -> datetime | None:
    seconds = read_number(text)
    if seconds is not None:
        return now + timedelta(seconds=min(seconds, 86400))
    return None if _is_number(text) else _on_our_clock(read_time(text, now), None, now)


def _reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    return _on_our_clock(read_time(_said(headers, "reset"), now), headers.get("date"), now)


def _on_our_clock(moment: datetime | None, their_date: str | None, now: datetime) -> datetime | None:
    theirs = read_time(their_date, now) if their_date else None
    if moment is None or theirs is None or abs(theirs - now) > timedelta(hours=1):
        return moment
    return now + (moment - theirs)


def _is_number(text: str | None) -> bool:
    try:
        float(text or "")
    except ValueError:
        return False
    return True
