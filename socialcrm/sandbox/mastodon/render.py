"""Accounts, statuses and notifications as Mastodon 4.6 shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from socialcrm.sandbox.state import MASTODON, Sandbox

from . import store
from .addresses import acct, base, face_url, page_url, uri
from .markup import markup, tags_of

Row = dict[str, Any]
NOBODY_YET = {"favourited": False, "reblogged": False, "muted": False, "bookmarked": False}
ROLE = {"id": "-99", "name": "", "permissions": "65536", "color": "", "highlighted": False, "collection_limit": 10}
SHOWN = {"show_media": True, "show_media_replies": True, "show_featured": True, "noindex": False}


def time(moment: int) -> str:
    """Unix milliseconds as Mastodon writes them."""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def account(sandbox: Sandbox, row: Row) -> Row:
    """An Account."""
    return {
        "id": str(row["id"]),
        "username": row["handle"],
        "acct": acct(row),
        "display_name": row["name"],
        "locked": bool(row["protected"]),
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": time(row["created_at"])[:11] + "00:00:00.000Z",
        "note": markup(sandbox, row["bio"]),
        "url": page_url(sandbox, row),
        "uri": uri(sandbox, row),
        **_pictures(sandbox, row),
        "followers_count": row["followers"],
        "following_count": row["following"],
        "statuses_count": row["posts"],
        "last_status_at": _last_day(sandbox, row),
        "hide_collections": None,
        **SHOWN,
        "feature_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "emojis": [],
        "roles": [],
        "fields": _fields(sandbox, row),
        **({"suspended": True} if row["suspended"] else {}),
    }


def _pictures(sandbox: Sandbox, row: Row) -> Row:
    face, banner = face_url(sandbox, row), f"{base(sandbox)}/headers/original/missing.png"
    described = {"avatar_description": "", "header_description": ""}
    return {"avatar": face, "avatar_static": face, "header": banner, "header_static": banner, **described}


def _last_day(sandbox: Sandbox, row: Row) -> str | None:
    sql = "SELECT MAX(id) FROM posts WHERE network=? AND author=? AND deleted_at IS NULL"
    last = sandbox.world.value(sql, MASTODON, row["id"])
    return time(last >> store.EPOCH_SHIFT)[:10] if last else None


def fields_of(website: str) -> list[tuple[str, str]]:
    """The table of a profile, kept as lines of `name=value`; an address alone is the person's site."""
    lines = [line if "=" in line.partition("//")[0] else f"Web={line}" for line in website.split("\n") if line]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


def _fields(sandbox: Sandbox, row: Row) -> list[Row]:
    pairs = fields_of(row["website"])
    return [{"name": name, "value": markup(sandbox, value, False), "verified_at": None} for name, value in pairs]


def credential_account(sandbox: Sandbox, row: Row) -> Row:
    """One's own account."""
    source = {"privacy": "public", "sensitive": False, "language": row["language"], "note": row["bio"], "fields": []}
    source |= {"follow_requests_count": 0, "hide_collections": None, "discoverable": True, "indexable": True}
    source |= {"attribution_domains": [], "quote_policy": "public"}
    return {**account(sandbox, row), "source": source, "role": ROLE}


def status(sandbox: Sandbox, row: Row, me: int | None = None) -> Row:
    """A Status."""
    author = store.by_id(sandbox, row["author"])
    return {
        **_place(sandbox, row, author),
        **_numbers(row),
        **NOBODY_YET,
        **({"pinned": False} if me == row["author"] else {}),
        **_content(sandbox, row),
        "account": account(sandbox, author),
        "reblog": _boosted(sandbox, row, me),
        "quote": None,
        "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    }


def _place(sandbox: Sandbox, row: Row, author: Row) -> Row:
    """What it is called, where it stands, when it was made."""
    return {
        "id": str(row["id"]),
        "created_at": time(row["created_at"]),
        "edited_at": time(row["edited_at"]) if row["edited_at"] else None,
        "in_reply_to_id": _text(row["in_reply_to"]),
        "in_reply_to_account_id": _text(row["in_reply_to_account"]),
        "visibility": row["visibility"],
        "language": row["language"],
        "uri": status_uri(sandbox, row, author),
        "url": f"{page_url(sandbox, author)}/{row['id']}",
    }


def status_uri(sandbox: Sandbox, row: Row, author: Row) -> str:
    """What every server knows a status by."""
    return f"{uri(sandbox, author)}/statuses/{row['id']}"


def _numbers(row: Row) -> Row:
    return {
        "replies_count": row["replies"],
        "reblogs_count": row["reposts"],
        "favourites_count": row["likes"],
        "quotes_count": row["quotes"],
    }


def _content(sandbox: Sandbox, row: Row) -> Row:
    """What it says and whom it names."""
    return {
        "content": markup(sandbox, row["typed"]),
        "spoiler_text": row["spoiler"],
        "sensitive": bool(row["spoiler"]),
        "mentions": [_mention(sandbox, one) for one in store.mentioned(sandbox, row["typed"])],
        "tags": tags_of(sandbox, row["typed"]),
        "application": None,
        "card": None,
        "emojis": [],
        "filtered": [],
        "media_attachments": [],
        "poll": None,
        "tagged_collections": [],
    }


def _mention(sandbox: Sandbox, one: Row) -> Row:
    return {"id": str(one["id"]), "username": one["handle"], "url": page_url(sandbox, one), "acct": acct(one)}


def _boosted(sandbox: Sandbox, row: Row, me: int | None) -> Row | None:
    original = store.status(sandbox, row["boost_of"]) if row["boost_of"] else None
    return status(sandbox, original, me) if original else None


def notification(sandbox: Sandbox, row: Row, me: int) -> Row:
    """A Notification: a row of theirs."""
    shown = {"id": str(row["id"]), "type": row["type"], "created_at": time(row["at"])}
    shown |= {"group_key": f"ungrouped-{row['id']}", "account": account(sandbox, store.by_id(sandbox, row["sender"]))}
    about = store.status(sandbox, row["status"]) if row["status"] else None
    return {**shown, "status": status(sandbox, about, me)} if about else shown


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
