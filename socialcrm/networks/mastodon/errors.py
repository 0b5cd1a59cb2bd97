"""Mastodon's refusals -> our errors, by status alone: their sentences come in the account's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from socialcrm.networks.border import (
    AuthExpired,
    Limit,
    NetworkError,
    NotFound,
    RateLimited,
    Rejected,
    Request,
    Response,
    Unreachable,
)
from socialcrm.networks.border import gettext_noop as _
from socialcrm.networks.headers import read_number, read_time, retry_at
from socialcrm.networks.transport import lost

from .wire import MError, read

STATUSES: dict[int, type[NetworkError]] = {401: AuthExpired, 404: NotFound, 410: NotFound}
# Posts have a window of three hours (300 posts); all others are of five or thirty minutes.
LONGEST = timedelta(hours=3, minutes=5)


def limit_of(response: Response, now: datetime) -> Limit | None:
    """Mastodon's X-RateLimit-* headers; the reset is an ISO time [recorded]."""
    found = {name: response.headers.get(f"x-ratelimit-{name}") for name in ("limit", "remaining", "reset")}
    if not any(found.values()):
        return None
    return Limit(read_number(found["limit"]), read_number(found["remaining"]), read_time(found["reset"], now))


def window_ends(response: Response, now: datetime) -> datetime:
    """When to ask again: as the reset says, where it is an ISO time that can be meant."""
    reset = response.headers.get("x-ratelimit-reset", "")
    end = read_time(reset, now) if "T" in reset else None
    if end is not None and now + timedelta(seconds=1) <= end <= now + LONGEST:
        return end
    return retry_at({**response.headers, "x-rate-limit-reset": reset}, now)


def sentence_of(response: Response) -> str:
    """The server's own words, for the person."""
    try:
        found = read(response.body, MError)
    except Unreachable:
        return ""
    return (found.error_description or found.error or "")[:1000]


def error_of(
    request: Request, response: Response, now: datetime | None = None, missing: str = "unknown"
) -> NetworkError:
    """The error that an answer means. `missing`: the code of a 404, where it is known."""
    now, status, detail = now or datetime.now(UTC), response.status, sentence_of(response)
    if status == 429:
        return RateLimited(window_ends(response, now), detail, status=status, code="rate-limited")
    if status < 400 or status == 408 or status >= 500:
        return lost(request, detail or _("The network did not do what was asked."))
    cls = STATUSES.get(status, Rejected)
    return cls(detail, status=status, code=missing if cls is NotFound else "")
