"""What X refuses and what that means for us: by status and type."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialcrm.networks import base
from socialcrm.networks.base import NetworkError, RateLimited, Request, Response
from socialcrm.networks.twitter.answer import envelope, missing_of
from socialcrm.networks.twitter.errors import error_of

OBSERVED = Path(__file__).resolve().parents[4] / "shared/specs/x/observed/errors.json"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
READ, WRITE, REPLY = (
    Request("GET", "https://api.x.com/2/x", "e"),
    Request("POST", "https://api.x.com/2/tweets", "e", writes=True),
    Request("POST", "https://api.x.com/2/tweets", "e", writes=True, json={"text": "Hi", "reply": {}}),
)
OLD, NEW = "https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"


def error(request: Request, status: int, body: Any, **headers: str) -> NetworkError:
    """The error of an answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of(request, Response(status, named, raw), NOW)


@pytest.mark.skipif(not OBSERVED.is_file(), reason="the observed errors (../shared/specs/x) are not here")
@pytest.mark.parametrize(
    ("name", "request_", "cls", "code"),
    [
        ("duplicate_403", WRITE, "Duplicate", ""),
        ("duplicate_403", READ, "Rejected", ""),
        ("unsupported_auth_403", READ, "Rejected", "unsupported-authentication"),
        ("unauthorized_401", READ, "AuthExpired", ""),
        ("unauthorized_401", WRITE, "AuthExpired", ""),
        ("invalid_param_400", READ, "Rejected", "invalid-request"),
    ],
)
def test_observed_refusals(name: str, request_: Request, cls: str, code: str) -> None:
    seen = json.loads(OBSERVED.read_text())[name]
    found = error(request_, seen["status"], seen["body"])
    assert (type(found).__name__, found.code, found.status) == (cls, code, seen["status"])
    assert found.detail


@pytest.mark.parametrize(
    ("request_", "status", "body", "cls", "code"),
    [
        (WRITE, 403, {"type": "about:blank", "detail": "You are not permitted to reply."}, "Rejected", ""),
        (REPLY, 403, {"type": "about:blank", "detail": "You are not permitted to reply."}, "MayNotReply", ""),
        (REPLY, 403, {"errors": [{"code": 433, "message": "The author restricted replies."}]}, "MayNotReply", ""),
        (REPLY, 403, {"type": "about:blank", "detail": "This is a duplicate."}, "Duplicate", ""),
        (REPLY, 403, {"type": f"{OLD}client-forbidden", "detail": "no"}, "Rejected", "client-forbidden"),
        (REPLY, 403, b"<html>forbidden</html>", "Rejected", ""),
        (REPLY, 400, {"detail": "Too long."}, "Rejected", ""),
        (WRITE, 403, {"type": f"{OLD}client-forbidden", "detail": "duplicate client"}, "Rejected", "client-forbidden"),
        (WRITE, 403, b"<html>forbidden</html>", "Rejected", ""),
        (READ, 404, {"title": "Not Found Error", "type": f"{NEW}resource-not-found"}, "NotFound", "deleted"),
        (READ, 404, b"", "NotFound", "unknown"),
        (READ, 403, {"type": f"{NEW}not-authorized-for-resource"}, "NotFound", "protected"),
        (READ, 401, {"errors": [{"code": 89, "message": "Invalid or expired token."}]}, "AuthExpired", ""),
        (READ, 403, {"errors": [{"code": 326, "message": "Locked."}]}, "AuthExpired", ""),
        (WRITE, 403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}, "Duplicate", ""),
        (READ, 500, b"oops", "Unreachable", "no_answer"),
        (WRITE, 500, b"oops", "OutcomeUnknown", "no_answer"),
        (WRITE, 503, {}, "OutcomeUnknown", "no_answer"),
        (WRITE, 408, {}, "OutcomeUnknown", "no_answer"),
        (WRITE, 302, b"", "OutcomeUnknown", "no_answer"),
        (READ, 304, b"", "Unreachable", "no_answer"),
        (READ, 429, {"title": "Too Many Requests", "type": "about:blank"}, "RateLimited", "rate-limited"),
        (READ, 429, b"<html>", "RateLimited", "rate-limited"),
        (READ, 400, {"errors": {}, "detail": 5}, "Rejected", ""),
        (READ, 418, [], "Rejected", ""),
    ],
)
def test_a_refusal_is_judged_by_status_and_type(request_: Request, status: int, body: Any, cls: str, code: str) -> None:
    found = error(request_, status, body)
    assert (type(found).__name__, found.code, found.status) == (cls, code, status)


def waits(status: int, body: Any, **headers: str) -> timedelta:
    """How long the error says to wait."""
    found = error(READ, status, body, **headers)
    assert isinstance(found, RateLimited)
    return found.retry_at - NOW


def test_a_window_ends_when_x_says() -> None:
    reset = str(int((NOW + timedelta(minutes=4)).timestamp()))
    found = error(READ, 429, {}, x_rate_limit_reset=reset, x_rate_limit_limit="300", x_rate_limit_remaining="0")
    assert isinstance(found, RateLimited)
    assert found.retry_at == NOW + timedelta(minutes=4)
    assert found.limit == base.Limit(300, 0, NOW + timedelta(minutes=4))


def test_a_day_that_is_used_up_ends_when_x_says() -> None:
    reset = str(int((NOW + timedelta(hours=5)).timestamp()))
    day = {"x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": reset}
    assert waits(429, {}, **day) == timedelta(hours=5)
    assert waits(429, {}, **{**day, "x_user_limit_24hour_remaining": "9"}) == timedelta(minutes=1)
    assert waits(429, {}, **{**day, "x_user_limit_24hour_reset": "soon"}) == timedelta(minutes=1)


@pytest.mark.parametrize("status", [403, 429])
def test_a_month_that_is_used_up_ends_with_the_month(status: int) -> None:
    month = waits(status, {"type": f"{NEW}usage-capped", "period": "Monthly"})
    assert NOW + month == datetime(2026, 12, 1, tzinfo=UTC)
    day = waits(status, {"type": f"{OLD}usage-capped", "period": "Daily"})
    assert NOW + day == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        ({"title": "Not Found Error", "type": f"{OLD}resource-not-found", "parameter": "ids"}, "deleted"),
        ({"title": "Not Found Error", "type": f"{NEW}resource-not-found", "parameter": "usernames"}, "unknown"),
        ({"title": "Forbidden", "type": f"{OLD}resource-not-found", "parameter": "usernames"}, "suspended"),
        ({"title": "Authorization Error", "type": f"{OLD}not-authorized-for-resource"}, "protected"),
        ({"title": "?", "type": "about:blank"}, "unknown"),
    ],
)
def test_what_is_missing_has_a_reason(problem: dict[str, str], why: str) -> None:
    body = json.dumps({"errors": [{**problem, "resource_type": "user", "value": "ada"}]}).encode()
    ((missing),) = missing_of(envelope(body), ("user",))
    assert (missing.external_id, missing.why) == ("ada", why)


def test_a_person_who_is_missing_is_no_missing_post() -> None:
    body = json.dumps({"errors": [{"resource_type": "user", "value": "12"}, {"resource_type": "tweet", "value": "9"}]})
    assert [one.external_id for one in missing_of(envelope(body.encode()), ("tweet", "post"))] == ["9"]
