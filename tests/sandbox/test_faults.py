"""Faults on demand: each kind does what it says, as often as it was told, and only there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Client
from tests.sandbox_process import Sandbox


@pytest.fixture(autouse=True)
def clean(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.control("DELETE", "faults")


def fault(sandbox: Sandbox, action: str, path: str = "^/2/users/me", **more: Any) -> None:
    sandbox.control("POST", "faults", {"match": {"path": path}, "action": action, **more})


def test_a_status_comes_with_its_headers_and_body(desk: Client) -> None:
    fault(desk.sandbox, "status", status=503, headers={"retry-after": "7"}, body={"title": "Over capacity"})
    answer = desk.get("/2/users/me")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert answer.json() == {"title": "Over capacity"}
    assert desk.get(f"/2/users/{desk.id}").status_code == 200


def test_a_fault_happens_as_often_as_it_should(desk: Client) -> None:
    fault(desk.sandbox, "status", status=500, times=2)
    assert [desk.get("/2/users/me").status_code for _ in range(4)] == [500, 500, 200, 200]


def test_a_rate_throws_the_same_dice_from_the_same_seed(desk: Client) -> None:
    runs = []
    for _ in range(2):
        fault(desk.sandbox, "status", status=500, rate=0.5, seed=3)
        runs.append([desk.get("/2/users/me").status_code for _ in range(12)])
        desk.sandbox.control("DELETE", "faults")
    assert runs[0] == runs[1] and {200, 500} == set(runs[0])


def test_a_delay_delays(desk: Client) -> None:
    fault(desk.sandbox, "delay", ms=300)
    started = time.monotonic()
    assert desk.get("/2/users/me").status_code == 200
    assert time.monotonic() - started >= 0.3


def test_drop_before_accepts_nothing(desk: Client) -> None:
    fault(desk.sandbox, "drop_before", "^/2/tweets", times=1)
    with pytest.raises(requests.ConnectionError):
        desk.tweet("Dropped before")
    assert not [one for one in desk.sandbox.log() if one["text"] == "Dropped before"]


def test_drop_after_accepts_and_never_says_so(desk: Client) -> None:
    fault(desk.sandbox, "drop_after", "^/2/tweets", times=1)
    with pytest.raises(requests.ConnectionError):
        desk.tweet("Dropped after")
    assert len([one for one in desk.sandbox.log() if one["text"] == "Dropped after"]) == 1


def test_a_status_after_accepting_hides_that_it_was_accepted(desk: Client) -> None:
    fault(desk.sandbox, "status_after", "^/2/tweets", status=502, times=1)
    assert desk.tweet("Accepted in silence").status_code == 502
    assert len([one for one in desk.sandbox.log() if one["text"] == "Accepted in silence"]) == 1


def test_a_truncated_answer_is_shorter_than_it_says(desk: Client) -> None:
    fault(desk.sandbox, "truncate", times=1)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        desk.get("/2/users/me")


def test_bad_json_is_not_json(desk: Client) -> None:
    fault(desk.sandbox, "bad_json", times=1)
    with pytest.raises(requests.JSONDecodeError):
        desk.get("/2/users/me").json()


def test_a_huge_answer_is_as_huge_as_asked(desk: Client) -> None:
    fault(desk.sandbox, "huge", bytes=3_000_000, times=1)
    assert len(desk.get("/2/users/me").content) == 3_000_000


def test_a_slow_drip_takes_its_time_and_is_complete(desk: Client) -> None:
    fault(desk.sandbox, "slow_drip", ms=20, bytes=8, times=1)
    started = time.monotonic()
    assert desk.get("/2/users/me").json()["data"]["id"] == desk.id
    assert time.monotonic() - started > 0.15


def test_a_fault_can_be_for_one_account_and_one_method(desk: Client, clients: Any) -> None:
    match = {"account": "@lumen_desk", "method": "get", "path": "/2/users"}
    desk.sandbox.control("POST", "faults", {"match": match, "action": "status", "status": 500})
    assert desk.get("/2/users/me").status_code == 500
    assert clients("lumen_desk", "oauth1").get("/2/users/me").status_code == 500
    assert clients("lumen_lighting").get("/2/users/me").status_code == 200


def test_rules_are_listed_with_what_they_hit_and_lifted_one_by_one(desk: Client) -> None:
    fault(desk.sandbox, "status", status=500, times=1)
    desk.get("/2/users/me")
    desk.get("/2/users/me")
    (rule,) = desk.sandbox.control("GET", "faults")["faults"]
    assert (rule["seen"], rule["hits"]) == (2, 1)
    assert desk.sandbox.control("DELETE", f"faults?id={rule['id']}") == {"lifted": 1}


@pytest.mark.parametrize("rule", [{}, {"action": "explode"}, {"action": "delay", "match": {"path": "("}}])
def test_a_rule_that_makes_no_sense_is_refused(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    answer = requests.post(f"{sandbox.url}/_control/faults", json=rule, timeout=10)
    assert answer.status_code == 400 and answer.json()["error"]
