"""Every error is a problem (RFC 9457) with the next step, and says nothing of the inside."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from socialcrm import access
from socialcrm.models import Reply

from .conftest import Api, assert_problem, url


def test_an_address_that_does_not_exist_is_a_problem(api: Api) -> None:
    assert_problem(api.client.get(url("contacts") + "a/b/c/", headers=api.headers), 404)


def test_an_address_without_its_slash_says_so(api: Api) -> None:
    answer = api.client.post(url("replies").rstrip("/"), "{}", "application/json", headers=api.headers)
    assert "slash" in assert_problem(answer, 404)["next_step"]


def test_a_wrong_method_names_the_right_ones(api: Api) -> None:
    answer = api.post("contacts")
    assert_problem(answer, 405)
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_a_form_of_another_site_can_send_is_refused(api: Api, kind: str) -> None:
    answer = api.client.post(url("replies"), b'{"post": 1}', kind, headers=api.headers)
    assert_problem(answer, 415)


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 60_000, b'{"post": NaN}', b"1" * 5000])
def test_a_body_that_is_not_json_is_a_400(api: Api, body: bytes) -> None:
    answer = api.client.post(url("replies"), body, "application/json", headers=api.headers)
    assert_problem(answer, 400)


def test_a_huge_body_is_refused_unread(api: Api) -> None:
    answer = api.client.post(url("replies"), b" " * 100_000, "application/json", headers=api.headers)
    assert_problem(answer, 413)


@pytest.mark.parametrize("body", [[], None, "x", {}, {"post": "x", "account": -1, "text": 3}, {"post": 10**30}])
def test_a_body_of_the_wrong_shape_is_a_422_that_names_the_fields(api: Api, body: Any) -> None:
    answer = api.client.post(url("replies"), json.dumps(body), "application/json", headers=api.headers)
    assert assert_problem(answer, 422, "invalid")["errors"]


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_no_database_holds_is_a_422(api: Api, text: str) -> None:
    answer = api.post("replies", body={"post": 1, "account": 1, "text": text})
    assert assert_problem(answer, 422)["errors"][0]["field"] == "text"


@pytest.mark.parametrize(
    ("route", "query"),
    [
        ("posts", {"since": "yesterday"}),
        ("posts", {"since": "0001-01-01T00:00:00+14:00"}),
        ("posts", {"author": "1e400"}),
        ("posts", {"author": "9" * 40}),
        ("posts", {"limit": "0"}),
        ("posts", {"limit": "101"}),
        ("posts", {"limit": "٣"}),
        ("posts", {"cursor": "made-up"}),
        ("posts", {"external_id": "a\x00b"}),
        ("posts", {"external_id": "a" * 300}),
        ("contacts", {"search": "a\x00b"}),
        ("replies", {"state": "lost"}),
        ("scores", {"day": "32"}),
    ],
)
def test_a_parameter_that_cannot_be_read_is_a_400(api: Api, route: str, query: dict[str, str]) -> None:
    assert assert_problem(api.get(route, **query), 400, "invalid")["errors"]


def test_an_error_of_ours_shows_nothing_of_the_inside(api: Api, monkeypatch: Any, caplog: Any) -> None:
    def break_down(*_args: Any) -> None:
        raise RuntimeError("canary-7f3a")

    monkeypatch.setattr(access, "visible_replies", break_down)
    answer = api.get("replies")
    assert_problem(answer, 500)
    assert b"canary" not in answer.content and b"Traceback" not in answer.content
    assert "canary-7f3a" in caplog.text, "the administrator finds it in the log"


def test_too_many_calls_say_when_to_come_back(api: Api, settings: Any) -> None:
    settings.SOCIALCRM_API_RATES = {"calls": "2/min", "writes": "1/min"}
    codes = [api.get("accounts").status_code for _ in range(2)]
    answer = api.get("accounts")
    assert codes == [200, 200]
    assert_problem(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= 61


def test_writing_is_counted_apart(api: Api, settings: Any) -> None:
    settings.SOCIALCRM_API_RATES = {"calls": "100/min", "writes": "1/min"}
    assert api.post("replies").status_code == 422
    assert_problem(api.post("replies"), 429)
    assert api.get("replies").status_code == 200
    assert not Reply.objects.exists()


def test_any_accept_header_gets_json(rep: Any, api: Api) -> None:
    answer = Client().get(url("accounts"), headers={**api.headers, "Accept": "text/html"})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
