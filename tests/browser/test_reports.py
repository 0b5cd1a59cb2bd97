"""The reports in a real browser: filtering, sorting by keyboard, drilling, files, charts, themes, a phone, French."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from socialcrm.models import SocialAccount, SocialProfile
from tests.conftest import person
from tests.rooms.test_reports import minutes, our_post, said, someone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def head(db: None, acme: SocialAccount) -> User:
    """Who reads reports; eighteen people with scores of five weeks, every third one heard once and answered."""
    yesterday = timezone.now() - timedelta(days=1)
    for number in range(18):
        someone(number, *((days, 20.0 + number * 3 + days / 2) for days in (0, 7, 14, 21, 30)))
        if number % 3 == 0:
            profile = SocialProfile.objects.get(handle=f"number_{number}")
            said(acme, profile, yesterday - minutes(number), f"heard{number}")
            our_post(acme, yesterday + minutes(30), f"answer{number}", f"heard{number}")
    return person("head", "view_reports", "view_all_contacts")


@pytest.fixture
def report(live_server: Any, page: Page, sign_in: Any, head: User) -> Page:
    """The influence report, open."""
    sign_in(head)
    page.goto(f"{live_server.url}/social/reports/influence/")
    return page


def ranks(page: Page) -> list[tuple[str, str]]:
    """(place, name) of the rows on the screen."""
    rows = page.locator(".sc-table--ranked tbody tr")
    cells = rows.evaluate_all(
        "rows => rows.map(row => [row.cells[0].innerText.trim(), row.querySelector('.sc-who__name').innerText.trim()])"
    )
    return [(place, name) for place, name in cells]


def test_a_filter_opens_over_the_report_and_narrows_it(report: Page) -> None:
    report.get_by_role("link", name="Filter").click()
    report.get_by_label("Band").select_option("strong")
    report.get_by_role("button", name="Apply").click()
    expect(report.locator(".sc-table--ranked tbody tr")).to_have_count(7)
    report.locator(".sc-chip").click()
    expect(report.locator(".sc-table--ranked tbody tr")).to_have_count(15)


def test_the_ranking_is_sorted_by_keyboard(report: Page) -> None:
    first = ranks(report)[0]
    report.locator("th", has_text="Score").get_by_role("link").focus()
    report.keyboard.press("Enter")
    expect(report.locator("th[aria-sort=ascending]")).to_contain_text("Score")
    assert first == ("1", "Person Number 17")
    assert ranks(report)[0] == ("1", "Person Number 0")


def test_a_figure_opens_as_many_posts_as_it_says(report: Page) -> None:
    figure = report.locator(".sc-kpi", has_text="Mentions of us").locator("a")
    assert figure.inner_text() == "6"
    figure.click()
    expect(report.locator("h1")).to_have_text("6 mentions")
    expect(report.locator("[data-row]")).to_have_count(6)


def downloaded(page: Page, name: str) -> bytes:
    """The file behind a link of the top bar."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).click()
    return Path(waiting.value.path()).read_bytes()


def test_both_files_hold_the_rows_of_the_screen_in_their_order(report: Page) -> None:
    screen = ranks(report)
    report.get_by_role("link", name="Next").click()
    screen += ranks(report)
    rows = list(csv.reader(io.StringIO(downloaded(report, "CSV").decode("utf-8-sig")), delimiter=","))
    assert [(row[0], row[1]) for row in rows[1:]] == screen
    sheet = zipfile.ZipFile(io.BytesIO(downloaded(report, "Excel"))).read("xl/worksheets/sheet1.xml").decode()
    names = re.findall(r">(Person Number \d+)<", sheet)
    assert names == [name for _place, name in screen]


def test_the_trend_is_drawn_beside_its_table_and_in_the_colours_of_the_theme(report: Page) -> None:
    canvas = report.locator("[data-plot=band] canvas")
    expect(canvas).to_have_count(1)
    assert report.locator("#trend-table tr[data-x]").count() == 5
    light = canvas.evaluate("canvas => canvas.toDataURL()")
    report.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    report.wait_for_function(
        "light => document.querySelector('[data-plot=band] canvas')?.toDataURL() !== light", arg=light
    )


def test_the_mentions_report_draws_its_days_and_narrows_by_owner(report: Page, rep: User, live_server: Any) -> None:
    from crm_core.models import Contact

    Contact.objects.filter(last_name="Number 3").update(owner=rep)
    report.goto(f"{live_server.url}/social/reports/mentions/")
    expect(report.locator("[data-plot=days] canvas")).to_have_count(1)
    expect(report.locator("#days-table tr[data-x]")).to_have_count(30)
    report.get_by_label("Owner").select_option(label=rep.get_full_name() or rep.username)
    expect(report.locator(".sc-kpi").first).to_contain_text("1")
    expect(report.locator(".sc-chip")).to_contain_text("Owner: ")


@pytest.mark.parametrize("path", ["influence", "mentions"])
def test_a_phone_in_french_scrolls_only_downwards(report: Page, live_server: Any, path: str) -> None:
    report.context.add_cookies([{"name": "django_language", "value": "fr", "url": live_server.url}])
    report.set_viewport_size({"width": 390, "height": 844})
    report.goto(f"{live_server.url}/social/reports/{path}/")
    expect(report.locator("html")).to_have_attribute("lang", "fr")
    expect(report.locator(".sc-plot canvas")).to_have_count(1)
    assert report.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture
def wide_chart(live_server: Any, page: Page, sign_in: Any, head: User) -> Page:
    """The mentions report, drawn for a wide window by a browser that is too busy to draw it anew."""
    page.add_init_script("window.ResizeObserver = class { observe() {} }")
    page.set_viewport_size({"width": 1279, "height": 844})
    sign_in(head)
    page.goto(f"{live_server.url}/social/reports/mentions/")
    expect(page.locator(".sc-plot canvas")).to_be_visible()
    return page


def test_a_chart_that_is_still_drawn_for_a_wide_window_does_not_hold_the_page_open(wide_chart: Page) -> None:
    wide_chart.set_viewport_size({"width": 390, "height": 844})
    assert wide_chart.evaluate("document.documentElement.scrollWidth") == 390
    assert wide_chart.locator(".sc-plot").evaluate("node => node.clientWidth") < 390


def test_on_paper_a_chart_ends_where_its_card_ends(wide_chart: Page) -> None:
    wide_chart.set_viewport_size({"width": 703, "height": 844})  # A4 without its margins, at 96 dots an inch
    wide_chart.emulate_media(media="print")
    card = wide_chart.locator(".sc-card", has=wide_chart.locator(".sc-plot"))
    edges = [
        place.evaluate("node => node.getBoundingClientRect().right") for place in (card, wide_chart.locator("canvas"))
    ]
    assert edges[1] <= edges[0]
