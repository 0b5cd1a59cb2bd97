"""Signing in on the sandbox's X: OAuth 1.0a with real signatures, OAuth 2.0 with PKCE and rotating tokens."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests_oauthlib import OAuth1, OAuth1Session

from tests.sandbox_process import Sandbox

CALLBACK = "http://127.0.0.1:8000/social/callback/"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-as-it-must-be"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SCOPE = "tweet.read tweet.write users.read offline.access"


@pytest.fixture
def keys(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.credentials("lumen_desk")


@pytest.fixture
def web() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def consent(web: requests.Session, sandbox: Sandbox, keys: dict[str, Any], **change: str) -> requests.Response:
    """Ask for consent and press Authorize as @lumen_desk; returns the redirect."""
    form = {
        "client_id": keys["client_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPE,
        "state": "state-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **change,
    }
    url = f"{sandbox.url}/i/oauth2/authorize"
    shown = web.get(url, params=form, allow_redirects=False)
    if shown.status_code != 200:
        return shown
    hidden = dict(re.findall(r'type=hidden name="([^"]+)" value="([^"]*)"', shown.text))
    return web.post(url, data={**hidden, "as": "lumen_desk", "decision": "allow"}, allow_redirects=False)


def code_of(answer: requests.Response) -> str:
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchange(web: requests.Session, sandbox: Sandbox, keys: dict[str, Any], **form: str) -> requests.Response:
    return web.post(f"{sandbox.url}/2/oauth2/token", data=form, auth=(keys["client_id"], keys["client_secret"]))


def redeem(
    web: requests.Session, sandbox: Sandbox, keys: dict[str, Any], bought: str, **change: str
) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": bought, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    return exchange(web, sandbox, keys, **{**form, **change})


def me(web: requests.Session, sandbox: Sandbox, token: str) -> int:
    return web.get(f"{sandbox.url}/2/users/me", headers={"authorization": f"Bearer {token}"}).status_code


def test_a_code_with_its_verifier_buys_tokens_that_work(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    redirect = consent(web, sandbox, keys)
    assert redirect.headers["location"].startswith(f"{CALLBACK}?state=state-1&code=")
    tokens = redeem(web, sandbox, keys, code_of(redirect)).json()
    assert tokens["token_type"] == "bearer" and tokens["expires_in"] == 7200 and tokens["scope"] == SCOPE
    assert me(web, sandbox, tokens["access_token"]) == 200


def test_a_public_client_needs_no_secret(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    public = {**keys, "client_id": keys["public_client_id"]}
    code = code_of(consent(web, sandbox, public))
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = web.post(f"{sandbox.url}/2/oauth2/token", data={**form, "client_id": public["client_id"]})
    assert answer.status_code == 200 and "refresh_token" in answer.json()


def test_without_offline_access_there_is_no_refresh_token(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    code = code_of(consent(web, sandbox, keys, scope="tweet.read users.read"))
    tokens = redeem(web, sandbox, keys, code).json()
    assert "refresh_token" not in tokens
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert web.post(f"{sandbox.url}/2/tweets", json={"text": "no right to"}, headers=headers).status_code == 403


def test_a_code_used_twice_ends_what_it_bought(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    code = code_of(consent(web, sandbox, keys))
    tokens = redeem(web, sandbox, keys, code).json()
    assert redeem(web, sandbox, keys, code).status_code == 400
    assert me(web, sandbox, tokens["access_token"]) == 401


@pytest.mark.parametrize(
    "change", [{"code_verifier": "x" * 50}, {"redirect_uri": f"{CALLBACK}x"}, {"code": "nonsense"}]
)
def test_a_code_needs_its_own_verifier_and_address(
    web: Any, sandbox: Sandbox, keys: dict[str, Any], change: dict[str, str]
) -> None:
    answer = redeem(web, sandbox, keys, code_of(consent(web, sandbox, keys)), **change)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"


def test_a_code_lasts_30_seconds(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    code = code_of(consent(web, sandbox, keys))
    sandbox.control("POST", "clock", {"advance": 31})
    assert redeem(web, sandbox, keys, code).status_code == 400


@pytest.mark.parametrize(
    "uri", ["https://evil.example/", "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/", "", "/x"]
)
def test_an_unregistered_address_is_never_redirected_to(
    web: Any, sandbox: Sandbox, keys: dict[str, Any], uri: str
) -> None:
    answer = consent(web, sandbox, keys, redirect_uri=uri)
    assert answer.status_code == 400 and "location" not in answer.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"scope": "tweet.read everything"}, "invalid_scope"),
        ({"state": "s" * 501}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_wrong_request_goes_back_with_an_error(
    web: Any, sandbox: Sandbox, keys: dict[str, Any], change: dict[str, str], error: str
) -> None:
    assert f"error={error}" in consent(web, sandbox, keys, **change).headers["location"]


def test_access_ends_after_two_hours_and_refresh_renews_it(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    tokens = redeem(web, sandbox, keys, code_of(consent(web, sandbox, keys))).json()
    sandbox.control("POST", "clock", {"advance": 7201})
    assert me(web, sandbox, tokens["access_token"]) == 401
    fresh = exchange(web, sandbox, keys, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert me(web, sandbox, fresh["access_token"]) == 200
    assert fresh["refresh_token"] != tokens["refresh_token"]


def test_a_refresh_token_used_twice_ends_its_whole_family(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    old = keys["oauth2"]["refresh_token"]
    fresh = exchange(web, sandbox, keys, grant_type="refresh_token", refresh_token=old).json()
    again = exchange(web, sandbox, keys, grant_type="refresh_token", refresh_token=old)
    assert again.status_code == 400 and again.json()["error"] == "invalid_request"
    assert me(web, sandbox, fresh["access_token"]) == 401
    dead = exchange(web, sandbox, keys, grant_type="refresh_token", refresh_token=fresh["refresh_token"])
    assert dead.status_code == 400


def test_revoking_a_token_ends_it(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    auth, token = (keys["client_id"], keys["client_secret"]), keys["oauth2"]["refresh_token"]
    assert web.post(f"{sandbox.url}/2/oauth2/revoke", data={"token": token}, auth=auth).json() == {"revoked": True}
    assert me(web, sandbox, keys["oauth2"]["access_token"]) == 401


def test_a_wrong_client_secret_is_refused(web: Any, sandbox: Sandbox, keys: dict[str, Any]) -> None:
    wrong = {**keys, "client_secret": "guess"}
    assert redeem(web, sandbox, wrong, code_of(consent(web, sandbox, keys))).status_code == 401


def test_the_person_can_throw_the_app_out(web: Any, sandbox: Sandbox) -> None:
    keys = sandbox.credentials("lumen_lighting")
    assert sandbox.control("POST", "revoke", {"handle": "lumen_lighting"})["revoked"] >= 2
    assert me(web, sandbox, keys["oauth2"]["access_token"]) == 401
    assert me(web, sandbox, sandbox.credentials("lumen_lighting")["oauth2"]["access_token"]) == 200


def test_three_legs_of_oauth1_end_in_a_token_that_works(sandbox: Sandbox, keys: dict[str, Any]) -> None:
    with OAuth1Session(keys["consumer_key"], keys["consumer_secret"], callback_uri=CALLBACK) as session:
        session.fetch_request_token(f"{sandbox.url}/oauth/request_token")
        url = session.authorization_url(f"{sandbox.url}/oauth/authorize")
        page = requests.get(url, timeout=10)
        assert "wants to access your X account" in page.text
        data = {"oauth_token": parse_qs(urlsplit(url).query)["oauth_token"][0], "as": "lumen_desk", "decision": "allow"}
        back = requests.post(f"{sandbox.url}/oauth/authorize", data=data, allow_redirects=False, timeout=10)
        session.parse_authorization_response(back.headers["location"])
        token = session.fetch_access_token(f"{sandbox.url}/oauth/access_token")
        assert token["screen_name"] == "lumen_desk" and token["user_id"] == keys["user_id"]
        assert session.get(f"{sandbox.url}/2/users/me").json()["data"]["username"] == "lumen_desk"


def test_a_denied_oauth1_request_says_so(sandbox: Sandbox, keys: dict[str, Any]) -> None:
    with OAuth1Session(keys["consumer_key"], keys["consumer_secret"], callback_uri=CALLBACK) as session:
        token = session.fetch_request_token(f"{sandbox.url}/oauth/request_token")["oauth_token"]
        data = {"oauth_token": token, "decision": "deny"}
        back = requests.post(f"{sandbox.url}/oauth/authorize", data=data, allow_redirects=False, timeout=10)
    assert back.headers["location"] == f"{CALLBACK}?denied={token}"


def signed(keys: dict[str, Any], **change: Any) -> OAuth1:
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    first, second, third, fourth = ({**keys, **change}[name] for name in names)
    more = {key: value for key, value in change.items() if key in ("nonce", "timestamp")}
    return OAuth1(first, second, third, fourth, **more)


@pytest.mark.parametrize(
    "change",
    [{"consumer_secret": "wrong"}, {"access_token_secret": "wrong"}, {"access_token": "wrong"}, {"timestamp": "1"}],
)
def test_a_wrong_signature_is_refused(web: Any, sandbox: Sandbox, keys: dict[str, Any], change: dict[str, str]) -> None:
    answer = web.get(f"{sandbox.url}/2/users/me", auth=signed(keys, **change))
    assert answer.status_code == 401
    assert answer.json() == {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}


def test_a_signature_covers_the_query_and_each_nonce_counts_once(
    web: Any, sandbox: Sandbox, keys: dict[str, Any]
) -> None:
    request = requests.Request(
        "GET", f"{sandbox.url}/2/users/by?usernames=lumen_desk,lumen_lighting", auth=signed(keys)
    )
    prepared = web.prepare_request(request)
    assert web.send(prepared).status_code == 200
    assert web.send(prepared).status_code == 401
    other = web.prepare_request(request)
    other.url = str(other.url).replace("lumen_lighting", "someone_else")
    assert web.send(other).status_code == 401


@pytest.mark.parametrize("base", ["https://api.twitter.com", "https://api.x.com"])
def test_a_signature_over_the_public_address_is_accepted(
    web: Any, sandbox: Sandbox, keys: dict[str, Any], base: str
) -> None:
    prepared = requests.Request("GET", f"{base}/2/users/me?user.fields=created_at,url", auth=signed(keys)).prepare()
    prepared.url = str(prepared.url).replace(base, sandbox.url)
    assert web.send(prepared).status_code == 200
