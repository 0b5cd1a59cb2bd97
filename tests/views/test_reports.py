"""Scenes of the reports: every figure opens the list behind it, files equal the screen, nobody sees a stranger's."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, timedelta
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


def words(cell: str) -> str:
    """What a cell reads as."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", cell))).strip()


def cells_of(page: str, row: str) -> list[list[str]]:
    """The cells of a page's table, by how its rows begin."""
    drawn = re.findall(rf"<tr[^>]*>\s*{row}.*?</tr>", page, re.DOTALL)
    return [re.findall(r"<td.*?</td>", one, re.DOTALL) for one in drawn]


def ranked_as_drawn(cells: list[str]) -> dict[str, str]:
    """A row of the ranking by the names of the file's columns, read off the page."""
    place, who, score, change, mentions, deals, touch, owner = cells
    up = -1 if "down " in change else 1
    points = dict(re.findall(r'<span class="sc-medium">([^<]*)</span>.*?<b>([^<]*)</b>', score, re.DOTALL))
    day = re.search(r'datetime="(\d{4}-\d\d-\d\d)', touch)
    figure = re.search(r'aria-hidden="true">(\d+)<', change)
    return {
        "#": words(place),
        "Contact": words(re.findall(r'sc-who__name">(.*?)</span>', who)[0]),
        "Score": words(re.findall(r'class="sc-drill">(.*?)<', score)[0]) if "sc-drill" in score else "",
        "Band": words(score.rpartition("</svg>")[2]) if "sc-drill" in score else words(score.partition("</span>")[0]),
        "Change in 30 days": str(up * int(figure[1])) if figure else "",
        **{f"Points: {name}": number for name, number in points.items()},
        "Mentions": words(mentions).replace(",", ""),
        "Last touch": day[1] if day else "",
        "Owner": (re.search(r'title="([^"]*)"', owner) or ["", ""])[1],
        **{f"Open deals, {code}": amount for code, amount in amounts_in(deals)},
    }


def amounts_in(cell: str) -> list[tuple[str, str]]:
    """The amounts of a cell, by currency."""
    codes = {"€": "EUR", "$": "USD"}
    found = re.findall(r"(€|\$|EUR|USD)\s*([\d,.]+)", words(cell))
    return [(codes.get(sign, sign), amount.replace(",", "")) for sign, amount in found]


def same(filed: str, drawn: str) -> bool:
    """Whether two cells say the same: numbers by value, at the precision that the page shows, days as Excel counts."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", drawn) and filed.isdigit():
        filed = (date(1899, 12, 30) + timedelta(days=int(filed))).isoformat()
    try:
        return abs(float(filed) - float(drawn)) < 0.051
    except ValueError:
        return filed == drawn


@pytest.mark.parametrize("query", SORTED)
def test_the_file_of_the_ranking_equals_the_screen(browser: Client, town: None, query: dict[str, str]) -> None:
    drawn: list[dict[str, str]] = []
    answer = browser.get(INFLUENCE, query)
    while answer:
        drawn += map(ranked_as_drawn, cells_of(answer.content.decode(), r'<td class="is-rank'))
        token = answer.context["ranking"].next
        answer = browser.get(INFLUENCE, {**query, "after": token}) if token else None
    lines = table_of(browser.get(f"{INFLUENCE}export/", {**query, "as": "csv"}))
    sheet = sheet_of(browser.get(f"{INFLUENCE}export/", {**query, "as": "xlsx"}))
    assert len(drawn) == len(lines) - 1 > 0 and sheet[0] == lines[0]
    for filed in (lines, sheet):
        for row, shown in zip(filed[1:], drawn, strict=True):
            told = dict(zip(filed[0], row, strict=True))
            apart = {name: (told[name], value) for name, value in shown.items() if not same(told[name], value)}
            assert not apart
            unshown = {name: value for name, value in told.items() if name.startswith("Open deals") and value}
            assert unshown.keys() <= shown.keys(), "an amount in the file that the page does not show"


def minutes_in(text: str) -> float | None:
    """A wait as the page writes it, in minutes."""
    units = {"s": 1 / 60, "min": 1, "h": 60, "d": 1440}
    found = re.findall(r"(\d+) (s|min|h|d)\b", text)
    return sum(int(number) * units[unit] for number, unit in found) if found else None


@pytest.mark.parametrize("by", ["day", "account", "network", "agent"])
def test_the_file_of_the_mentions_equals_the_screen(browser: Client, town: None, by: str) -> None:
    page = browser.get(MENTIONS, {"by": by}).content.decode()
    drawn = [[words(cell) for cell in row] for row in cells_of(page, "<td>(?=[^<]*</td>\\s*<td class=.is-num.>\\s*<a)")]
    lines = table_of(browser.get(f"{MENTIONS}export/", {"by": by}))
    sheet = sheet_of(browser.get(f"{MENTIONS}export/", {"by": by, "as": "xlsx"}))
    assert len(drawn) == len(lines) - 1 > 0 and sheet[0] == lines[0]
    for filed in (lines[1:], sheet[1:]):
        for row, shown in zip(filed, drawn, strict=True):
            assert [plain_cell(row[0]), *row[1:3]] == [plain_cell(shown[0]), *shown[1:3]]
            assert float(row[3]) == float(shown[3].rstrip("%"))
            for minutes_filed, waited in zip(row[4:], shown[4:], strict=True):
                there = minutes_in(waited)
                assert (there is None) == (minutes_filed == "")
                assert there is None or abs(float(minutes_filed) - there) <= max(1.0, there / 24)


@pytest.mark.parametrize(("value", "band"), [(12.5, "12"), (19.5, "20"), (39.5, "40")])
def test_a_score_on_the_half_is_one_number_on_the_page_in_the_file_and_for_its_band(
    browser: Client, value: float, band: str
) -> None:
    someone(1, (0, value))
    page = browser.get(INFLUENCE).content.decode()
    (row,) = map(ranked_as_drawn, cells_of(page, r'<td class="is-rank'))
    filed = dict(zip(*table_of(browser.get(f"{INFLUENCE}export/")), strict=True))
    assert (row["Score"], filed["Score"]) == (band, band) and row["Band"] == filed["Band"]


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
