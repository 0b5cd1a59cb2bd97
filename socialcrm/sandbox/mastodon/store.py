"""Statuses come into the world, change and leave it; who may see them."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from socialcrm.sandbox.state import Sandbox

NETWORK, DOMAIN = "mastodon", "town.example"
HOMES = (DOMAIN, DOMAIN, "harbour.example", "ateliers.example")
EPOCH_SHIFT = 16  # Mastodon's ids: milliseconds in the upper bits
IDEMPOTENT_MS = 3600 * 1000
SCHEMA = Path(__file__).with_name("schema.sql")
MENTION = re.compile(r"(?<![\w/@])@([A-Za-z0-9_]{1,30})(?:@([A-Za-z0-9.-]*[A-Za-z0-9]))?")
Row = dict[str, Any]


def prepare(sandbox: Sandbox) -> None:
    """Make the tables, and people of the town who are here too: our brands and every third account of X."""
    sandbox.world.db.executescript(SCHEMA.read_text(encoding="utf-8"))
    if sandbox.world.value("SELECT COUNT(*) FROM masto_accounts"):
        return
    rows = sandbox.world.all("SELECT * FROM accounts WHERE network='twitter' AND suspended=0 ORDER BY id")
    chosen = [row for index, row in enumerate(rows) if row["brand"] or index % 3 == 0]
    with sandbox.world.write():
        sandbox.world.insert_many("masto_accounts", [_account(row, n) for n, row in enumerate(chosen)])


def _account(row: Row, number: int) -> Row:
    keys = ("handle", "name", "bio", "website", "created_at", "person", "brand", "language")
    return {
        **{key: row[key] for key in keys},
        "id": (row["created_at"] << EPOCH_SHIFT) + number,
        "domain": DOMAIN if row["brand"] else HOMES[number % len(HOMES)],
        "followers": row["followers"] // 8,
        "following": row["following"] // 5,
        "posts": 0,
    }


def account(sandbox: Sandbox, who: str) -> Row | None:
    """Someone by id, by name (of this server first), or by name@host."""
    name, _, host = who.strip().lstrip("@").partition("@")
    if name.isdecimal() and len(name) < 19 and not host:
        return sandbox.world.one("SELECT * FROM masto_accounts WHERE id=?", int(name))
    sql = "SELECT * FROM masto_accounts WHERE handle=? COLLATE NOCASE AND (?='' OR domain=?) ORDER BY domain<>? LIMIT 1"
    return sandbox.world.one(sql, name, host.lower(), host.lower(), DOMAIN)


def status(sandbox: Sandbox, status_id: str | int | None) -> Row | None:
    """A status that is still there."""
    if not str(status_id).isdecimal() or len(str(status_id)) > 18:
        return None
    return sandbox.world.one("SELECT * FROM masto_statuses WHERE id=? AND deleted_at IS NULL", int(str(status_id)))


def publish(
    sandbox: Sandbox, author: Row, typed: str, parent: Row | None = None, via: str = "api", key: str = "", **more: Any
) -> Row:
    """Store a status, tell those whom it names, log it, in one transaction."""
    now, world = sandbox.clock.now(), sandbox.world
    last = int(world.value("SELECT MAX(id) FROM masto_statuses") or 0)
    new = max(now << EPOCH_SHIFT, last + 1)
    row = {
        "id": new,
        "author": author["id"],
        "typed": unicodedata.normalize("NFC", typed),
        "spoiler": more.get("spoiler", ""),
        "visibility": more.get("visibility") or "public",
        "language": more.get("language") or author["language"],
        "created_at": now,
        "edited_at": None,
        "in_reply_to": parent["id"] if parent else None,
        "in_reply_to_account": parent["author"] if parent else None,
        "conversation": parent["conversation"] if parent else new,
        "deleted_at": None,
    }
    with world.write():
        world.insert("masto_statuses", row)
        _tell(sandbox, row)
        world.run("UPDATE masto_accounts SET posts=posts+1 WHERE id=?", author["id"])
        if key:
            at = {"account": author["id"], "key": key, "status": new, "at": now}
            world.run("DELETE FROM masto_keys WHERE account=? AND key=?", author["id"], key)
            world.insert_many("masto_keys", [at])
        sandbox.log({**author, "network": NETWORK}, "post", row, via)
    sandbox.changed.set()
    return row


def mentioned(sandbox: Sandbox, typed: str) -> list[Row]:
    """Whom a text names."""
    found = (account(sandbox, f"{hit[1]}@{hit[2] or ''}") for hit in MENTION.finditer(typed))
    return list({row["id"]: row for row in found if row}.values())


def _tell(sandbox: Sandbox, row: Row) -> None:
    for person in mentioned(sandbox, row["typed"]):
        sandbox.world.insert_many("masto_mentions", [{"status": row["id"], "account": person["id"]}])
        if person["id"] != row["author"]:
            one = {"account": person["id"], "status": row["id"], "at": row["created_at"]}
            sandbox.world.insert("masto_notifications", one)


def repeated(sandbox: Sandbox, author: Row, key: str) -> int | None:
    """The status that this account made under this key within the hour."""
    since = sandbox.clock.now() - IDEMPOTENT_MS
    sql = "SELECT status FROM masto_keys WHERE account=? AND key=? AND at>?"
    found = sandbox.world.value(sql, author["id"], key, since)
    return None if found is None else int(found)


def edit(sandbox: Sandbox, row: Row, typed: str) -> None:
    """Change a status; those named anew are not told."""
    sql = "UPDATE masto_statuses SET typed=?, edited_at=? WHERE id=?"
    sandbox.world.run(sql, unicodedata.normalize("NFC", typed), sandbox.clock.now(), row["id"])


def delete(sandbox: Sandbox, row: Row, via: str = "api") -> None:
    """Take a status away; notifications of it go too."""
    author = sandbox.world.one("SELECT * FROM masto_accounts WHERE id=?", row["author"])
    assert author is not None
    with sandbox.world.write():
        sandbox.world.run("UPDATE masto_statuses SET deleted_at=? WHERE id=?", sandbox.clock.now(), row["id"])
        sandbox.world.run("DELETE FROM masto_notifications WHERE status=?", row["id"])
        sandbox.world.run("UPDATE masto_accounts SET posts=posts-1 WHERE id=?", row["author"])
        sandbox.log({**author, "network": NETWORK}, "delete", row, via)


def may_see(sandbox: Sandbox, me: int | None, row: Row) -> bool:
    """Public and unlisted for all; the rest for its author and those whom it names."""
    if row["visibility"] in {"public", "unlisted"} or row["author"] == me:
        return True
    sql = "SELECT 1 FROM masto_mentions WHERE status=? AND account=?"
    return bool(sandbox.world.value(sql, row["id"], me))
