"""Scenes of the reports' API: the figures of the pages, page by page, for who may see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from socialcrm import reports
from socialcrm.api.tokens import make_token
from socialcrm.models import Post, SocialAccount, SocialProfile
from socialcrm.reports.asking import InfluenceAsk
from tests.conftest import person
from tests.rooms.test_reports import minutes, our_post, said, someone

from .conftest import Api, assert_problem


@pytest.fixture
def head(db: None) -> Any:
    """Somebody who may see reports."""
    return person("head", "view_reports")


@pytest.fixture
def api(head: Any) -> Api:
    """A program of the head."""
    return Api(make_token(head))


def test_the_ranking_is_the_page_s_cursor_by_cursor(api: Api, head: Any) -> None:
    for number in range(5):
        someone(number, *([(0, number * 11.0), (30, 5.0)] if number else []))
    order = reports.build_influence(head, InfluenceAsk()).order()
    seen, answer = [], api.get("report-influence", limit=2)
    while True:
        body = answer.json()
        seen += [(row["place"], row["contact"], row["score"]) for row in body["results"]]
        if not body["next"]:
            break
        answer = api.client.get(body["next"], headers=api.headers)
    assert seen == [(place, str(one.contact), one.value) for place, one in enumerate(order, 1)]
    assert seen[-1][2] is None
    back = api.client.get(body["previous"], headers=api.headers).json()
    assert [row["place"] for row in back["results"]] == [3, 4]


def test_the_lines_of_mentions_are_the_page_s(api: Api, acme: SocialAccount, ada_profile: SocialProfile) -> None:
    noon = timezone.localtime().replace(hour=0, minute=30) - minutes(60 * 24)
    said(acme, ada_profile, noon, "m1")
    our_post(acme, noon + minutes(4), "a1", "m1")
    (row,) = api.get("report-mentions").json()["results"]
    assert row == {
        "key": noon.date().isoformat(), "mentions": 1, "answered": 1, "unanswered": 0, "share": 1.0, "median": 240.0,
        "p90": 240.0,
    }  # fmt: skip
    assert api.get("report-mentions", by="account").json()["results"][0]["key"] == str(acme.pk)


@pytest.mark.parametrize(
    ("name", "query"),
    [("influence", {"band": "loud"}), ("influence", {"sort": "age"}), ("mentions", {"by": "colour"}),
     ("mentions", {"period": "31"}), ("influence", {"limit": "0"}), ("mentions", {"cursor": "mine"})],
)  # fmt: skip
def test_a_value_that_is_none_is_refused_with_its_name(api: Api, name: str, query: dict[str, str]) -> None:
    problem = assert_problem(api.get(f"report-{name}", **query), 400)
    assert problem["errors"][0]["field"] == next(iter(query))


def test_without_the_permission_nothing_is_told(db: None, mention: Post) -> None:
    for name in ("influence", "mentions"):
        assert_problem(Api(make_token(person(f"no-{name}"))).get(f"report-{name}"), 403)
