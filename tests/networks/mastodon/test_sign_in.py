"""Signing in at a server that we have never met: what it offers, our app on it, consent, credentials, and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from socialcrm.networks.base import AuthExpired, Credentials, Rejected, SignIn
from socialcrm.networks.mastodon import Mastodon
from tests.networks.local_server import RawServer

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


def back(scene: MastodonScene, start: SignIn, query: dict[str, str], **more: str) -> Credentials:
    """The end of the dance, at the same server and through the same app."""
    visitor = Credentials("oauth2", server=scene.keys["base_url"], app=start.app)
    return Mastodon(scene.site(), visitor).finish_sign_in({**start.kept, **more}, query)


def test_a_new_server_registers_us_and_lets_us_in_and_out(scene: MastodonScene, web: requests.Session) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    assert start.app and "code_challenge=" in start.url and start.app.client_secret not in start.url
    assert start.app.client_secret not in repr(start) and start.app.client_secret not in str(start.kept)
    found = back(scene, start, consent(web, start))
    assert (found.external_id, found.handle) == (scene.keys["uri"], "lumen_desk@town.example")
    assert "write:statuses" in found.scopes and found.facts["limit"] == 500
    network = Mastodon(scene.site(), found)
    assert network.me().external_id == found.external_id
    network.revoke()
    network.revoke()
    with pytest.raises(AuthExpired):
        network.me()


def test_an_app_is_used_again_until_the_server_forgets_it(scene: MastodonScene) -> None:
    first = Mastodon(scene.site()).start_sign_in("oauth2", BACK).app
    assert first is not None
    visitor = Credentials("oauth2", server=first.server, app=first)
    assert Mastodon(scene.site(), visitor).start_sign_in("oauth2", BACK).app == first
    elsewhere = Mastodon(scene.site(), visitor).start_sign_in("oauth2", f"{BACK}other/").app
    forgotten = replace(visitor, app=replace(first, client_secret="lost"))
    fresh = Mastodon(scene.site(), forgotten).start_sign_in("oauth2", BACK).app
    assert elsewhere and fresh and len({first.client_id, elsewhere.client_id, fresh.client_id}) == 3


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" https://Mastodon.Social/@acme ", "https://mastodon.social"),
        ("@acme@mastodon.social", "https://mastodon.social"),
        ("http://mastodon.social/about", "https://mastodon.social"),
        ("127.0.0.1:9000", "https://127.0.0.1:9000"),
        ("http://127.0.0.1:9000/mastodon/", "http://127.0.0.1:9000/mastodon"),
    ],
)
def test_a_server_is_typed_in_many_ways(typed: str, found: str) -> None:
    assert Mastodon({"private_hosts": ["127.0.0.1"]}).server_named({"server": typed}) == found


@pytest.mark.parametrize(
    "typed", ["", "mastodon", "acme corp", "ftp://a.example", "https://", "http://[", "https://a@b.example/"]
)
def test_what_is_no_address_is_refused_with_what_to_type(typed: str) -> None:
    with pytest.raises(Rejected, match=r"mastodon\.social"):
        Mastodon({}).server_named({"server": typed})


@pytest.mark.parametrize("body", ["<html>a shop</html>", "[]", "{}", ""])
def test_a_server_of_something_else_is_told_from_a_mastodon(body: str) -> None:
    answer = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    with RawServer(lambda connection, _request: connection.sendall(answer)) as server:
        visitor = Credentials("oauth2", server=server.url)
        with pytest.raises(Rejected, match="is no Mastodon server"):
            Mastodon({"private_hosts": ["127.0.0.1"]}, visitor).start_sign_in("oauth2", BACK)


@pytest.mark.parametrize(
    ("server", "says"),
    [
        ("https://127.0.0.1", "public internet"),
        ("https://169.254.169.254", "public internet"),
        ("https://10.0.0.8:6379", "ports"),
        ("http://127.0.0.1:1", "No server answers"),
    ],
)
def test_no_sign_in_knocks_at_doors_inside(server: str, says: str) -> None:
    options = {"private_hosts": ["127.0.0.1:1"]}
    with pytest.raises(Rejected, match=says):
        Mastodon(options, Credentials("oauth2", server=server)).start_sign_in("oauth2", BACK)


@pytest.mark.parametrize("change", [{"state": "other"}, {"error": "access_denied"}, {"code": "wrong"}, {"state": ""}])
def test_a_redirect_that_is_not_the_answer_is_refused(
    scene: MastodonScene, web: requests.Session, change: dict[str, str]
) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    query = {**consent(web, start), **change}
    with pytest.raises(Rejected):
        back(scene, start, query)


def test_a_person_who_says_no_connects_nothing(scene: MastodonScene, web: requests.Session) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    with pytest.raises(Rejected) as caught:
        back(scene, start, consent(web, start, "deny"))
    assert caught.value.code == "access_denied"


def test_a_code_without_its_verifier_opens_nothing(scene: MastodonScene, web: requests.Session) -> None:
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    with pytest.raises(Rejected):
        back(scene, start, consent(web, start), verifier="a" * 64)


def test_a_server_before_4_3_is_asked_without_pkce(scene: MastodonScene, web: requests.Session) -> None:
    rule: dict[str, Any] = {"action": "status", "status": 404, "match": {"path": "well-known"}, "times": 1}
    scene.sandbox.control("POST", "faults", rule)
    start = Mastodon(scene.site()).start_sign_in("oauth2", BACK)
    assert "code_challenge" not in start.url and "profile" not in start.kept["scopes"].split()
    found = back(scene, start, consent(web, start))
    assert found.handle == "lumen_desk@town.example"


def test_a_server_that_shows_strangers_nothing_can_be_signed_in_at() -> None:
    def talk(connection: Any, request: bytes) -> None:
        path = request.split(b" ", 2)[1]
        app = path == b"/api/v1/apps"
        status = b"200 OK" if app else b"404 Not Found" if b"well-known" in path else b"401 Unauthorized"
        body = b'{"client_id": "one", "client_secret": "two"}' if app else b'{"error": "Sign in first"}'
        connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))

    with RawServer(talk) as server:
        visitor = Mastodon({"private_hosts": ["127.0.0.1"]}, Credentials("oauth2", server=server.url))
        start = visitor.start_sign_in("oauth2", BACK)
        with pytest.raises(Rejected, match="Sign in first"):
            visitor.profile("@ada@town.example")
        signed_in = Credentials("oauth2", access_token="ended", server=server.url)
        with pytest.raises(AuthExpired):
            Mastodon({"private_hosts": ["127.0.0.1"]}, signed_in).me()
    assert start.url.startswith(f"{server.url}/oauth/authorize?") and start.app and start.app.client_id == "one"
