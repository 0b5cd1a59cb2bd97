"""What a refusal means by its status alone, as most networks use them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from .border import AuthExpired, NetworkError, NotFound, RateLimited, Rejected, Request, Response
from .border import gettext_noop as _
from .headers import LATEST, limit_of, retry_at
from .transport import lost

STATUSES: dict[int, type[NetworkError]] = {401: AuthExpired, 404: NotFound, 410: NotFound}


def refusal(
    request: Request,
    response: Response,
    detail: str,
    now: datetime | None = None,
    *,
    missing: str = "unknown",
    longest: timedelta = LATEST,
) -> NetworkError:
    """The error that a status means. `missing`: the code of a 404, where it is known; `longest`: the longest window."""
    now, status = now or datetime.now(UTC), response.status
    limit = limit_of(response.headers, now)
    if status == 429:
        wait = retry_at(response.headers, now, longest)
        return RateLimited(wait, detail, status=status, code="rate-limited", limit=limit)
    if is_no_answer(status):
        error = lost(request, detail or _("The network did not do what was asked."))
        error.status, error.limit = status, limit
        return error
    cls = STATUSES.get(status, Rejected)
    return cls(detail, status=status, code=missing if cls is NotFound else "", limit=limit)


def is_no_answer(status: int) -> bool:
    """Whether a status says nothing of what became of the request."""
    return status < 400 or status == 408 or status >= 500
