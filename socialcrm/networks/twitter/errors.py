"""X's refusals -> our errors: one table, judged by status and type.

The one exception: X sends a duplicate text as 403 with type about:blank and nothing but its sentence
[observed 2026-02-12], so the word is looked for, and only there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from socialcrm.networks.border import (
    AuthExpired,
    Duplicate,
    MayNotReply,
    NetworkError,
    NotFound,
    RateLimited,
    Rejected,
    Request,
    Response,
)
from socialcrm.networks.headers import limit_of, read_number, read_time, retry_at
from socialcrm.networks.reading import BAD, repair
from socialcrm.networks.refusals import STATUSES, is_no_answer, refusal

from .answer import why
from .wire import Problem

# X's numbers from API v1.1, which v2 and its gateways still send now and then [mem].
CODES: dict[int, type[NetworkError]] = {
    32: AuthExpired,
    64: AuthExpired,
    89: AuthExpired,
    135: AuthExpired,
    215: AuthExpired,
    326: AuthExpired,
    187: Duplicate,
    433: MayNotReply,
    34: NotFound,
    50: NotFound,
    63: NotFound,
    144: NotFound,
}
KINDS: dict[str, type[NetworkError]] = {
    "resource-not-found": NotFound,
    "resource-unavailable": NotFound,
    "not-authorized-for-resource": NotFound,
}

_problem = msgspec.json.Decoder(Problem)


def problem_of(response: Response) -> Problem:
    """The answer's problem, whatever it is wrapped in; empty where it cannot be read."""
    try:
        found = _problem.decode(repair(response.body))
    except BAD:
        return Problem()
    if not found.errors:
        return found
    inner = found.errors[0]
    return Problem(
        title=found.title or inner.title,
        detail=found.detail or inner.detail or inner.message,
        type=found.type or inner.type,
        code=inner.code,
        period=found.period or inner.period,
        parameter=inner.parameter,
        resource_type=inner.resource_type,
    )


def error_of(request: Request, response: Response, now: datetime | None = None) -> NetworkError:
    """The error that an answer means."""
    now = now or datetime.now(UTC)
    found, limit, status = problem_of(response), limit_of(response.headers, now), response.status
    kind = (found.type or "").rpartition("/")[2]
    detail = (found.detail or found.error_description or found.title or "")[:1000]
    if kind == "usage-capped":
        return RateLimited(cap_ends(found, now), detail, status=status, code=kind, limit=limit)
    if status == 429:
        return RateLimited(window_ends(response, now), detail, status=status, code="rate-limited", limit=limit)
    if is_no_answer(status):
        return refusal(request, response, detail, now)
    cls = CODES.get(found.code or 0) or STATUSES.get(status) or KINDS.get(kind, Rejected)
    if status == 403 and request.writes and kind in {"", "blank", "about:blank"} and cls is Rejected:
        cls = _untyped(request, detail)
    return cls(detail, status=status, code=_code(cls, found, kind), limit=limit)


def _untyped(request: Request, detail: str) -> type[NetworkError]:
    """What a 403 without a type means. Our own check of the text goes before: what is left is about who may answer."""
    if "duplicate" in detail.lower():
        return Duplicate
    return MayNotReply if detail and "reply" in (request.json or {}) else Rejected


def _code(cls: type[NetworkError], found: Problem, kind: str) -> str:
    if cls is NotFound:
        return why(found)
    return "" if kind == "about:blank" else kind


def window_ends(response: Response, now: datetime) -> datetime:
    """When the window that is used up ends. X says so of its days of 24 hours in headers of their own."""
    for who in ("user", "app"):
        prefix = f"x-{who}-limit-24hour"
        if read_number(response.headers.get(f"{prefix}-remaining")) == 0:
            end = read_time(response.headers.get(f"{prefix}-reset"), now)
            if end is not None and now < end <= now + timedelta(hours=25):
                return end
    return retry_at(response.headers, now)


def cap_ends(found: Problem, now: datetime) -> datetime:
    """When a usage cap ends: the next day or month (UTC)."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if (found.period or "").lower() == "daily":
        return midnight + timedelta(days=1)
    return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
