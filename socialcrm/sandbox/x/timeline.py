"""Timelines, newest first: mentions, an account's own posts, and the page tokens that walk them."""

from __future__ import annotations

import base64
import struct
from typing import Any

from aiohttp import web

from socialcrm.sandbox.state import TWITTER, Sandbox

from . import problems
from .auth import Caller
from .ids import snowflake
from .params import TIMELINE, Query, read
from .render import Renderer
from .users import user_id

MENTION_DEPTH = 800
POST_DEPTH = 3200
POST_DEPTH_WITHOUT_REPLIES = 800
BIG = (1 << 63) - 1
Row = dict[str, Any]


async def mentions(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, Row]:
    """GET /2/users/:id/mentions: the 800 newest posts that mention the account."""
    query = read(request, TIMELINE, "tweet")
    source = (
        "SELECT p.* FROM mentions m JOIN posts p ON p.network=m.network AND p.id=m.post "
        "JOIN accounts a ON a.network=p.network AND a.id=p.author "
        "WHERE m.network=:network AND m.account=:account AND p.deleted_at IS NULL AND a.suspended=0 "
        "AND (a.protected=0 OR a.id=:me) AND m.post>:low AND m.post<:high ORDER BY m.post {order} LIMIT :size"
    )
    depth = "SELECT post FROM mentions WHERE network=? AND account=? ORDER BY post DESC LIMIT 1 OFFSET ?"
    return 200, _timeline(request, sandbox, caller, query, source, depth, MENTION_DEPTH)


async def own(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, Row]:
    """GET /2/users/:id/tweets: the 3,200 newest posts of an account, 800 without replies."""
    query = read(request, (*TIMELINE, "exclude"), "tweet")
    no_replies = "replies" in query.values.get("exclude", ())
    # The plus keeps SQLite from walking all posts that answer nothing instead of this account's.
    only = "AND +in_reply_to IS NULL" if no_replies else ""
    source = (
        "SELECT * FROM posts WHERE network=:network AND author=:account AND deleted_at IS NULL AND id>:low "
        f"AND id<:high {only} AND :me=:me ORDER BY id {{order}} LIMIT :size"
    )
    depth = "SELECT id FROM posts WHERE network=? AND author=? AND deleted_at IS NULL ORDER BY id DESC LIMIT 1 OFFSET ?"
    limit = POST_DEPTH_WITHOUT_REPLIES if no_replies else POST_DEPTH
    return 200, _timeline(request, sandbox, caller, query, source, depth, limit)


def _timeline(
    request: web.Request, sandbox: Sandbox, caller: Caller, query: Query, source: str, depth: str, limit: int
) -> Row:
    asked = user_id(request)
    account = sandbox.world.one("SELECT * FROM accounts WHERE network=? AND id=?", TWITTER, int(asked))
    refusal = _refusal(account, caller, asked)
    if refusal or account is None:
        return {"errors": [refusal or problems.missing("user", "id", asked)]}
    floor = sandbox.world.value(depth, TWITTER, account["id"], limit - 1) or 0
    base = {"network": TWITTER, "account": account["id"], "me": caller.me}
    return page(sandbox, caller, query, source, base, int(floor) - 1)


def _refusal(account: Row | None, caller: Caller, asked: str) -> Row | None:
    if account is None:
        return problems.missing("user", "id", asked)
    if account["suspended"]:
        return problems.suspended("id", asked)
    if account["protected"] and account["id"] != caller.me:
        return problems.not_shown("user", "id", asked)
    return None


def page(sandbox: Sandbox, caller: Caller, query: Query, source: str, base: Row, floor: int = 0) -> Row:
    """One page of a query over posts, with meta and tokens; `floor` is an id that no result goes below."""
    low, high = bounds(query)
    low = max(low, floor)
    size = int(query.values.get("max_results", 10))
    direction, edge = read_token(query)
    if direction == "n":
        rows = _run(sandbox, source, "DESC", {**base, "low": low, "high": min(high, edge), "size": size + 1})
        more, rows = len(rows) > size, rows[:size]
        newer = edge < BIG
    else:
        rows = _run(sandbox, source, "ASC", {**base, "low": max(low, edge), "high": high, "size": size + 1})
        newer, rows = len(rows) > size, rows[:size][::-1]
        more = True
    return _body(Renderer(sandbox, query, caller), rows, more, newer)


def _run(sandbox: Sandbox, source: str, order: str, values: Row) -> list[Row]:
    return [dict(row) for row in sandbox.world.db.execute(source.format(order=order), values)]


def _body(renderer: Renderer, rows: list[Row], more: bool, newer: bool) -> Row:
    body = renderer.posts(rows)
    meta: Row = {"result_count": len(rows)}
    if rows:
        meta |= {"newest_id": str(rows[0]["id"]), "oldest_id": str(rows[-1]["id"])}
        if more:
            meta["next_token"] = token("n", rows[-1]["id"])
        if newer:
            meta["previous_token"] = token("p", rows[0]["id"])
    body["meta"] = meta
    return body


def bounds(query: Query) -> tuple[int, int]:
    """Ids between which results lie, both excluded; since_id and until_id win over the times."""
    values = query.values
    low = snowflake(values["start_time"]) - 1 if "start_time" in values else 0
    high = snowflake(values["end_time"]) if "end_time" in values else BIG
    return min(values.get("since_id", low), BIG), min(values.get("until_id", high), BIG)


def token(direction: str, edge: int) -> str:
    """A page token: opaque to clients, lower-case letters and digits."""
    packed = struct.pack(">cQ", direction.encode(), edge ^ 0x5DEECE66D5A5A5A5 & BIG)
    return "7140" + base64.b32encode(packed).decode().rstrip("=").lower()


def read_token(query: Query) -> tuple[str, int]:
    """Direction and edge of the call's page token; 400 when it isn't one of ours."""
    name = "next_token" if "next_token" in query.values else "pagination_token"
    text = query.values.get(name)
    if text is None:
        return "n", BIG
    try:
        packed = base64.b32decode(text[4:].upper() + "=" * (-len(text[4:]) % 8))
        direction, edge = struct.unpack(">cQ", packed)
        if not text.startswith("7140") or direction not in (b"n", b"p"):
            raise ValueError(text)
    except (ValueError, struct.error):
        message = f"The `{name}` query parameter value [{text}] is not valid"
        raise problems.invalid(message, name, text) from None
    return direction.decode(), edge ^ 0x5DEECE66D5A5A5A5 & BIG
