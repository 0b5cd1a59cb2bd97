"""Limits are read with suspicion: whatever a header says, the wait is sane."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcrm.networks.headers import limit_of, read_time, retry_at

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def epoch(delta: timedelta) -> str:
    """Seconds since 1970, from now."""
    return str(int((NOW + delta).timestamp()))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-rate-limit-reset": epoch(5 * MINUTE)}, 5 * MINUTE),
        ({"x-rate-limit-reset": epoch(timedelta(hours=2))}, 16 * MINUTE),
        ({"x-rate-limit-reset": epoch(-MINUTE)}, MINUTE),
        ({"x-rate-limit-reset": epoch(timedelta(0))}, MINUTE),
        ({"x-rate-limit-reset": "0"}, MINUTE),
        ({"x-rate-limit-reset": "-5"}, MINUTE),
        ({"x-rate-limit-reset": "soon"}, MINUTE),
        ({"x-rate-limit-reset": "9" * 400}, MINUTE),
        ({"x-rate-limit-reset": "nan"}, MINUTE),
        ({"x-rate-limit-reset": "inf"}, MINUTE),
        ({"x-rate-limit-reset": format_datetime(NOW + 3 * MINUTE, usegmt=True)}, 3 * MINUTE),
        ({"x-rate-limit-reset": (NOW + 4 * MINUTE).isoformat()}, 4 * MINUTE),
        ({"retry-after": "30"}, 30 * SECOND),
        ({"retry-after": "0"}, MINUTE),
        ({"retry-after": "-1"}, MINUTE),
        ({"retry-after": "7200"}, 16 * MINUTE),
        ({"retry-after": "1" * 30}, MINUTE),
        ({"retry-after": format_datetime(NOW + 2 * MINUTE, usegmt=True)}, 2 * MINUTE),
        ({"retry-after": format_datetime(NOW - 2 * MINUTE, usegmt=True)}, MINUTE),
        ({"retry-after": "garbage", "x-rate-limit-reset": epoch(2 * MINUTE)}, 2 * MINUTE),
        ({"retry-after": "10", "x-rate-limit-reset": epoch(9 * MINUTE)}, 10 * SECOND),
        ({}, MINUTE),
    ],
)
def test_the_wait_is_what_was_said_where_that_is_sane(headers: dict[str, str], wait: timedelta) -> None:
    assert retry_at(headers, NOW) == NOW + wait


def test_a_clock_that_differs_does_not_change_the_wait() -> None:
    theirs = NOW + 10 * MINUTE
    headers = {"date": format_datetime(theirs, usegmt=True), "x-rate-limit-reset": epoch(12 * MINUTE)}
    assert retry_at(headers, NOW) == NOW + 2 * MINUTE


@given(st.dictionaries(st.sampled_from(["retry-after", "x-rate-limit-reset", "date"]), st.text(max_size=40)))
def test_no_header_makes_it_wait_less_than_a_second_or_more_than_16_minutes(headers: dict[str, str]) -> None:
    assert NOW + SECOND <= retry_at(headers, NOW) <= NOW + 16 * MINUTE


def test_a_limit_is_read_and_what_is_unreadable_is_unsaid() -> None:
    headers = {"x-rate-limit-limit": "75", "x-rate-limit-remaining": "seven", "x-rate-limit-reset": epoch(MINUTE)}
    limit = limit_of(headers, NOW)
    assert limit is not None
    assert (limit.limit, limit.remaining, limit.resets_at) == (75, None, NOW + MINUTE)
    assert limit_of({}, NOW) is None
    assert read_time("", NOW) is None
