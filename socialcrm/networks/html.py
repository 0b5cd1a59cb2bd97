"""HTML of any server as plain text with places marked in it. Nothing of it is trusted."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import nh3

LONGEST = 60_000  # of HTML; a post of 500 characters takes some 2,000
SILENT = {"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "title", "textarea"}
BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"})
TAGS = {*BLOCKS, "a", "br", "li", "span"}
_BREAKS = re.compile(r"[\t\n\r\f]+")


def web_address(text: str | None) -> str:
    """The address if it is one of the web, else ""."""
    try:
        parts = urlsplit((text or "").strip())
        return parts.geturl() if parts.scheme in {"http", "https"} and parts.hostname else ""
    except ValueError:
        return ""


class _Reader(HTMLParser):
    """Collects text; offsets are in characters of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.entities: list[dict[str, Any]] = []
        self.gap = 0
        self.link: tuple[int, dict[str, str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.text = f"{self.text.rstrip(' ')}\n"
        elif tag in BLOCKS:
            self.gap = 2
        elif tag == "li":
            self.gap = max(self.gap, 1)
            self._say("• ")
        elif tag == "a":
            self._end_link()
            self._pause()
            self.link = (len(self.text), {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()
        elif tag in BLOCKS:
            self.gap = 2
        elif tag == "li":
            self.gap = max(self.gap, 1)

    def handle_data(self, data: str) -> None:
        self._say(_BREAKS.sub(" ", data))

    def _say(self, words: str) -> None:
        if self.gap and not words.strip(" "):
            return
        self._pause()
        self.text += words

    def _pause(self) -> None:
        if self.gap and self.text:
            self.text = self.text.rstrip(" \n") + "\n" * self.gap
        self.gap = 0

    def _end_link(self) -> None:
        if self.link is None:
            return
        (start, attrs), self.link = self.link, None
        shown, href = self.text[start:].rstrip(" \n"), web_address(attrs.get("href"))
        if shown.strip() and href:
            self.entities.append(_entity(start, shown, href, attrs))


def _entity(start: int, shown: str, href: str, attrs: dict[str, str]) -> dict[str, Any]:
    classes, end = attrs.get("class", "").split(), start + len(shown)
    if shown[:1] == "#" and ("hashtag" in classes or "tag" in attrs.get("rel", "").split()):
        return {"start": start, "end": end, "kind": "hashtag", "text": shown, "href": href}
    if shown[:1] == "@" and "mention" in classes:
        return {"start": start, "end": end, "kind": "mention", "text": shown, "href": href}
    return {"start": start, "end": end, "kind": "url", "text": shown, "href": href, "expanded": href}


def plain(html: str) -> tuple[str, tuple[dict[str, Any], ...]]:
    """(text, entities) of a post's HTML: paragraphs apart, links whole, scripts and their kind left out."""
    reader = _Reader()
    # The standard parser alone fails on some broken declarations; what nh3 leaves is well formed.
    reader.feed(nh3.clean(html[:LONGEST], TAGS, SILENT, {"a": {"href", "class", "rel"}}, link_rel=None))
    reader.close()
    reader._end_link()
    text = reader.text.replace("\x00", "\ufffd").rstrip(" \n")
    return text, tuple(one for one in reader.entities if one["end"] <= len(text))


def first_link(html: str) -> str:
    """The first web address that a line of a profile leads to."""
    return next((str(one["href"]) for one in plain(html)[1] if one["kind"] == "url"), "")
