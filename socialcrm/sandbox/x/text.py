"""X's text rules: weighted length, links, mentions, hashtags (config version 3 of twitter-text)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from .emoji import EMOJI

MAX_WEIGHT = 280
LINK_WEIGHT = 23
# Code points that weigh 1; all others weigh 2 (twitter-text config v3, ranges).
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
INVALID = re.compile("[\ufffe\ufeff\uffff]")

_TLDS = (
    "com|net|org|info|biz|name|pro|aero|coop|museum|edu|gov|mil|int|app|dev|shop|store|blog|cloud|online|site|tech|"
    "agency|studio|design|solutions|lighting|build|energy|green|eco|city|club|news|media|social|space|world|work|"
    "works|page|link|live|life|today|email|group|global|company|digital|systems|services|support|tools|team|art|"
    "paris|bzh|alsace|quebec|brussels|london|berlin|москва|рф|中国|みんな|한국|پاکستان|भारत"
)
_CC = "[a-z]{2}"
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_HOST = rf"(?:{_LABEL}\.|[☀-➿](?:[\w-]*[^\W_])?\.)+(?:{_TLDS}|{_CC})(?![\w-])"
_TAIL = r"(?::\d{1,5})?(?:/[^\s<>\"\u2066-\u2069\u202a-\u202e]*)?(?:\?[^\s<>\"\u2066-\u2069\u202a-\u202e]*)?"
URL = re.compile(rf"(?<![\w@#$./-])(?:https?://)?{_HOST}{_TAIL}", re.IGNORECASE)
_SCHEMED = re.compile("https?://", re.IGNORECASE)
_TRAILING = ".,;:!?'\")]}…»"
MENTION = re.compile(r"(?<![\w@/!#$%&*])[@＠]([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@]|://)")
HASHTAG = re.compile(r"(?<![\w&/])[#＃](\w*[^\W\d]\w*)")
CASHTAG = re.compile(r"(?<![\w$])\$([A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?)(?![A-Za-z0-9_])")


@dataclass(frozen=True)
class Counted:
    """What X thinks of a text: its weight of 280, and whether it may be posted."""

    weight: int
    valid: bool


def links(text: str) -> list[tuple[int, int]]:
    """Start and end of every link, trailing punctuation left out."""
    found = []
    for match in URL.finditer(text):
        end = match.end()
        while end > match.start() and text[end - 1] in _TRAILING and not _closes(text[match.start() : end]):
            end -= 1
        if _labels_fit(text[match.start() : end]):
            found.append((match.start(), end))
    return found


def _labels_fit(url: str) -> bool:
    """A host's parts have at most 63 characters as DNS spells them; X doesn't take the rest for a link."""
    host = re.split(r"[/?:]", _SCHEMED.sub("", url), maxsplit=1)[0]
    spelled = (label if label.isascii() else f"xn--{label.encode('punycode').decode()}" for label in host.split("."))
    return all(len(label) <= 63 for label in spelled)


def _closes(url: str) -> bool:
    return url.endswith(")") and url.count("(") == url.count(")")


def count(text: str) -> Counted:
    """Weigh a text as X does: NFC, a link is 23, an emoji is 2, most Latin letters are 1."""
    text = unicodedata.normalize("NFC", text)
    weight, position = 0, 0
    for start, end in links(text):
        weight += _weigh(text[position:start]) + LINK_WEIGHT
        position = end
    weight += _weigh(text[position:])
    return Counted(weight, 0 < weight <= MAX_WEIGHT and bool(text.strip()) and not INVALID.search(text))


def _weigh(text: str) -> int:
    emoji = sum(1 for _ in EMOJI.finditer(text))
    return 2 * emoji + sum(_weight_of(ord(letter)) for letter in EMOJI.sub("", text))


def _weight_of(point: int) -> int:
    return 1 if any(low <= point <= high for low, high in LIGHT) else 2


def mentioned(text: str) -> list[str]:
    """Lower-case handles that a text mentions, each once, in order."""
    return list(dict.fromkeys(name.lower() for name in MENTION.findall(text)))


def entities(text: str, expand: dict[str, str], ids: dict[str, str]) -> dict[str, Any]:
    """The `entities` object: links (t.co and where they lead), mentions with ids, hashtags, cashtags."""
    spans = links(text)
    found: dict[str, Any] = {
        "urls": [_url(text, start, end, expand) for start, end in spans],
        "mentions": [
            {"start": m.start(), "end": m.end(), "username": m[1], "id": ids[m[1].lower()]}
            for m in MENTION.finditer(text)
            if m[1].lower() in ids
        ],
        "hashtags": [_tag(m) for m in HASHTAG.finditer(text) if not _inside(m.start(), spans)],
        "cashtags": [_tag(m) for m in CASHTAG.finditer(text) if not _inside(m.start(), spans)],
    }
    return {key: value for key, value in found.items() if value}


def _tag(match: re.Match[str]) -> dict[str, Any]:
    return {"start": match.start(), "end": match.end(), "tag": match[1]}


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _url(text: str, start: int, end: int, expand: dict[str, str]) -> dict[str, Any]:
    short = text[start:end]
    target = expand.get(short, short)
    target = target if _SCHEMED.match(target) else f"http://{target}"
    return {"start": start, "end": end, "url": short, "expanded_url": target, "display_url": display(target)}


def display(url: str) -> str:
    """A link as X shows it: no scheme, no www, cut at 26 characters."""
    bare = re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE).rstrip("/")
    return bare if len(bare) <= 27 else f"{bare[:26]}…"


def unaddressed(typed: str) -> str:
    """A reply's text without the @names at its start, which don't count."""
    position = 0
    while match := MENTION.match(typed, position):
        position = match.end()
        while position < len(typed) and typed[position] == " ":
            position += 1
    return typed[position:] or typed
