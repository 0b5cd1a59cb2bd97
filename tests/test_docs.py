"""The documentation: no dead link, no missing picture, no setting and no key forgotten."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.utils import translation

from socialcrm import conf
from socialcrm.views.inbox_words import KEYS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
GUIDE = DOCS / "guide"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
PICTURES_AT_MOST = 3_000_000  # bytes: all of them together


def links(page: Path) -> list[tuple[bool, str, str]]:
    """Whether it is a picture, its words and its target; what stands in a code block is no link."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    return [(bool(mark), words, unquote(target)) for mark, words, target in LINK.findall(text)]


def anchors(page: Path) -> set[str]:
    """The names of a page's headings, as they are made for links."""
    heads = re.findall(r"^#+ +(.+)$", page.read_text(), flags=re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def name(page: Path) -> str:
    """A page as the test's name shows it."""
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("sheet", PAGES, ids=name)
def test_every_link_within_the_documentation_leads_somewhere(sheet: Path) -> None:
    dead = []
    for _picture, _words, target in links(sheet):
        path, _hash, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        there = (sheet.parent / path).resolve() if path else sheet
        if not there.exists() or (anchor and anchor not in anchors(there)):
            dead.append(target)
    assert not dead


@pytest.mark.parametrize("sheet", PAGES, ids=name)
def test_every_picture_has_words_for_who_does_not_see_it(sheet: Path) -> None:
    assert not [target for picture, words, target in links(sheet) if picture and len(words) < 15]


def test_every_picture_is_shown_and_all_are_small() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for picture, _words, target in links(page) if picture}
    stored = set((DOCS / "img").iterdir())
    assert stored == {path for path in shown if path.parent == DOCS / "img"}
    assert sum(path.stat().st_size for path in stored) < PICTURES_AT_MOST


def test_every_setting_of_the_extension_is_explained() -> None:
    rows = set(re.findall(r"^\| `SOCIALCRM_(\w+)` \|", (DOCS / "operations.md").read_text(), flags=re.M))
    assert rows == set(conf.DEFAULTS)


def test_every_variable_that_the_crm_reads_is_explained() -> None:
    settings = (ROOT / "crm_core" / "settings.py").read_text()
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"(\w+)"', settings))
    explained = set(re.findall(r"`([A-Z][A-Z_]+)`", (DOCS / "operations.md").read_text()))
    assert read and read <= explained


@pytest.mark.parametrize(("lang", "folder"), [("en", GUIDE), ("fr", GUIDE / "fr")])
def test_the_guide_names_the_keys_of_the_inbox(lang: str, folder: Path) -> None:
    rows = re.findall(r"^\| (`.+`) \| (.+) \|$", (folder / "support-agent.md").read_text(), flags=re.M)
    told = {tuple(re.findall(r"`([^`]+)`", keys)): what for keys, what in rows}
    with translation.override(lang):
        assert told == {keys: str(what) for keys, what in KEYS}


@pytest.mark.parametrize("sheet", sorted(GUIDE.glob("*.md")), ids=name)
def test_the_guide_says_in_french_what_it_says_in_english(sheet: Path) -> None:
    french = GUIDE / "fr" / sheet.name
    shown = [[Path(target).name for picture, _words, target in links(page) if picture] for page in (sheet, french)]
    assert shown[0] == shown[1]
    assert len(anchors(sheet)) == len(anchors(french))
