"""Signing in at a server that we have never met: what it offers, our app on it, consent, credentials, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from socialcrm.networks.base import AuthExpired, Rejected, SignIn
from socialcrm.networks.mastodon import Mastodon

from .conftest import OWN, MastodonScene

BACK = "http://127.0.0.1:8000/social/callback/"


@pytest.fixture
def web() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def consent(web: requests.Session, start: SignIn, decision: str = "allow") -> dict[str, str]:
    """What a browser brings back."""
    shown = web.get(start.url, timeout=10)
    assert shown.status_code == 200, shown.text
    hidden = dict(re.findall(r'type=hidden name="([^"]+)" value="([^"]*)"', shown.text))
    answer = web.post(start.url, data={**hidden, "as": OWN, "decision": decision}, allow_redirects=False, timeout=10)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def test_a_new_server_registers_us_and_lets_us_in_and_out(scene: MastodonScene, web: requests.Session) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    assert "code_challenge=" in start.url and start.kept["client_secret"] not in start.url
    found = Mastodon(scene.site()).finish_sign_in(start.kept, consent(web, start))
    assert (found.external_id, found.handle) == (scene.keys["uri"], "lumen_desk@town.example")
    assert "write:statuses" in found.scopes
    network = Mastodon(scene.site(), found)
    assert network.me().external_id == found.external_id
    network.revoke()
    network.revoke()
    with pytest.raises(AuthExpired):
        network.me()


@pytest.mark.parametrize("change", [{"state": "other"}, {"error": "access_denied"}, {"code": "wrong"}, {"state": ""}])
def test_a_redirect_that_is_not_the_answer_is_refused(
    scene: MastodonScene, web: requests.Session, change: dict[str, str]
) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    query = {**consent(web, start), **change}
    with pytest.raises(Rejected):
        Mastodon(scene.site()).finish_sign_in(start.kept, query)


def test_a_person_who_says_no_connects_nothing(scene: MastodonScene, web: requests.Session) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    with pytest.raises(Rejected) as caught:
        Mastodon(scene.site()).finish_sign_in(start.kept, consent(web, start, "deny"))
    assert caught.value.code == "access_denied"


def test_a_code_without_its_verifier_opens_nothing(scene: MastodonScene, web: requests.Session) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    kept = {**start.kept, "verifier": "a" * 64}
    with pytest.raises(Rejected):
        Mastodon(scene.site()).finish_sign_in(kept, consent(web, start))


def test_a_server_before_4_3_is_asked_without_pkce(scene: MastodonScene, web: requests.Session) -> None:
    rule: dict[str, Any] = {"action": "status", "status": 404, "match": {"path": "well-known"}, "times": 1}
    scene.sandbox.control("POST", "faults", rule)
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    assert "code_challenge" not in start.url and "profile" not in start.kept["scopes"].split()
    found = Mastodon(scene.site()).finish_sign_in(start.kept, consent(web, start))
    assert found.handle == "lumen_desk@town.example"
