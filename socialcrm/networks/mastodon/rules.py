"""Mastodon's rules before anything is sent: length, whom to name, who may be answered, how handles are typed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

from django.utils.translation import gettext

from socialcrm.networks.border import ReplyFacts, TextCheck, Verdict, Whom
from socialcrm.networks.servers import host_of
from socialcrm.networks.texts import empty, graphemes, too_long

_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
# One way only to read a name: with two, a long one that fits no pattern is tried in every split.
_REMOTE = re.compile(r"(?<![\w/])@(\w(?:[\w.-]*\w)?)@[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?", re.ASCII)
_NAMED = re.compile(r"(?<![\w/])@(\w(?:[\w.-]*\w)?(?:@[\w.-]*\w(?::\d{1,5})?)?)", re.ASCII)
_LEADING = re.compile(r"\s*@\w(?:[\w.-]*\w)?(?:@[\w.-]*\w(?::\d{1,5})?)?(?=\s|\Z)", re.ASCII)
_HANDLE = re.compile(r"@?(\w(?:[\w.-]*\w)?)@([A-Za-z0-9.-]+(?::\d{1,5})?)", re.ASCII)
_PATH = re.compile(r"(?:/\w+)?/@(\w(?:[\w.-]*\w)?)(?:@([\w.-]+(?::\d{1,5})?))?(?:/.*)?", re.ASCII)
_URI = re.compile(r"(?:/\w+)?/(?:users|ap/users|u|profile)/[\w.-]+/?", re.ASCII)
_SPELLED = re.compile(r"https?://([\w.-]+(?::\d{1,5})?)/users/(\w(?:[\w.-]*\w)?)", re.ASCII)
# Their people's pages look like Mastodon's and are not.
OTHERS = {"medium.com", "youtube.com", "tiktok.com", "t.me", "substack.com", "twitter.com", "x.com", "github.com"}
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

PER_LINK = 23
LONGEST = 100_000  # characters in a post; no server is known to allow more


def between(told: Any, lowest: int, highest: int, default: int) -> int:
    """A limit as a server tells it, at most `highest`; ours where what it tells makes no sense."""
    text = str(told)
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) >= lowest):
        return default
    return min(int(text), highest)


def length(text: str, per_link: int = PER_LINK) -> int:
    """Characters as the server counts them: a link 23, of @user@host only @user [docs; mem for the latter]."""
    text = normalize("NFC", text.replace("\r\n", "\n"))
    links = len(_LINK.findall(text))
    return links * per_link + graphemes(_REMOTE.sub(r"@\1", _LINK.sub("", text)))


def addressed(text: str, handles: Sequence[str]) -> str:
    """The text with those @handles before it that it does not name yet: on Mastodon only who is named is told."""
    named = {one.lower() for one in _NAMED.findall(text)}
    new = [one for one in dict.fromkeys(handles) if one.lower() not in named]
    return " ".join([*(f"@{one}" for one in new), text])


def check(text: str, to_handles: Sequence[str], limit: int, per_link: int) -> TextCheck:
    """Count a text as the server does, and say what is wrong with it."""
    counted = length(addressed(text, [one.lstrip("@") for one in to_handles]), per_link)
    return TextCheck(counted, limit, _problem(text, counted, limit))


def _problem(text: str, counted: int, limit: int) -> str:
    if _REFUSED.search(text):
        return gettext("The text holds a character that cannot be sent. Type it anew instead of pasting it.")
    return empty(text) or too_long(counted, limit)


def may_reply(facts: ReplyFacts, open_url: str) -> Verdict:
    """Whoever sees a post may answer it."""
    if facts.deleted:
        return Verdict(False, "deleted", gettext("This post was deleted: it can no longer be answered."))
    told_by, home = facts.post_id.partition("@")[2], host_of(facts.own_id)
    if told_by and home and told_by != home:
        sentence = gettext("This post came through another server than this account's. Answer as another account.")
        return Verdict(False, "other_server", sentence, open_url)
    if facts.author_id == facts.own_id:
        return Verdict(True, "own", gettext("This is our own post."), open_url)
    return Verdict(True, "open", gettext("Can be answered from here."), open_url)


def fingerprint(text: str) -> str:
    """A text reduced to what survives posting: no leading mentions, mentions without host, NFC, single spaces."""
    while hit := _LEADING.match(text):
        text = text[hit.end() :]
    return " ".join(normalize("NFC", _REMOTE.sub(r"@\1", text)).split())


def handle_of_uri(uri: str) -> str:
    """The name@host that a URI of the usual form spells, or ""."""
    hit = _SPELLED.fullmatch(uri.lower())
    return f"{hit[2]}@{hit[1]}" if hit else ""


def parse_handle(text: str) -> Whom:
    """Read "@ada@host.example", "https://host.example/@ada" or a person's URI. ValueError with a sentence."""
    text = text.strip()
    if hit := _HANDLE.fullmatch(text):
        return Whom(handle=f"{hit[1]}@{hit[2]}".lower())
    host, path = host_of(text), urlsplit(text).path if host_of(text) else ""
    hit = _PATH.fullmatch(path)
    if host.removeprefix("www.").removeprefix("m.") in {"", *OTHERS} or not (hit or _URI.fullmatch(path)):
        raise ValueError(
            gettext("This is not a person on Mastodon. Type @name@server, or paste the address of the profile.")
        )
    return Whom(handle=f"{hit[1]}@{hit[2] or host}".lower()) if hit else Whom(external_id=text)
