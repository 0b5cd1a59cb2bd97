"""Statuses come into the world, change and leave it; who is told, and who may see them."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from socialcrm.sandbox.state import MASTODON, Sandbox

EPOCH_SHIFT = 16  # Mastodon's ids: milliseconds in the upper bits
IDEMPOTENT_MS = 3600 * 1000
MENTION = re.compile(r"(?<![\w/@])@([A-Za-z0-9_]{1,30})(?:@([A-Za-z0-9.-]*[A-Za-z0-9]))?")
OPEN = ("public", "unlisted")
Row = dict[str, Any]


def full_handle(row: Row) -> str:
    """name@host, by which every server knows a person."""
    return f"{row['handle']}@{row['host']}"


def account(sandbox: Sandbox, who: str | int | None) -> Row | None:
    """Someone by id, by name@host, or by the name alone (of this server first)."""
    return sandbox.account(MASTODON, "" if who is None else who)


def by_id(sandbox: Sandbox, account_id: int) -> Row:
    """Someone who is known to be there."""
    row = sandbox.world.one("SELECT * FROM accounts WHERE network=? AND id=?", MASTODON, account_id)
    assert row is not None
    return row


def status(sandbox: Sandbox, status_id: str | int | None) -> Row | None:
    """A status that is still there."""
    if not str(status_id).isdecimal() or len(str(status_id)) > 18:
        return None
    sql = "SELECT * FROM posts WHERE network=? AND id=? AND deleted_at IS NULL"
    return sandbox.world.one(sql, MASTODON, int(str(status_id)))


def mentioned(sandbox: Sandbox, typed: str) -> list[Row]:
    """Whom a text names."""
    found = (account(sandbox, f"{hit[1]}@{hit[2]}" if hit[2] else hit[1]) for hit in MENTION.finditer(typed))
    return list({row["id"]: row for row in found if row}.values())


def row_of(author: Row, new: int, typed: str, at: int, parent: Row | None = None, **more: Any) -> Row:
    """A status as it is stored. `more`: visibility, spoiler, language, boost_of."""
    counts = dict.fromkeys(("likes", "reposts", "replies", "quotes", "bookmarks", "impressions"), 0)
    return {
        "network": MASTODON,
        "id": new,
        "author": author["id"],
        "text": typed,
        "typed": typed,
        "created_at": at,
        "language": more.get("language") or author["language"],
        "in_reply_to": parent["id"] if parent else None,
        "in_reply_to_account": parent["author"] if parent else None,
        "conversation": parent["conversation"] if parent else new,
        "quoted": None,
        "source": "Web",
        **counts,
        "deleted_at": None,
        "spoiler": more.get("spoiler") or "",
        "visibility": more.get("visibility") or "public",
        "edited_at": None,
        "boost_of": more.get("boost_of"),
    }


def publish(
    sandbox: Sandbox, author: Row, typed: str, parent: Row | None = None, via: str = "api", key: str = "", **more: Any
) -> Row:
    """Store a status, tell those whom it names, log it, in one transaction."""
    row = row_of(author, _next_id(sandbox), unicodedata.normalize("NFC", typed), sandbox.clock.now(), parent, **more)
    with sandbox.world.write():
        sandbox.world.insert("posts", row)
        _tell(sandbox, row)
        _count(sandbox, row, 1)
        if key:
            _remember(sandbox, row, key)
        sandbox.log({**author, "handle": full_handle(author)}, "post", row, via)
    sandbox.changed.set()
    return row


def _next_id(sandbox: Sandbox) -> int:
    last = int(sandbox.world.value("SELECT MAX(id) FROM posts WHERE network=?", MASTODON) or 0)
    return max(sandbox.clock.now() << EPOCH_SHIFT, last + 1)


def _remember(sandbox: Sandbox, row: Row, key: str) -> None:
    sandbox.world.run("DELETE FROM masto_keys WHERE account=? AND key=?", row["author"], key)
    known = {"account": row["author"], "key": key, "status": row["id"], "at": row["created_at"]}
    sandbox.world.insert_many("masto_keys", [known])


def _tell(sandbox: Sandbox, row: Row) -> None:
    for person in mentioned(sandbox, row["typed"]):
        known = {"network": MASTODON, "account": person["id"], "post": row["id"]}
        sandbox.world.insert_many("mentions", [known])
        notify(sandbox, person["id"], "mention", row["author"], row["id"])


def notify(sandbox: Sandbox, account_id: int, kind: str, sender: int, status_id: int | None) -> None:
    """Tell someone of what someone else did; nobody is told of what they did themselves."""
    if account_id == sender:
        return
    at = sandbox.clock.now()
    row = {"account": account_id, "type": kind, "sender": sender, "status": status_id, "at": at}
    sandbox.world.insert("masto_notifications", row)


def _count(sandbox: Sandbox, row: Row, step: int) -> None:
    sql = "UPDATE accounts SET posts=MAX(0, posts+?) WHERE network=? AND id=?"
    sandbox.world.run(sql, step, MASTODON, row["author"])
    for column, target in (("replies", row["in_reply_to"]), ("reposts", row["boost_of"])):
        sql = f"UPDATE posts SET {column}=MAX(0, {column}+?) WHERE network=? AND id=?"
        sandbox.world.run(sql, step, MASTODON, target)


def boost(sandbox: Sandbox, author: Row, of: Row, via: str = "api") -> Row:
    """Show someone else's status to one's own followers; its author is told. Once is enough."""
    sql = "SELECT * FROM posts WHERE network=? AND author=? AND boost_of=? AND deleted_at IS NULL"
    known = sandbox.world.one(sql, MASTODON, author["id"], of["id"])
    if known is not None:
        return known
    row = row_of(author, _next_id(sandbox), "", sandbox.clock.now(), boost_of=of["id"], language=of["language"])
    with sandbox.world.write():
        sandbox.world.insert("posts", row)
        _count(sandbox, row, 1)
        notify(sandbox, of["author"], "reblog", author["id"], of["id"])
        sandbox.log({**author, "handle": full_handle(author)}, "boost", {**row, "typed": of["typed"]}, via)
    sandbox.changed.set()
    return row


def favourite(sandbox: Sandbox, author: Row, of: Row) -> None:
    """Like a status; its author is told."""
    with sandbox.world.write():
        sandbox.world.run("UPDATE posts SET likes=likes+1 WHERE network=? AND id=?", MASTODON, of["id"])
        notify(sandbox, of["author"], "favourite", author["id"], of["id"])


def repeated(sandbox: Sandbox, author: Row, key: str) -> int | None:
    """The status that this account made under this key within the hour."""
    since = sandbox.clock.now() - IDEMPOTENT_MS
    sql = "SELECT status FROM masto_keys WHERE account=? AND key=? AND at>?"
    found = sandbox.world.value(sql, author["id"], key, since)
    return None if found is None else int(found)


def edit(sandbox: Sandbox, row: Row, typed: str, via: str = "api") -> None:
    """Change a status; those named anew are not told."""
    typed = unicodedata.normalize("NFC", typed)
    author = by_id(sandbox, row["author"])
    with sandbox.world.write():
        sql = "UPDATE posts SET typed=?, text=?, edited_at=? WHERE network=? AND id=?"
        sandbox.world.run(sql, typed, typed, sandbox.clock.now(), MASTODON, row["id"])
        sandbox.log({**author, "handle": full_handle(author)}, "edit", {**row, "typed": typed}, via)
    sandbox.changed.set()


def delete(sandbox: Sandbox, row: Row, via: str = "api") -> None:
    """Take a status away; notifications of it and boosts of it go too."""
    author, now = by_id(sandbox, row["author"]), sandbox.clock.now()
    with sandbox.world.write():
        sql = "UPDATE posts SET deleted_at=? WHERE network=? AND (id=? OR boost_of=?) AND deleted_at IS NULL"
        sandbox.world.run(sql, now, MASTODON, row["id"], row["id"])
        sandbox.world.run("DELETE FROM masto_notifications WHERE status=?", row["id"])
        _count(sandbox, row, -1)
        sandbox.log({**author, "handle": full_handle(author)}, "delete", row, via)
    sandbox.changed.set()


def may_see(sandbox: Sandbox, me: int | None, row: Row) -> bool:
    """Public and unlisted for all; the rest for its author and those whom it names. Nobody sees the suspended."""
    if by_id(sandbox, row["author"])["suspended"]:
        return False
    if row["visibility"] in OPEN or row["author"] == me:
        return True
    sql = "SELECT 1 FROM mentions WHERE network=? AND post=? AND account=?"
    return bool(sandbox.world.value(sql, MASTODON, row["id"], me))
