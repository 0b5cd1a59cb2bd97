"""A text as the HTML that Mastodon makes of it: names, tags and links found, everything else escaped."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from socialcrm.sandbox.state import Sandbox

from . import store
from .addresses import base, page_url

_TOKEN = re.compile(
    rf"(?P<link>https?://[^\s<>\"]+)|(?P<mention>{store.MENTION.pattern})|(?<![\w&/])#(?P<tag>\w*[^\W\d]\w*)"
)
_TRAILING = ".,;:!?'\")]}"
Row = dict[str, Any]


def tags_of(sandbox: Sandbox, typed: str) -> list[Row]:
    """The hashtags of a text, each once."""
    names = [hit["tag"].lower() for hit in _TOKEN.finditer(typed) if hit["tag"]]
    return [{"name": name, "url": f"{base(sandbox)}/tags/{name}"} for name in dict.fromkeys(names)]


def markup(sandbox: Sandbox, typed: str, paragraphs: bool = True) -> str:
    """A text as HTML: paragraphs, line breaks, links cut for the eye but whole, names and tags."""
    out, done = [], 0
    for hit in _TOKEN.finditer(typed):
        marked, end = _mark(sandbox, hit)
        out += [escape(typed[done : hit.start()]), marked]
        done = end
    html = "".join([*out, escape(typed[done:])])
    if not paragraphs:
        return html
    parts = [part.replace("\n", "<br />") for part in re.split(r"\n{2,}", html.replace("\r\n", "\n"))]
    return "".join(f"<p>{part}</p>" for part in parts) if html else ""


def _mark(sandbox: Sandbox, hit: re.Match[str]) -> tuple[str, int]:
    if hit["link"]:
        url = hit["link"].rstrip(_TRAILING)
        return _link(url), hit.start() + len(url)
    if hit["tag"]:
        href = escape(f"{base(sandbox)}/tags/{hit['tag'].lower()}")
        return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{escape(hit["tag"])}</span></a>', hit.end()
    named = store.mentioned(sandbox, hit[0])
    if not named:
        return escape(hit[0]), hit.end()
    href = escape(page_url(sandbox, named[0]))
    anchor = f'<a href="{href}" class="u-url mention">@<span>{escape(named[0]["handle"])}</span></a>'
    return f'<span class="h-card" translate="no">{anchor}</span>', hit.end()


def _link(url: str) -> str:
    scheme, _, rest = url.partition("//")
    shown, hidden = rest[:30], rest[30:]
    cut = ' class="ellipsis"' if hidden else ""
    spans = (
        f'<span class="invisible">{escape(scheme)}//</span><span{cut}>{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span>'
    )
    return f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">{spans}</a>'
