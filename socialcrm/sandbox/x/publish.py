"""A post comes into the world, or leaves it: the same for the API, the control API and the town."""

from __future__ import annotations

import unicodedata
from typing import Any

from socialcrm.sandbox.state import TWITTER, Sandbox
from socialcrm.sandbox.words import words

from . import text
from .ids import next_id
from .render import code_of

DUPLICATE_MS = 24 * 3600 * 1000
Row = dict[str, Any]


def publish(
    sandbox: Sandbox,
    author: Row,
    typed: str,
    parent: Row | None = None,
    *,
    quoted: int | None = None,
    via: str = "api",
    source: str = "Lumen CRM",
    extra: tuple[str, ...] = (),
) -> Row:
    """Store a post and log it, in one transaction; returns its row. `extra` are handles mentioned on top."""
    typed = unicodedata.normalize("NFC", typed)
    with sandbox.world.write():
        shown = _shorten(sandbox, _address(sandbox, author, typed, parent, extra))
        row = _row(sandbox, author, typed, shown, parent, quoted, source)
        sandbox.world.insert("posts", row)
        _mention(sandbox, row)
        _count(sandbox, row)
        sandbox.log(author, "post", row, via)
    sandbox.changed.set()
    return row


def _address(sandbox: Sandbox, author: Row, typed: str, parent: Row | None, extra: tuple[str, ...]) -> str:
    names = [*_participants(sandbox, author, parent), *extra]
    have = set(text.mentioned(typed)) | {author["handle_lower"]}
    new = [name for name in dict.fromkeys(names) if name.lower() not in have]
    return " ".join([*(f"@{name}" for name in new), typed])


def _participants(sandbox: Sandbox, author: Row, parent: Row | None) -> list[str]:
    if parent is None:
        return []
    sql = "SELECT handle FROM accounts WHERE network=? AND id=?"
    other = sandbox.world.value(sql, TWITTER, parent["author"])
    return [str(other)] if other else []


def _shorten(sandbox: Sandbox, typed: str) -> str:
    shown = typed
    for start, end in reversed(text.links(typed)):
        url = typed[start:end]
        if "//t.co/" in url:
            continue
        target = url if url.lower().startswith("http") else f"http://{url}"
        sandbox.world.run("INSERT OR IGNORE INTO links (code, url) VALUES (?, ?)", code_of(target), target)
        shown = f"{shown[:start]}https://t.co/{code_of(target)}{shown[end:]}"
    return shown


def _row(
    sandbox: Sandbox, author: Row, typed: str, shown: str, parent: Row | None, quoted: int | None, source: str
) -> Row:
    new = next_id(sandbox, TWITTER)
    counts = dict.fromkeys(("likes", "reposts", "replies", "quotes", "bookmarks"), 0)
    return {
        "network": TWITTER,
        "id": new,
        "author": author["id"],
        "text": shown,
        "typed": typed,
        "created_at": sandbox.clock.now(),
        "language": guess_language(typed, author["language"]),
        "in_reply_to": parent["id"] if parent else None,
        "in_reply_to_account": parent["author"] if parent else None,
        "conversation": parent["conversation"] if parent else new,
        "quoted": quoted,
        "source": source,
        **counts,
        "impressions": 1,
        "deleted_at": None,
    }


FRENCH = frozenset(words("le la les un une des est et vous nous je pas pour avec merci bonjour dans sur que qui au du"))


def guess_language(typed: str, fallback: str) -> str:
    """`fr` or `en` by common words; `und` without letters; else the author's own."""
    words = [word.strip(".,!?").lower() for word in typed.split() if word[0] not in "@#" and "//" not in word]
    if not any(word[:1].isalpha() for word in words):
        return "und"
    french = sum(word in FRENCH or word[:2] in ("l'", "d'", "j'", "c'") for word in words)
    return "fr" if french * 5 >= len(words) else ("en" if fallback == "en" or french == 0 else fallback)


def _mention(sandbox: Sandbox, row: Row) -> None:
    names = text.mentioned(row["text"])
    marks = ",".join("?" * len(names))
    sql = f"SELECT id FROM accounts WHERE network='{TWITTER}' AND handle_lower IN ({marks})"
    ids = [found["id"] for found in sandbox.world.all(sql, *names)] if names else []
    rows = [{"network": TWITTER, "account": one, "post": row["id"]} for one in ids if one != row["author"]]
    sandbox.world.insert_many("mentions", rows)


def _count(sandbox: Sandbox, row: Row, step: int = 1) -> None:
    sql = "UPDATE accounts SET posts=MAX(0, posts+?) WHERE network=? AND id=?"
    sandbox.world.run(sql, step, TWITTER, row["author"])
    for column, target in (("replies", row["in_reply_to"]), ("quotes", row["quoted"])):
        if target is not None:
            sql = f"UPDATE posts SET {column}=MAX(0, {column}+?) WHERE network=? AND id=?"
            sandbox.world.run(sql, step, TWITTER, target)


def delete(sandbox: Sandbox, post: Row, via: str = "api") -> None:
    """Take a post away: it's gone for every reader; the log keeps that it was there."""
    author = sandbox.account(TWITTER, post["author"])
    assert author is not None
    with sandbox.world.write():
        now = sandbox.clock.now()
        sandbox.world.run("UPDATE posts SET deleted_at=? WHERE network=? AND id=?", now, TWITTER, post["id"])
        names = text.mentioned(post["text"])
        marks = ",".join("?" * len(names))
        ids = f"SELECT id FROM accounts WHERE network='{TWITTER}' AND handle_lower IN ({marks})"
        sql = f"DELETE FROM mentions WHERE network='{TWITTER}' AND post=? AND account IN ({ids})"
        sandbox.world.run(sql, post["id"], *names)
        _count(sandbox, post, -1)
        sandbox.log(author, "delete", post, via)
    sandbox.changed.set()


def find(sandbox: Sandbox, post_id: int | str) -> Row | None:
    """A post that's still there."""
    if not str(post_id).isdigit() or int(post_id) >= 1 << 63:
        return None
    sql = "SELECT * FROM posts WHERE network=? AND id=? AND deleted_at IS NULL"
    return sandbox.world.one(sql, TWITTER, int(post_id))


def is_duplicate(sandbox: Sandbox, author: Row, typed: str, parent: Row | None) -> bool:
    """Whether this account said the same, to the same person, within a day of the sandbox's clock."""
    sql = (
        "SELECT 1 FROM posts WHERE network=? AND author=? AND typed=? AND deleted_at IS NULL AND created_at>? "
        "AND in_reply_to_account IS ?"
    )
    since = sandbox.clock.now() - DUPLICATE_MS
    to = parent["author"] if parent else None
    said = unicodedata.normalize("NFC", typed)
    return sandbox.world.value(sql, TWITTER, author["id"], said, since, to) is not None


def summoned(sandbox: Sandbox, me: int, parent: Row) -> bool:
    """Whether the author of a post called this account into it: mentioned it there, or quoted one of its posts."""
    if parent["author"] == me:
        return True
    sql = "SELECT 1 FROM mentions WHERE network=? AND account=? AND post=?"
    if sandbox.world.value(sql, TWITTER, me, parent["id"]):
        return True
    sql = "SELECT author FROM posts WHERE network=? AND id=?"
    return bool(parent["quoted"]) and sandbox.world.value(sql, TWITTER, parent["quoted"]) == me
