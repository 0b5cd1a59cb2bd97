"""OAuth 1.0a where our clock and X's differ: one refusal, one look at X's `Date`, then all is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests
from requests_oauthlib import OAuth1

from socialcrm.networks.base import AuthExpired, NetworkError, Response
from socialcrm.networks.twitter import Twitter, signer
from tests.sandbox_process import Sandbox

from .conftest import SandboxScene

FOREVER = {"action": "delay", "ms": 0, "rate": 1.0}
QUARTER = 15 * 60


@pytest.fixture(params=[QUARTER, -QUARTER], ids=["ahead", "behind"])
def stage(request: pytest.FixtureRequest, clean: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxScene]:
    """X's clock is a quarter of an hour off ours, and it insists; our process knows nothing of it yet."""
    monkeypatch.setattr(signer, "_ahead", {})
    theirs = clean.control("GET", "clock")["now"]
    clean.control("POST", "clock", {"set": _now(request.param), "strict": True})
    yield SandboxScene(clean, kind="oauth1")
    clean.control("POST", "clock", {"set": theirs, "strict": False})


def _now(ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=ahead)).isoformat()


@pytest.fixture
def x(stage: SandboxScene) -> Twitter:
    """Our account, signed in with OAuth 1.0a."""
    found = stage.network()
    assert isinstance(found, Twitter)
    return found


def calls(stage: SandboxScene, path: str = "^/2/") -> Any:
    """A counter of the calls that reach X from now on."""
    (rule,) = stage.sandbox.control("POST", "faults", {**FOREVER, "match": {"path": path}})["ids"]
    seen = stage.sandbox.control
    return lambda: next(one["seen"] for one in seen("GET", "faults")["faults"] if one["id"] == rule)


def test_the_sandbox_refuses_a_timestamp_that_is_a_quarter_of_an_hour_off(stage: SandboxScene) -> None:
    keys = [stage.keys[name] for name in ("consumer_key", "consumer_secret", "access_token", "access_token_secret")]
    answer = requests.get(f"{stage.sandbox.url}/2/users/me", auth=OAuth1(*keys), timeout=10)
    assert answer.status_code == 401


def test_one_refusal_sets_the_clock_and_no_other_follows(stage: SandboxScene, x: Twitter) -> None:
    seen = calls(stage)
    assert x.me().external_id == x.own_id
    assert seen() == 2
    x.me()
    fresh = stage.network()
    fresh.own_posts()
    assert seen() == 4


def test_a_reply_that_was_refused_for_its_time_is_posted_once(stage: SandboxScene, x: Twitter) -> None:
    post = stage.mention("what time is it?")
    sent = x.reply(post, f"The same everywhere {uuid4().hex}")
    assert stage.accepted(post) == [sent.external_id]


def test_twenty_calls_at_once_all_get_through(stage: SandboxScene) -> None:
    x, seen = stage.network(read_seconds=20), calls(stage)
    answers = x.transport.run_many([x.me_call() for _call in range(20)])
    assert not [answer for answer in answers if isinstance(answer, NetworkError)]
    assert 20 < seen() <= 40


def test_access_that_is_gone_is_asked_for_twice_at_most(stage: SandboxScene, x: Twitter) -> None:
    assert x.credentials is not None
    gone = Twitter(stage.site(), type(x.credentials)("oauth1", "1", access_token="1-nobody", token_secret="nothing"))
    seen = calls(stage)
    for expected in (2, 3):
        with pytest.raises(AuthExpired):
            gone.me()
        assert seen() == expected


def test_a_sign_in_can_be_begun(stage: SandboxScene, x: Twitter) -> None:
    assert x.start_sign_in("oauth1", "http://127.0.0.1:8000/social/accounts/callback/twitter/").kept["request_token"]


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 01 Jan 1970"])
@pytest.mark.parametrize("status", [200, 401, 403, 503])
def test_no_other_answer_sets_the_clock(date: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signer, "_ahead", {})
    one = signer.Signer("https://api.x.com", "key", "secret", "token", "token's secret")
    assert not one.learns(Response(status, {"date": date if status == 401 else "Thu, 01 Jan 2026 00:00:00 GMT"}, b""))
    assert not signer._ahead


def test_a_clock_that_agrees_makes_a_refusal_final(clean: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signer, "_ahead", {})
    before = clean.control("GET", "clock")["now"]
    clean.control("POST", "clock", {"set": _now(0), "strict": True})
    try:
        scene = SandboxScene(clean, kind="oauth1")
        seen = calls(scene)
        clean.control("POST", "faults", {"action": "status", "status": 401, "match": {"path": "^/2/"}, "times": 1})
        with pytest.raises(NetworkError):
            scene.network().me()
        assert seen() == 1
    finally:
        clean.control("POST", "clock", {"set": before, "strict": False})
