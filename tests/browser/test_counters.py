"""The browser counts a text as Mastodon's servers do, and as we do before sending: one number for everyone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from socialcrm.networks.mastodon.rules import check, length

TEXTS = (
    "",
    "hello",
    "héllo e\u0301 漢字 عربي",
    "👍🏽 👩‍👩‍👧‍👦 🇫🇷 \u2028 x",
    "https://example.com/" + "a" * 200 + " and http://b.example",
    "@ada@somewhere.example hi",
    "@ADA@Somewhere.Example hi",
    "thanks @bea@far.example and @cid, see mail@far.example",
    "two\nlines\n\nand a paragraph https://a.example/x.",
    "@ada hi",
)


@pytest.mark.parametrize("who", ["ada@somewhere.example", "ada", ""])
@pytest.mark.parametrize("link", [23, 40])
def test_the_browser_counts_for_mastodon_as_the_server_does(page: Any, who: str, link: int) -> None:
    page.goto("about:blank")
    page.evaluate("window.socialcrm = {}")
    page.add_script_tag(content=Path(finders.find("socialcrm/counters.js") or "").read_text(encoding="utf-8"))
    asked = json.dumps([TEXTS, who, link])
    counted = page.evaluate(
        f"(([texts, who, link]) => texts.map(t => socialcrm.counters.mastodon(t, who, link)))({asked})"
    )
    assert counted == [check(text, [who] if who else [], 500, link).length for text in TEXTS]


def test_the_browser_cuts_where_the_servers_limit_is_and_never_inside_a_link_or_a_character(page: Any) -> None:
    page.goto("about:blank")
    page.evaluate("window.socialcrm = {}")
    page.add_script_tag(content=Path(finders.find("socialcrm/counters.js") or "").read_text(encoding="utf-8"))
    texts = {
        "hello": "hello",
        "hello world": "hello worl",
        "👩‍👩‍👧‍👦" * 11: "👩‍👩‍👧‍👦" * 10,
        "漢字" * 6: "漢字" * 5,
        "see https://a.example/long now": "see ",
        "123456789e\u0301\u0301x": "123456789e\u0301\u0301",
    }
    form = "{dataset: {scCounter: 'mastodon', scLimit: '10', scLink: '23'}}"
    kept = page.evaluate(f"texts => texts.map(t => t.slice(0, socialcrm.fits({form}, t)))", list(texts))
    assert kept == list(texts.values())
    assert all(length(text) <= 10 for text in kept)
