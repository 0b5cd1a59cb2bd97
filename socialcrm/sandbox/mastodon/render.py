"""Accounts and statuses as Mastodon 4.6 shows them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import Any

from socialcrm.sandbox.state import Sandbox

from . import store

ROOT = "/mastodon"
_TOKEN = re.compile(
    rf"(?P<link>https?://[^\s<>\"]+)|(?P<mention>{store.MENTION.pattern})|(?<![\w&/])#(?P<tag>\w*[^\W\d]\w*)"
)
_TRAILING = ".,;:!?'\")]}"
Row = dict[str, Any]


def time(moment: int) -> str:
    """Unix milliseconds as Mastodon writes them."""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def base(sandbox: Sandbox) -> str:
    """The server's address."""
    return f"{sandbox.public_url}{ROOT}"


def acct(row: Row) -> str:
    """The name, with its host where that is another server."""
    return str(row["handle"]) if row["domain"] == store.DOMAIN else f"{row['handle']}@{row['domain']}"


def page_url(sandbox: Sandbox, row: Row) -> str:
    """A person's page at home."""
    home = base(sandbox) if row["domain"] == store.DOMAIN else f"https://{row['domain']}"
    return f"{home}/@{row['handle']}"


def uri(sandbox: Sandbox, row: Row) -> str:
    """What every server knows a person by."""
    if row["domain"] == store.DOMAIN:
        return f"{base(sandbox)}/ap/users/{row['id']}"
    return f"https://{row['domain']}/users/{row['handle']}"


def account(sandbox: Sandbox, row: Row) -> Row:
    """An Account."""
    face = f"{base(sandbox)}/avatars/original/missing.png"
    fields = [{"name": "Web", "value": markup(sandbox, row["website"], False), "verified_at": None}]
    return {
        "id": str(row["id"]),
        "username": row["handle"],
        "acct": acct(row),
        "display_name": row["name"],
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": time(row["created_at"])[:11] + "00:00:00.000Z",
        "note": markup(sandbox, row["bio"]),
        "url": page_url(sandbox, row),
        "uri": uri(sandbox, row),
        "avatar": face,
        "avatar_static": face,
        "avatar_description": "",
        "header": face,
        "header_static": face,
        "header_description": "",
        "followers_count": row["followers"],
        "following_count": row["following"],
        "statuses_count": row["posts"],
        "last_status_at": None,
        "hide_collections": None,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "noindex": False,
        "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "emojis": [],
        "roles": [],
        "fields": fields if row["website"].startswith("http") else [],
    }


def credential_account(sandbox: Sandbox, row: Row) -> Row:
    """One's own account."""
    source = {"privacy": "public", "sensitive": False, "language": row["language"], "note": row["bio"], "fields": []}
    source |= {"follow_requests_count": 0, "hide_collections": None, "discoverable": True, "indexable": True}
    source |= {"attribution_domains": [], "quote_policy": "public"}
    role = {"id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": False, "collection_limit": 10}
    return {**account(sandbox, row), "source": source, "role": role}


def status(sandbox: Sandbox, row: Row, me: int | None = None) -> Row:
    """A Status."""
    world = sandbox.world
    author = world.one("SELECT * FROM masto_accounts WHERE id=?", row["author"])
    assert author is not None
    named = store.mentioned(sandbox, row["typed"])
    replies = "SELECT COUNT(*) FROM masto_statuses WHERE in_reply_to=? AND deleted_at IS NULL"
    approval = {"automatic": ["public"], "manual": [], "current_user": "automatic"}
    return {
        "id": str(row["id"]),
        "created_at": time(row["created_at"]),
        "in_reply_to_id": _text(row["in_reply_to"]),
        "in_reply_to_account_id": _text(row["in_reply_to_account"]),
        "sensitive": bool(row["spoiler"]),
        "spoiler_text": row["spoiler"],
        "visibility": row["visibility"],
        "language": row["language"],
        "uri": f"{uri(sandbox, author)}/statuses/{row['id']}",
        "url": f"{page_url(sandbox, author)}/{row['id']}",
        "replies_count": world.value(replies, row["id"]),
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": time(row["edited_at"]) if row["edited_at"] else None,
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        **({"pinned": False} if me == row["author"] else {}),
        "content": markup(sandbox, row["typed"]),
        "filtered": [],
        "reblog": None,
        "application": None,
        "account": account(sandbox, author),
        "media_attachments": [],
        "mentions": [
            {"id": str(one["id"]), "username": one["handle"], "url": page_url(sandbox, one), "acct": acct(one)}
            for one in named
        ],
        "tags": [_tag(sandbox, one) for one in dict.fromkeys(_tags(row["typed"]))],
        "emojis": [],
        "tagged_collections": [],
        "quote": None,
        "card": None,
        "poll": None,
        "quote_approval": approval,
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _tags(typed: str) -> list[str]:
    return [hit["tag"].lower() for hit in _TOKEN.finditer(typed) if hit["tag"]]


def _tag(sandbox: Sandbox, name: str) -> Row:
    return {"name": name, "url": f"{base(sandbox)}/tags/{name}"}


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
