"""Scenes of the reports: every figure opens the list behind it, files equal the screen, nobody sees a stranger's."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone, translation

from socialcrm import scoring
from socialcrm.exports import plain_cell
from socialcrm.models import SocialAccount, SocialProfile
from tests.conftest import make_contact, person
from tests.rooms.test_reports import minutes, our_post, said, someone

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
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


# Every figure opens the list behind it


@pytest.fixture
def town(browser: Client, acme: SocialAccount) -> None:
    """Contacts in several bands, some moved, one without a score; mentions, some answered; deals where the host has."""
    now = timezone.now()
    for number, (today, before) in enumerate([(12, 30), (24, 24), (37, 20), (55, 54), (81, 60), (60, 75), (33, 33)]):
        contact = someone(number, (0, float(today)), (30, float(before)))
        profile = SocialProfile.objects.get(handle=f"number_{number}")
        for more in range(number):
            name = f"m{number}-{more}"
            said(acme, profile, now - timedelta(days=more, hours=1), name)
            if more % 2:
                our_post(acme, now - timedelta(days=more, hours=1) + minutes(7), f"a{name}", name)
        add_deals(contact, number)
    someone(99)


def add_deals(contact: Any, number: int) -> None:
    """Some deals in two currencies, open, won and lost; none on a host that has no deals."""
    if not hasattr(contact, "deals"):
        return
    for more, (stage, currency) in enumerate([("lead", "EUR"), ("proposal", "USD"), ("won", "EUR"), ("lost", "EUR")]):
        if more <= number % 5:
            contact.deals.create(
                name=f"Deal {number}-{more}", stage=stage, currency=currency, amount=100 * number + more,
                closes_on=timezone.localdate(),
            )  # fmt: skip


def drills(page: str) -> list[tuple[str, int]]:
    """(address, number) of every figure of a page that opens a list and is a count."""
    found = re.findall(r'<a class="sc-drill[^"]*"\s+href="([^"]*)">([^<]*)</a>', page)
    counts = [(unescape(href), re.sub(r"[\s,\u00a0\u202f]", "", unescape(text))) for href, text in found]
    return [(href, int(text)) for href, text in counts if text.isdigit()]


def listed(browser: Client, here: str, href: str) -> int:
    """How many rows the list behind a link has, all its pages together."""
    address = href.split("#")[0] if href.startswith("/") else here + href.split("#")[0]
    total = 0
    while address:
        page = browser.get(address).content.decode()
        total += len(re.findall(r"data-row|class=\"is-rank", page))
        following = re.search(r'rel="next"\s+href="([^"]*)"', page)
        address = address.split("?")[0] + unescape(following[1]).split("#")[0] if following else ""
    return total


@pytest.mark.parametrize(
    "address", [INFLUENCE, f"{INFLUENCE}?band=steady,growing,strong&period=30", f"{INFLUENCE}?moved=tie", MENTIONS,
                f"{MENTIONS}?by=agent", f"{MENTIONS}?by=account&network=x"],
)  # fmt: skip
def test_every_figure_opens_a_list_of_that_length(browser: Client, town: None, address: str) -> None:
    page = browser.get(address).content.decode()
    found = drills(page)
    assert len(found) > 5
    wrong = [(href, n, rows) for href, n in found if (rows := listed(browser, address.split("?")[0], href)) != n]
    assert not wrong


def test_an_amount_opens_the_deals_that_it_adds_up(browser: Client, town: None) -> None:
    page = browser.get(INFLUENCE).content.decode()
    links = re.findall(r'href="([^"]*/deals/[^"]*contact=[^"]*)">([^<]*)</a>', page)
    for href, amount in links:
        lede = re.search(r'sc-lede">([^<]*)<', browser.get(unescape(href)).content.decode())
        assert lede and amount in lede[1]


def test_a_row_is_one_click_from_the_contact(browser: Client, head: User, ada: Any) -> None:
    scoring.score_profiles()
    head.user_permissions.add(*Permission.objects.filter(codename__in=("view_contact", "view_all_contacts")))
    link = re.search(r'class="sc-who"\s+href="([^"]*)"', browser.get(INFLUENCE).content.decode())
    assert link
    assert "Ada Lovelace" in browser.get(unescape(link[1]), follow=True).content.decode()


def test_a_filter_comes_off_by_its_chip(browser: Client, town: None) -> None:
    page = browser.get(INFLUENCE, {"band": "steady", "moved": "up"}).content.decode()
    assert re.findall(r'<a class="sc-chip"[^>]*href="([^"]*)"', page) == ["?moved=up", "?band=steady"]


NONSENSE = (
    "band=%00&sort=%27&period=-1&after=x",
    "owner=9999999999999999999999&team=%F0%9F%92%A1",
    "day=2026-99-99&account=abc&agent=%27--&answered=maybe&by=all&after=worn",
)


@pytest.mark.parametrize("query", NONSENSE)
@pytest.mark.parametrize("address", [INFLUENCE, MENTIONS, *LISTS])
def test_nonsense_in_the_address_narrows_nothing(browser: Client, mention: Any, address: str, query: str) -> None:
    assert browser.get(f"{address}?{query}").status_code == 200


# Who may see them


@pytest.mark.parametrize("address", [INFLUENCE, MENTIONS, *LISTS, f"{INFLUENCE}export/", f"{MENTIONS}export/"])
def test_without_the_permission_there_is_no_report(client: Client, rep: User, address: str) -> None:
    client.force_login(rep)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [INFLUENCE, MENTIONS, *LISTS, f"{INFLUENCE}export/", f"{MENTIONS}export/"])
def test_nobody_sees_another_team_s_contacts(
    browser: Client, ada: Any, mention: Any, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    from socialcrm.contacts import get_adapter

    scoring.score_profiles()
    adapter = type(get_adapter())
    monkeypatch.setattr(adapter, "visible_to", lambda self, user: type(ada)._default_manager.exclude(pk=ada.pk))
    answer = browser.get(address, {"contact": ada.pk})
    said_there = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for secret in (b"Ada", b"ada_l", b"floor 3"):
        assert secret not in said_there


# Files equal the screen


def table_of(answer: Any) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def parts_of(answer: Any) -> dict[str, ElementTree.Element]:
    """The XML parts of an Excel file, by name."""
    whole = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    return {name: ElementTree.fromstring(whole.read(name)) for name in whole.namelist() if name.endswith(".xml")}


def sheet_of(answer: Any) -> list[list[str]]:
    """The cells of an Excel file as texts; its rows are as wide as the first."""
    (sheet,) = (root for name, root in parts_of(answer).items() if "worksheets/" in name)
    rows = [{cell.get("r", "").rstrip("0123456789"): "".join(cell.itertext()) for cell in row.iter(f"{{{SHEET}}}c")}
            for row in sheet.iter(f"{{{SHEET}}}row")]  # fmt: skip
    return [[row.get(column, "") for column in rows[0]] for row in rows]


SORTED = ({}, {"sort": "-score"}, {"sort": "change", "band": "steady,strong,leading"}, {"sort": "name"})


@pytest.mark.parametrize("query", SORTED)
def test_the_file_of_the_ranking_equals_the_screen(browser: Client, town: None, query: dict[str, str]) -> None:
    shown = []
    answer = browser.get(INFLUENCE, query)
    while answer:
        shown += [
            [row.place, row.brief.name, row.brief.company, row.standing.value and round(row.standing.value)]
            for row in answer.context["rows"]
        ]
        token = answer.context["ranking"].next
        answer = browser.get(INFLUENCE, {**query, "after": token}) if token else None
    texts = [[str(value) if value is not None else "" for value in row] for row in shown]
    lines = table_of(browser.get(f"{INFLUENCE}export/", {**query, "as": "csv"}))
    sheet = sheet_of(browser.get(f"{INFLUENCE}export/", {**query, "as": "xlsx"}))
    assert [row[:4] for row in lines[1:]] == [row[:4] for row in sheet[1:]] == texts
    assert sheet[0] == lines[0]


@pytest.mark.parametrize("by", ["day", "account", "network", "agent"])
def test_the_file_of_the_mentions_equals_the_screen(browser: Client, town: None, by: str) -> None:
    page = browser.get(MENTIONS, {"by": by})
    shown = [[row.label, str(row.line.mentions), str(row.line.answered)] for row in page.context["rows"]]
    drawn = re.findall(r"<tr data-line>(.*?)</tr>", page.content.decode(), re.DOTALL)
    cells = [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)[:3]]
        for row in drawn
    ]
    assert cells == shown
    assert [row[:3] for row in sheet_of(browser.get(f"{MENTIONS}export/", {"by": by, "as": "xlsx"}))[1:]] == shown
    lines = table_of(browser.get(f"{MENTIONS}export/", {"by": by}))
    assert [[plain_cell(row[0]), *row[1:3]] for row in lines[1:]] == shown


BAD_NAMES = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\uff1d1", ' =cmd|" /C calc"!A0', "https://evil.example/x"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_cell_of_a_file_is_run_by_a_spreadsheet(browser: Client, name: str) -> None:
    contact = make_contact(first_name=name, last_name="")
    someone(1, (0, 40.0), contact=contact)
    cell = table_of(browser.get(f"{INFLUENCE}export/"))[1][1]
    assert cell.startswith("'") or name.startswith("https")
    parts = parts_of(browser.get(f"{INFLUENCE}export/", {"as": "xlsx"}))
    assert not [name for name, root in parts.items() for _found in root.iter(f"{{{SHEET}}}f")]
    assert not [name for name, root in parts.items() for _found in root.iter(f"{{{SHEET}}}hyperlink")]


def test_a_file_speaks_the_reader_s_language_and_carries_its_day(browser: Client, town: None) -> None:
    browser.cookies["django_language"] = "fr"
    answer = browser.get(f"{INFLUENCE}export/")
    assert f"influence-{timezone.localdate():%Y-%m-%d}.csv" in answer["Content-Disposition"]
    head = table_of(answer)[0]
    with translation.override("fr"):
        assert translation.gettext("Change in 30 days") in head
    assert "Change in 30 days" not in head


def test_the_french_page_writes_numbers_as_french_does(browser: Client, town: None) -> None:
    browser.cookies["django_language"] = "fr"
    page = browser.get(MENTIONS).content.decode()
    assert re.search(r"\d+,\d\u00a0%", page)
