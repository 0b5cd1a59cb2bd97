"""Both dances with X, against the sandbox: what is kept, what comes back, what is refused, and what is never seen."""

from __future__ import annotations

import base64
import hashlib
import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from socialcrm.networks.base import (
    AuthExpired,
    Credentials,
    NetworkError,
    OutcomeUnknown,
    Rejected,
    SignIn,
    Unreachable,
)
from socialcrm.networks.twitter import Twitter
from tests.sandbox_process import Sandbox

from .conftest import OWN, SandboxScene

BACK = "http://127.0.0.1:8000/social/accounts/callback/twitter/"


@pytest.fixture
def stage(clean: Sandbox) -> SandboxScene:
    """The site's app on the sandbox."""
    return SandboxScene(clean)


@pytest.fixture
def x(stage: SandboxScene) -> Twitter:
    """The network as nobody."""
    return Twitter(stage.site())


def query_of(url: str) -> dict[str, str]:
    """The query of an address."""
    return dict(parse_qsl(urlsplit(url).query))


def consent(begun: SignIn, decision: str = "allow", who: str = OWN) -> dict[str, str]:
    """What a person does on X's page; the query that comes back to us."""
    page = urlsplit(begun.url)
    form = {**query_of(begun.url), "as": who, "other": "", "decision": decision}
    address = f"{page.scheme}://{page.netloc}{page.path}"
    answer = requests.post(address, data=form, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(BACK)
    return query_of(answer.headers["location"])


@pytest.mark.parametrize("kind", ["oauth2", "oauth1"])
def test_an_account_is_connected(x: Twitter, stage: SandboxScene, kind: str) -> None:
    begun = x.start_sign_in(kind, BACK)
    found = x.finish_sign_in(begun.kept, consent(begun))
    assert (found.kind, found.external_id, found.handle) == (kind, stage.keys["user_id"], OWN)
    assert Twitter(stage.site(), found).me().handle == OWN


def test_pkce_is_s256_and_the_verifier_stays_here(x: Twitter) -> None:
    begun = x.start_sign_in("oauth2", BACK)
    query, verifier = query_of(begun.url), begun.kept["verifier"]
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert (query["code_challenge"], query["code_challenge_method"]) == (digest, "S256")
    assert 43 <= len(verifier) <= 128
    assert verifier not in begun.url
    assert query["redirect_uri"] == BACK
    assert query["scope"] == "tweet.read tweet.write users.read offline.access"
    assert 32 <= len(query["state"]) <= 500


def test_each_dance_has_its_own_state_and_verifier(x: Twitter) -> None:
    dances = [x.start_sign_in("oauth2", BACK).kept for _ in range(20)]
    assert len({one["state"] for one in dances} | {one["verifier"] for one in dances}) == 40


@pytest.mark.parametrize("kind", ["oauth2", "oauth1"])
@pytest.mark.parametrize("damage", ["another's", "missing", "wrong", "empty", "of another network"])
def test_the_answer_to_a_dance_that_we_did_not_begin_is_refused(x: Twitter, kind: str, damage: str) -> None:
    begun = x.start_sign_in(kind, BACK)
    query, kept = consent(begun), dict(begun.kept)
    name = "state" if kind == "oauth2" else "oauth_token"
    if damage == "another's":
        kept = dict(x.start_sign_in(kind, BACK).kept)
    elif damage == "missing":
        del query[name]
    elif damage == "wrong":
        query[name] = "é" + query[name][1:]
    elif damage == "empty":
        kept = {}
    else:
        kept["network"] = "mastodon"
    with pytest.raises(Rejected) as caught:
        x.finish_sign_in(kept, query)
    assert caught.value.code == "state"


@pytest.mark.parametrize("kind", ["oauth2", "oauth1"])
def test_a_person_who_says_no_is_heard(x: Twitter, kind: str) -> None:
    begun = x.start_sign_in(kind, BACK)
    with pytest.raises(Rejected) as caught:
        x.finish_sign_in(begun.kept, consent(begun, "deny"))
    assert caught.value.code == "access_denied"


@pytest.mark.parametrize("kind", ["oauth2", "oauth1"])
def test_an_answer_works_once(x: Twitter, kind: str) -> None:
    begun = x.start_sign_in(kind, BACK)
    query = consent(begun)
    x.finish_sign_in(begun.kept, query)
    with pytest.raises(Rejected):
        x.finish_sign_in(begun.kept, query)


def test_a_code_that_is_too_old_asks_to_start_again(x: Twitter, clean: Sandbox) -> None:
    begun = x.start_sign_in("oauth2", BACK)
    query = consent(begun)
    clean.control("POST", "clock", {"advance": 31})
    with pytest.raises(Rejected):
        x.finish_sign_in(begun.kept, query)


def test_another_verifier_is_refused(x: Twitter) -> None:
    begun = x.start_sign_in("oauth2", BACK)
    with pytest.raises(Rejected):
        x.finish_sign_in({**begun.kept, "verifier": "a" * 64}, consent(begun))


def test_a_public_client_needs_no_secret(stage: SandboxScene) -> None:
    x = Twitter(stage.site(client_id=stage.keys["public_client_id"], client_secret=""))
    begun = x.start_sign_in("oauth2", BACK)
    assert x.finish_sign_in(begun.kept, consent(begun)).handle == OWN


def test_an_unknown_kind_and_a_wrong_app_are_told(x: Twitter, stage: SandboxScene) -> None:
    with pytest.raises(ValueError, match="oauth9"):
        x.start_sign_in("oauth9", BACK)
    with pytest.raises(NetworkError):
        Twitter(stage.site(consumer_secret="wrong")).start_sign_in("oauth1", BACK)
    begun = x.start_sign_in("oauth2", BACK)
    with pytest.raises(Rejected) as caught:
        Twitter(stage.site(client_secret="wrong")).finish_sign_in(begun.kept, consent(begun))
    assert "keys" in caught.value.detail


def signed_in(x: Twitter, stage: SandboxScene) -> Twitter:
    """The network with credentials of a dance of its own."""
    begun = x.start_sign_in("oauth2", BACK)
    return Twitter(stage.site(), x.finish_sign_in(begun.kept, consent(begun)))


def test_a_refresh_gives_new_credentials_and_keeps_who_we_are(x: Twitter, stage: SandboxScene) -> None:
    old = signed_in(x, stage)
    assert old.credentials is not None
    new = old.refresh()
    assert (new.external_id, new.handle, new.scopes) == (
        old.credentials.external_id,
        OWN,
        ("tweet.read", "tweet.write", "users.read", "offline.access"),
    )
    assert not {new.access_token, new.refresh_token} & {old.credentials.access_token, old.credentials.refresh_token}
    assert new.expires_at is not None
    assert timedelta(minutes=110) < new.expires_at - datetime.now(UTC) < timedelta(minutes=121)
    assert Twitter(stage.site(), new).me().handle == OWN


def test_a_refresh_token_works_once_and_its_second_use_asks_to_reconnect(x: Twitter, stage: SandboxScene) -> None:
    old = signed_in(x, stage)
    new = old.refresh()
    with pytest.raises(AuthExpired):
        old.refresh()
    with pytest.raises(AuthExpired):  # X ends the whole family: the thief's token and ours
        Twitter(stage.site(), new).me()


def test_a_sign_in_without_a_refresh_token_asks_to_reconnect(stage: SandboxScene) -> None:
    with pytest.raises(AuthExpired):
        Twitter(stage.site(), Credentials(kind="oauth1", access_token="a", token_secret="b")).refresh()


def test_a_lost_answer_to_a_refresh_is_unknown_and_an_unanswered_one_unreachable(
    x: Twitter, stage: SandboxScene, clean: Sandbox
) -> None:
    old = signed_in(x, stage)
    clean.control("POST", "faults", {"action": "drop_after", "match": {"path": "oauth2/token"}, "times": 1})
    with pytest.raises(OutcomeUnknown):
        old.refresh()
    with pytest.raises(Unreachable):
        Twitter(stage.site(api_url="http://127.0.0.1:1"), old.credentials).refresh()


@pytest.mark.parametrize("kind", ["oauth2", "oauth1"])
def test_revoked_credentials_work_no_longer_and_may_be_revoked_again(
    x: Twitter, stage: SandboxScene, kind: str
) -> None:
    begun = x.start_sign_in(kind, BACK)
    account = Twitter(stage.site(), x.finish_sign_in(begun.kept, consent(begun, who="lumen_lighting")))
    account.revoke()
    with pytest.raises(AuthExpired):
        account.me()
    account.revoke()


@pytest.mark.parametrize("kind", ["oauth2", "oauth1"])
def test_no_secret_of_a_dance_is_seen(
    x: Twitter, stage: SandboxScene, kind: str, caplog: pytest.LogCaptureFixture, clean: Sandbox
) -> None:
    caplog.set_level(logging.DEBUG)
    begun = x.start_sign_in(kind, BACK)
    query = consent(begun)
    caplog.clear()  # the person's own browser logs its address
    seen: list[Any] = []
    clean.control("POST", "faults", {"action": "truncate", "match": {"path": "token"}, "times": 1})
    with pytest.raises(NetworkError) as caught:
        x.finish_sign_in(begun.kept, query)
    seen += [caught.value, caught.value.detail, caught.value.__cause__]
    again = x.start_sign_in(kind, BACK)
    found = x.finish_sign_in(again.kept, consent(again))
    secrets = {found.access_token, found.refresh_token, found.token_secret, *stage.secrets, query.get("code", "")}
    secrets |= {begun.kept.get("verifier", ""), begun.kept.get("request_secret", ""), query.get("oauth_verifier", "")}
    shown = "".join(record.getMessage() for record in caplog.records if "GET /i/" not in record.getMessage())
    text = f"{[repr(one) for one in seen]} {found!r} {x!r} {shown}"
    assert not [secret for secret in secrets - {""} if secret in text]
