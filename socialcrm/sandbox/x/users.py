"""Users: me, by id, by handle, in batches, and who follows whom."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from socialcrm.sandbox.state import TWITTER, Sandbox

from . import problems
from .auth import Caller
from .params import Query, read
from .render import Renderer

Answer = tuple[int, dict[str, Any]]


async def me(request: web.Request, sandbox: Sandbox, caller: Caller) -> Answer:
    """GET /2/users/me."""
    query = read(request, (), "user")
    assert caller.account is not None
    return 200, _single(Renderer(sandbox, query, caller), caller.account)


async def by_id(request: web.Request, sandbox: Sandbox, caller: Caller) -> Answer:
    """GET /2/users/:id."""
    query = read(request, (), "user")
    asked = user_id(request)
    row = sandbox.world.one("SELECT * FROM accounts WHERE network=? AND id=?", TWITTER, int(asked))
    return 200, _found_or_not(sandbox, query, caller, row, "id", asked)


async def by_username(request: web.Request, sandbox: Sandbox, caller: Caller) -> Answer:
    """GET /2/users/by/username/:username."""
    query = read(request, (), "user")
    asked = request.match_info["username"]
    if not re.fullmatch(r"[A-Za-z0-9_]{1,15}", asked):
        message = f"The `username` query parameter value [{asked}] does not match ^[A-Za-z0-9_]{{1,15}}$"
        raise problems.invalid(message, "username", asked)
    row = _by_handle(sandbox, asked)
    return 200, _found_or_not(sandbox, query, caller, row, "username", asked)


async def many_by_id(request: web.Request, sandbox: Sandbox, caller: Caller) -> Answer:
    """GET /2/users?ids=."""
    query = read(request, ("ids",), "user")
    asked = required(query, "ids")
    marks = ",".join("?" * len(asked))
    sql = f"SELECT * FROM accounts WHERE network='{TWITTER}' AND id IN ({marks})"
    found = {str(row["id"]): row for row in sandbox.world.all(sql, *(small(one) for one in asked))}
    return 200, _many(Renderer(sandbox, query, caller), asked, found, "ids")


async def many_by_username(request: web.Request, sandbox: Sandbox, caller: Caller) -> Answer:
    """GET /2/users/by?usernames=."""
    query = read(request, ("usernames",), "user")
    asked = required(query, "usernames")
    marks = ",".join("?" * len(asked))
    sql = f"SELECT * FROM accounts WHERE network='{TWITTER}' AND handle_lower IN ({marks})"
    rows = {row["handle_lower"]: row for row in sandbox.world.all(sql, *(one.lower() for one in asked))}
    found = {one: rows[one.lower()] for one in asked if one.lower() in rows}
    return 200, _many(Renderer(sandbox, query, caller), asked, found, "usernames")


async def followers(request: web.Request, sandbox: Sandbox, caller: Caller) -> Answer:
    """GET /2/users/:id/followers: townspeople chosen by id, as many as there are up to the account's count."""
    query = read(request, ("max_results", "pagination_token"), "user", (1, 1000))
    account = sandbox.world.one("SELECT * FROM accounts WHERE network=? AND id=?", TWITTER, int(user_id(request)))
    if account is None or account["suspended"]:
        return 200, _found_or_not(sandbox, query, caller, account, "id", user_id(request))
    start, size = _offset(query), int(query.values.get("max_results", 100))
    # A fixed shuffle: multiplying by an odd number permutes the ids, another way for each account.
    sql = (
        "SELECT * FROM accounts WHERE network=? AND id<>? AND suspended=0 "
        "ORDER BY ((id >> 7) * (2 * (? & 65535) + 1)) & 1048575, id LIMIT ? OFFSET ?"
    )
    room = max(0, min(size + 1, account["followers"] - start))
    rows = sandbox.world.all(sql, TWITTER, account["id"], account["id"] >> 5, room, start)
    return 200, _follower_page(Renderer(sandbox, query, caller), rows, start, size)


def _offset(query: Query) -> int:
    token = query.values.get("pagination_token")
    if token is None:
        return 0
    match = re.fullmatch(r"F0LL0WERS([0-9A-F]{8})", token)
    if match is None:
        message = f"The `pagination_token` query parameter value [{token}] is not valid"
        raise problems.invalid(message, "pagination_token", token)
    return int(match[1], 16)


def _follower_page(renderer: Renderer, rows: list[dict[str, Any]], start: int, size: int) -> dict[str, Any]:
    body = renderer.users(rows[:size])
    body["meta"] = {"result_count": len(rows[:size])}
    if len(rows) > size:
        body["meta"]["next_token"] = f"F0LL0WERS{start + size:08X}"
    if start:
        body["meta"]["previous_token"] = f"F0LL0WERS{max(0, start - size):08X}"
    return body


def user_id(request: web.Request) -> str:
    """The :id of the path; 400 when it isn't one."""
    asked = request.match_info["id"]
    if not re.fullmatch(r"[0-9]{1,19}", asked) or small(asked) < 0:
        message = f"The `id` query parameter value [{asked}] is not valid"
        raise problems.invalid(message, "id", asked)
    return asked


def small(text: str) -> int:
    """A number that fits SQLite's 64 bits, else -1."""
    return int(text) if int(text) < 1 << 63 else -1


def required(query: Query, name: str) -> list[str]:
    """A parameter that must be there; 400 when it isn't."""
    if name not in query.values:
        raise problems.invalid(f"The `{name}` query parameter can not be empty", name, "")
    return list(dict.fromkeys(query.values[name]))


def _by_handle(sandbox: Sandbox, handle: str) -> dict[str, Any] | None:
    sql = "SELECT * FROM accounts WHERE network=? AND handle_lower=?"
    return sandbox.world.one(sql, TWITTER, handle.lower())


def _single(renderer: Renderer, row: dict[str, Any]) -> dict[str, Any]:
    body = renderer.users([row])
    return {**body, "data": body["data"][0]}


def _found_or_not(
    sandbox: Sandbox, query: Query, caller: Caller, row: dict[str, Any] | None, name: str, asked: str
) -> dict[str, Any]:
    if row is None:
        return {"errors": [problems.missing("user", name, asked)]}
    if row["suspended"]:
        return {"errors": [problems.suspended(name, asked)]}
    return _single(Renderer(sandbox, query, caller), row)


def _many(renderer: Renderer, asked: list[str], found: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    shown = []
    for one in asked:
        row = found.get(one)
        if row is None:
            renderer.errors.append(problems.missing("user", name, one))
        elif row["suspended"]:
            renderer.errors.append(problems.suspended(name, one))
        else:
            shown.append(row)
    return renderer.users(shown)
