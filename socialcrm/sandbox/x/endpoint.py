"""The frame around every API call: who calls, is there room in the window, then the answer with X's headers."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from socialcrm.sandbox.clock import iso
from socialcrm.sandbox.state import Sandbox, of

from . import limits
from .auth import APP, OAUTH1, OAUTH2, Caller, authenticate
from .names import new_names, to_new
from .problems import Problem, too_many

USER = (OAUTH1, OAUTH2)
ANYONE = (OAUTH1, OAUTH2, APP)
READ = "tweet.read users.read"
WRITE = "tweet.read tweet.write users.read"
Body = dict[str, Any]
Call = Callable[[web.Request, Sandbox, Caller], Awaitable[tuple[int, Body]]]


def endpoint(
    name: str, kinds: tuple[str, ...], scopes: str, call: Call
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An aiohttp handler for one address; `name` is its key in the table of limits."""

    async def handle(request: web.Request) -> web.Response:
        started = time.perf_counter()
        headers: dict[str, str] = {}
        renamed = new_names(request)
        try:
            answer = await _answer(request, name, kinds, scopes, call, headers, renamed)
        except Problem as problem:
            answer = problem.answer(renamed)
        answer.headers.update(headers)
        answer.headers["x-response-time"] = str(int((time.perf_counter() - started) * 1000))
        return answer

    return handle


async def _answer(
    request: web.Request,
    name: str,
    kinds: tuple[str, ...],
    scopes: str,
    call: Call,
    headers: dict[str, str],
    renamed: bool,
) -> web.Response:
    headers.update(standing_headers(of(request)))
    caller = await authenticate(request, kinds, scopes)
    headers["x-access-level"] = "read" if caller.kind == APP else "read-write"
    ok, windows = limits.spend(of(request), name, caller)
    headers.update(windows)
    if not ok:
        raise too_many()
    status, body = await call(request, of(request), caller)
    if status == 201:
        headers["location"] = f"https://api.twitter.com/2/tweets/{body['data']['id']}"
    count_usage(of(request), caller, body)
    text = json.dumps(to_new(body) if renamed else body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(status=status, text=text, content_type="application/json")


def standing_headers(sandbox: Sandbox) -> dict[str, str]:
    """The headers that every answer of X's API carries."""
    return {
        "api-version": "2.159",
        "cache-control": "no-cache, no-store, max-age=0",
        "content-disposition": "attachment; filename=json.json",
        "server": "tsa_b",
        "strict-transport-security": "max-age=631138519",
        "x-connection-hash": secrets.token_hex(32),
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN",
        "x-transaction-id": secrets.token_hex(8),
        "x-xss-protection": "0",
    }


def count_usage(sandbox: Sandbox, caller: Caller, body: Body) -> None:
    """Remember which posts this app read today (UTC), for the usage address: each is charged once a day."""
    data = body.get("data")
    posts = {one["id"] for one in data if "text" in one} if isinstance(data, list) else set()
    if posts:
        usage: dict[tuple[str, str], set[str]] = sandbox.memory.setdefault("usage", {})
        usage.setdefault((caller.app["client_id"], iso(sandbox.clock.now())[:10]), set()).update(posts)
