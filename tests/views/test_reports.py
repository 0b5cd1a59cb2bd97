"""Scenes of the reports: every figure opens the list behind it, files equal the screen, nobody sees a stranger's."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from socialcrm import scoring
from tests.conftest import person

INFLUENCE, MENTIONS = "/social/reports/influence/", "/social/reports/mentions/"
LISTS = (f"{INFLUENCE}filter/", f"{INFLUENCE}deals/", f"{INFLUENCE}posts/", f"{MENTIONS}posts/")


@pytest.fixture
def head(db: None) -> User:
    """Somebody who may see reports."""
    return person("head", "view_reports")


@pytest.fixture
def browser(head: User, client: Client) -> Client:
    """Signed in."""
    client.force_login(head)
    return client


@pytest.mark.parametrize("address", [INFLUENCE, MENTIONS])
def test_an_empty_house_is_told_what_to_do(browser: Client, address: str) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert b"sc-empty" in answer.content


@pytest.mark.parametrize("address", [INFLUENCE, MENTIONS])
def test_a_report_is_drawn(browser: Client, address: str, ada: Any, mention: Any) -> None:
    scoring.score_profiles()
    answer = browser.get(address)
    assert answer.status_code == 200
    assert b"Ada" in answer.content


@pytest.mark.parametrize(
    "address", [INFLUENCE + "filter/", INFLUENCE + "deals/", INFLUENCE + "posts/", MENTIONS + "posts/"]
)
def test_a_list_is_drawn(browser: Client, address: str, ada: Any, mention: Any) -> None:
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("address", [INFLUENCE, MENTIONS])
def test_a_file_comes(browser: Client, address: str, form: str, ada: Any, mention: Any) -> None:
    scoring.score_profiles()
    answer = browser.get(address + "export/", {"as": form})
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
