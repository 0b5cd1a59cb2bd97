"""The sandbox's Mastodon: what it answers, whom it tells, how it counts and refuses."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.sandbox.conftest import people_there
from tests.sandbox.toots import Toots
from tests.sandbox_process import Sandbox

BACK = "http://127.0.0.1:8000/back/"
HERE = "mastodon"
ME = "/api/v1/accounts/verify_credentials"
DISCOVERY = "/.well-known/oauth-authorization-server"


def toot(sandbox: Sandbox, author: str, text: str, **more: Any) -> dict[str, Any]:
    return sandbox.post(author, text, network=HERE, **more)


def app_of(client: Toots, status: int = 200, **more: str) -> Any:
    form = {"client_name": "Tests", "redirect_uris": BACK, "scopes": "read:accounts", **more}
    return client.call("POST", "/api/v1/apps", status, json=form)


def test_people_are_found_by_name_page_and_uri(sandbox: Sandbox, ada: str, far: str, desk_there: Toots) -> None:
    for handle in (ada, far):
        one = desk_there.get("/api/v1/accounts/lookup", acct=handle)
        for wanted in (f"@{handle}", one["url"], one["uri"]):
            found = desk_there.get("/api/v2/search", q=wanted, resolve="true", type="accounts")
            assert [row["id"] for row in found["accounts"]] == [one["id"]], wanted
    assert desk_there.get("/api/v1/accounts/lookup", acct=ada.partition("@")[0])["acct"] == ada.partition("@")[0]


def test_a_name_alone_is_someone_of_this_server(far: str, desk_there: Toots) -> None:
    desk_there.get("/api/v1/accounts/lookup", 404, acct=f"{far.partition('@')[0]}_elsewhere")
    assert desk_there.get("/api/v1/accounts/lookup", acct=far)["acct"] == far


def test_many_people_come_at_once(ada: str, far: str, desk_there: Toots) -> None:
    ids = [desk_there.get("/api/v1/accounts/lookup", acct=one)["id"] for one in (ada, far)]
    found = desk_there.call("GET", f"/api/v1/accounts?{urlencode([('id[]', one) for one in [*ids, '12', 'x']])}")
    assert [one["id"] for one in found] == ids


def test_a_status_is_found_by_its_uri_and_its_page(sandbox: Sandbox, far: str, desk_there: Toots) -> None:
    made = toot(sandbox, far, "Look for the zeppelin")
    shown = desk_there.get(f"/api/v1/statuses/{made['id']}")
    for wanted in (shown["uri"], shown["url"], "zeppelin"):
        found = desk_there.get("/api/v2/search", q=wanted, resolve="true", type="statuses")
        assert [one["id"] for one in found["statuses"]] == [made["id"]], wanted
    assert shown["uri"].startswith("https://") and shown["url"].startswith(sandbox.url)


def test_words_are_searched_only_for_those_signed_in(sandbox: Sandbox, ada: str, toots: Any) -> None:
    toot(sandbox, ada, "A very rare word: quagga")
    assert toots().get("/api/v2/search", q="quagga", type="statuses")["statuses"] == []


@pytest.mark.parametrize(("visibility", "others_see"), [("unlisted", True), ("private", False), ("direct", False)])
def test_a_small_circle_stays_small(sandbox: Sandbox, toots: Any, visibility: str, others_see: bool) -> None:
    one, two = people_there(sandbox, near=True)[:2]
    made = toot(sandbox, one, "Only for the desk", mentions=["lumen_desk"], visibility=visibility)
    path = f"/api/v1/statuses/{made['id']}"
    for who, sees in ((one, True), ("lumen_desk", True), (two, others_see), ("", others_see)):
        assert toots(who).ask("GET", path).status_code == (200 if sees else 404), who


def test_a_boost_and_a_like_are_told_and_counted(sandbox: Sandbox, ada: str, toots: Any, desk_there: Toots) -> None:
    made = toot(sandbox, "lumen_desk", "Boost me")
    fan: Toots = toots(ada)
    for verb in ("favourite", "reblog", "reblog"):
        fan.call("POST", f"/api/v1/statuses/{made['id']}/{verb}")
    newest = desk_there.get("/api/v1/notifications", limit="2")
    assert [one["type"] for one in newest] == ["reblog", "favourite"]
    shown = desk_there.get(f"/api/v1/statuses/{made['id']}")
    assert (shown["reblogs_count"], shown["favourites_count"]) == (1, 1)
    me = fan.get(ME)["id"]
    latest, without = (
        fan.call("GET", f"/api/v1/accounts/{me}/statuses{rest}") for rest in ("", "?exclude_reblogs=true")
    )
    assert latest[0]["reblog"]["id"] == made["id"] and not any(one["reblog"] for one in without)
    only = desk_there.call("GET", "/api/v1/notifications?types[]=mention&limit=5")
    assert {one["type"] for one in only} <= {"mention"}


def test_what_is_deleted_takes_its_notification_along(sandbox: Sandbox, ada: str, desk_there: Toots) -> None:
    made = toot(sandbox, ada, "Gone soon", mentions=["lumen_desk"])
    sandbox.control("POST", "delete", {"network": HERE, "id": made["id"]})
    listed = desk_there.get("/api/v1/notifications", limit="5")
    assert made["id"] not in [one["status"]["id"] for one in listed if one.get("status")]


def test_a_warning_stands_before_the_words(sandbox: Sandbox, ada: str, desk_there: Toots) -> None:
    made = toot(sandbox, ada, "It flickers", spoiler="Complaint")
    shown = desk_there.get(f"/api/v1/statuses/{made['id']}")
    assert (shown["spoiler_text"], shown["sensitive"]) == ("Complaint", True)


def test_the_calls_of_one_account_do_not_use_up_another_ones(sandbox: Sandbox, ada: str, toots: Any) -> None:
    busy, calm = toots("lumen_desk"), toots(ada)
    sandbox.control("POST", "limits", {"network": HERE, "endpoint": "calls", "limit": 2, "window_s": 300})
    sandbox.control("POST", "limits", {"network": HERE, "limit": None})
    try:
        answers = [busy.ask("GET", ME) for _ in range(3)]
        assert [one.status_code for one in answers] == [200, 200, 429]
        assert answers[2].json() == {"error": "Too many requests"}
        assert [one.headers["x-ratelimit-remaining"] for one in answers] == ["1", "0", "0"]
        reset = datetime.fromisoformat(answers[2].headers["x-ratelimit-reset"])
        assert reset.tzinfo is not None
        assert calm.ask("GET", ME).status_code == 200
    finally:
        sandbox.control("POST", "limits", {"network": HERE, "endpoint": "calls", "limit": None})
        sandbox.control("POST", "limits", {"network": HERE, "limit": 1_000_000})


def test_new_statuses_have_a_bucket_of_their_own(sandbox: Sandbox, desk_there: Toots) -> None:
    own = {"network": HERE, "endpoint": "statuses", "limit": 1, "window_s": 10800}
    assert sandbox.control("POST", "limits", {"network": HERE, "limit": None})["own"] == {}
    try:
        assert desk_there.ask("GET", ME).headers["x-ratelimit-limit"] == "300"
        made = desk_there.ask("POST", "/api/v1/statuses", json={"status": "One of three hundred"})
        assert (made.headers["x-ratelimit-limit"], made.headers["x-ratelimit-remaining"]) == ("300", "299")
        sandbox.control("POST", "limits", own)
        answers = [desk_there.ask("POST", "/api/v1/statuses", json={"status": f"Number {n}"}) for n in range(2)]
        assert [one.status_code for one in answers] == [200, 429]
        assert desk_there.ask("GET", ME).status_code == 200
    finally:
        sandbox.control("POST", "limits", {**own, "limit": None})
        sandbox.control("POST", "limits", {"network": HERE, "limit": 1_000_000})


@pytest.mark.parametrize(("language", "start"), [("en", "Validation failed: "), ("fr", "La validation a échoué : ")])
def test_a_refusal_is_in_the_language_of_the_account(sandbox: Sandbox, toots: Any, language: str, start: str) -> None:
    someone: Toots = toots(people_there(sandbox, near=True, language=language)[0])
    for form in ({"status": ""}, {"status": "a" * 501}, {"status": "a", "visibility": "secret"}):
        assert someone.call("POST", "/api/v1/statuses", 422, json=form)["error"].startswith(start)
    missing = someone.call("POST", "/api/v1/statuses", 404, json={"status": "a", "in_reply_to_id": "1"})
    assert ("ne semble pas exister" in missing["error"]) is (language == "fr")


@pytest.mark.parametrize(
    "wrong", [{"scopes": "read:accounts read:minds"}, {"redirect_uris": "nowhere"}, {"client_name": " "}]
)
def test_an_app_is_registered_only_as_the_server_can_serve_it(toots: Any, wrong: dict[str, str]) -> None:
    assert app_of(toots())["scopes"] == ["read:accounts"]
    assert app_of(toots(), 422, **wrong)["error"].startswith("Validation failed: ")


def consent(client: Toots, app: Any, **more: str) -> requests.Response:
    query = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": BACK, "scope": "read:accounts"}
    return requests.get(f"{client.base}/oauth/authorize", params={**query, **more}, timeout=10)


def test_the_consent_page_says_who_wants_what(toots: Any) -> None:
    client: Toots = toots()
    page = consent(client, app_of(client))
    assert page.status_code == 200 and "<main>" in page.text and "See accounts" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for wrong in ({"scope": "write"}, {"client_id": "nobody"}, {"redirect_uri": "https://evil.example"}):
        assert consent(client, app_of(client), **wrong).status_code == 400


def code_of(client: Toots, app: Any, **more: str) -> str:
    page = consent(client, app, **more)
    form = dict(re.findall(r'type=hidden name="([^"]+)" value="([^"]*)"', page.text))
    form |= {"as": "lumen_desk", "decision": "allow"}
    back = requests.post(f"{client.base}/oauth/authorize", data=form, allow_redirects=False, timeout=10)
    return parse_qs(urlsplit(back.headers["location"]).query)["code"][0]


def trade(client: Toots, app: Any, code: str, **more: str) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, **more}
    form |= {name: app[name] for name in ("client_id", "client_secret")}
    return requests.post(f"{client.base}/oauth/token", data=form, timeout=10)


def test_a_code_works_once_and_only_with_its_verifier(toots: Any) -> None:
    client: Toots = toots()
    app = app_of(client)
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
    code = code_of(client, app, code_challenge=challenge, code_challenge_method="S256")
    assert trade(client, app, code, code_verifier="wrong").status_code == 400
    assert trade(client, app, code, code_verifier=verifier).json()["scope"] == "read:accounts"
    assert trade(client, app, code, code_verifier=verifier).status_code == 400


def test_an_older_server_describes_nothing_and_lets_in_without_pkce(sandbox: Sandbox, toots: Any) -> None:
    client: Toots = toots()
    client.get(DISCOVERY)
    sandbox.control("POST", "version", {"version": "4.2.10"})
    try:
        assert client.ask("GET", DISCOVERY).status_code == 404
        # Today's specification does not describe it: no API versions, and no page of many statuses.
        told = client.ask("GET", "/api/v2/instance").json()
        assert told["version"] == "4.2.10" and "api_versions" not in told
        assert client.ask("GET", "/api/v1/statuses?id[]=1").status_code == 404
        app_of(client, 422, scopes="profile")
        app = app_of(client)
        code = code_of(client, app, code_challenge="x" * 43, code_challenge_method="S256")
        assert trade(client, app, code).status_code == 200
    finally:
        sandbox.control("POST", "version", {"version": None})
    client.get(DISCOVERY)


def test_a_suspended_account_can_neither_act_nor_be_read(sandbox: Sandbox, toots: Any, desk_there: Toots) -> None:
    who = people_there(sandbox, near=True)[2]
    client, made = toots(who), toot(sandbox, who, "Before the fall")
    sandbox.control("POST", "account", {"network": HERE, "handle": who, "state": "suspended"})
    assert client.ask("GET", ME).status_code == 403
    assert desk_there.ask("GET", f"/api/v1/statuses/{made['id']}").status_code == 404
    sandbox.control("POST", "account", {"network": HERE, "handle": who, "state": "active"})
    assert client.ask("GET", ME).status_code == 200


def test_an_address_that_is_not_there_is_refused_as_mastodon_does(desk_there: Toots) -> None:
    for method, path in (("GET", "/api/v1/nowhere"), ("PATCH", "/api/v1/statuses/1")):
        answer = desk_there.ask(method, path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})


NASTY = [
    "",
    "\x00",
    "9" * 19,
    "9" * 400,
    "-1",
    "١٢٣",
    "%",
    "' OR 1=1 --",
    "a" * 3000,
    "😀",
    "[1]",
    "//",
    "@",
    "@@",
    "a@",
]


@pytest.mark.parametrize("value", NASTY)
def test_nothing_that_is_sent_makes_it_fall(desk_there: Toots, value: str) -> None:
    names = ("max_id", "since_id", "min_id", "limit", "types[]", "id[]", "q", "acct", "exclude_replies")
    paths = (
        "/api/v1/notifications",
        "/api/v1/accounts",
        "/api/v1/accounts/lookup",
        "/api/v1/statuses",
        "/api/v2/search",
    )
    for path in paths:
        for name in names:
            assert desk_there.ask("GET", path, params={name: value}).status_code in (200, 404), (path, name)
    for field in ("status", "in_reply_to_id", "visibility", "language", "spoiler_text"):
        answer = desk_there.ask("POST", "/api/v1/statuses", json={"status": "Nasty", field: value})
        assert answer.status_code in (200, 404, 422), field


def test_what_it_accepted_survives_a_kill(tmp_path: Any) -> None:
    sandbox = Sandbox(world=tmp_path / "world.sqlite3").start()
    desk = Toots(sandbox, "lumen_desk")
    made = desk.call("POST", "/api/v1/statuses", json={"status": "Before the kill"}, headers={"Idempotency-Key": "k"})
    sandbox.kill9()
    sandbox.start()
    try:
        desk.base = f"{sandbox.url}/mastodon"
        again = desk.call("POST", "/api/v1/statuses", json={"status": "Twice"}, headers={"Idempotency-Key": "k"})
        assert again["id"] == made["id"]
        assert [one["id"] for one in sandbox.log(network=HERE, via="api")] == [made["id"]]
    finally:
        desk.close()
        sandbox.stop()
