"""X's texts: what is escaped in them, where their links are, how X counts them, and when two are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from socialcrm.networks.border import FetchedPost, TextCheck
from socialcrm.networks.texts import empty, too_long

from .count import LIMIT, length, urls
from .wire import Entities, Entity

_ESCAPED = re.compile("&(?:amp|lt|gt);")
_PLAIN = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_LEADING = re.compile(r"\s*@(\w{1,15})(?=\s|$)", re.ASCII)
_CASHTAG = re.compile(r"(?:^|\s)\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?(?=$|[\s.,;:!?)])")
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ufeff\ud800-\udfff]")


def web_address(text: str | None) -> str:
    """The text if it is an address of the web, else "": nothing else may become a link or a picture."""
    return text if text and text.lower().startswith(("https://", "http://")) else ""


def unescape(text: str) -> str:
    """X escapes &, < and > in the texts it gives, and only these [observed in recorded answers]."""
    return _ESCAPED.sub(lambda hit: _PLAIN[hit[0]], text) if "&" in text else text


def mark(
    sent: str, marks: Entities, by_handle: Mapping[str, str], web: str
) -> tuple[str, tuple[Mapping[str, Any], ...], tuple[str, ...]]:
    """(text, entities at offsets of that text, ids of the people mentioned).

    X counts code points of the escaped text [Twitter4J pull request 263]. Each place is checked against what must
    stand there; where it does not, UTF-16 units are tried, then the literal is looked for, then the mark is dropped.
    """
    escapes = [(hit.end(), len(hit[0]) - 1) for hit in _ESCAPED.finditer(sent)] if "&" in sent else []
    entities: list[dict[str, Any]] = []
    mentioned: dict[str, None] = {}
    for one in marks.mentions or ():
        handle = one.username or ""
        person = one.id or by_handle.get(handle.lower())
        if person:
            mentioned[person] = None
        _place(entities, sent, one, "mention", f"@{handle}", f"{web}/{handle}", escapes)
    for one in marks.urls or ():
        if one.url:
            _place(entities, sent, one, "url", one.url, one.url, escapes)
    for kind, sign, tags in (("hashtag", "#", marks.hashtags), ("cashtag", "$", marks.cashtags)):
        for one in tags or ():
            _place(entities, sent, one, kind, f"{sign}{one.tag or ''}", "", escapes)
    if len(entities) > 1:
        entities.sort(key=lambda entity: entity["start"])
    return unescape(sent), tuple(entities), tuple(mentioned)


def _place(
    entities: list[dict[str, Any]],
    sent: str,
    one: Entity,
    kind: str,
    literal: str,
    href: str,
    escapes: Sequence[tuple[int, int]],
) -> None:
    start, end = one.start, one.end
    if sent[start:end] != literal:
        start, end = _find(sent, one, kind, literal)
        if start < 0:
            return
    for where, extra in reversed(escapes):
        start, end = (start - extra if where <= start else start), (end - extra if where <= end else end)
    entity = {"start": start, "end": end, "kind": kind, "text": literal, "href": href}
    if kind == "url":
        entity["text"] = one.display_url or literal
        entity["href"] = web_address(href)
        entity["expanded"] = web_address(one.unwound_url) or web_address(one.expanded_url)
    entities.append(entity)


def _find(sent: str, one: Entity, kind: str, literal: str) -> tuple[int, int]:
    """Where the mark really is, or -1."""
    skip = 1 if kind != "url" else 0  # the sign may be full width: compare what follows it
    wanted = literal[skip:].lower()
    for start, end in ((one.start, one.end), _from_utf16(sent, one.start, one.end)):
        if start >= 0 and wanted and sent[start + skip : end].lower() == wanted:
            return start, end
    found = sent.lower().find(literal.lower()) if wanted and len(sent.lower()) == len(sent) else -1
    return found, found + len(literal)


def _from_utf16(sent: str, start: int, end: int) -> tuple[int, int]:
    units = sent.encode("utf-16-le", "surrogatepass")
    if not 0 <= start <= end <= len(units) // 2:
        return -1, -1
    before, within = units[: start * 2], units[start * 2 : end * 2]
    head = len(before.decode("utf-16-le", "replace"))
    return head, head + len(within.decode("utf-16-le", "replace"))


def without_leading(text: str, handles: Sequence[str]) -> str:
    """The text without the @mentions at its start that a reply makes by itself; X does not count these."""
    free = {handle.lower().lstrip("@") for handle in handles}
    while (hit := _LEADING.match(text)) and hit[1].lower() in free:
        text = text[hit.end() :].lstrip(" ")
        free.discard(hit[1].lower())
    return text


def check(text: str, to_handles: Sequence[str] = (), limit: int = LIMIT) -> TextCheck:
    """Count a text as X does, and say what is wrong with it."""
    counted = length(without_leading(text, to_handles))
    return TextCheck(counted, limit, problem(text, counted, limit, to_handles))


def problem(text: str, counted: int, limit: int, to_handles: Sequence[str] = ()) -> str:
    """What is wrong with a text, in a sentence for the person; empty when nothing is."""
    if said := empty(without_leading(text, to_handles)):
        return said
    if _REFUSED.search(text):
        return gettext("The text holds a character that X does not accept. Type it anew instead of pasting it.")
    if said := too_long(counted, limit):
        return said
    if len(_CASHTAG.findall(text)) > 1:
        return gettext("X accepts one cashtag ($NAME) in a post sent from here. Remove the others.")
    return ""


def has_url(text: str) -> bool:
    """Whether X will see a link, which makes the post dearer."""
    return next(urls(text), None) is not None


def fingerprint(text: str, expanded: Sequence[tuple[int, int, str]] | None = None) -> str:
    """A text reduced to what survives posting: links in full, no leading mentions, NFC, single spaces."""
    if expanded is None:
        expanded = [(start, end, text[start:end]) for start, end in urls(text)]
    for start, end, url in sorted(expanded, reverse=True):
        text = f"{text[:start]}{_bare(url)}{text[end:]}"
    while hit := _LEADING.match(text):
        text = text[hit.end() :]
    return " ".join(unicodedata.normalize("NFC", text).split())


def fingerprint_of(post: FetchedPost) -> str:
    """The same of a post as the network shows it, its t.co links expanded."""
    links = [(e["start"], e["end"], e.get("expanded") or e["href"]) for e in post.entities if e["kind"] == "url"]
    return fingerprint(post.text, links)


def _bare(url: str) -> str:
    return re.sub("^https?://", "", url, flags=re.IGNORECASE).rstrip("/").lower()
