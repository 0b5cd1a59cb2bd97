"""The frame around every API call: who calls, with which scope, under which limit; refusals in Mastodon's words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from socialcrm.sandbox.state import Sandbox, of

from . import render

WINDOW_S, LIMIT = 300, 300
POST_WINDOW_S, POST_LIMIT = 10800, 300
SENTENCES = {
    "blank": ("Validation failed: Text can't be blank", "La validation a échoué : Text doit être rempli(e)"),
    "long": (
        "Validation failed: Text character limit of 500 exceeded",
        "La validation a échoué : Text limite de caractères de 500 dépassée",
    ),
}


class Refused(Exception):
    """A refusal: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


def invalid(what: str, language: str) -> Refused:
    """A validation error, in the account's language as Mastodon has it."""
    return Refused(422, SENTENCES[what][language == "fr"])


MISSING = "Record not found"


@dataclass
class Caller:
    """Who calls: the world, the request, the account, and the body's or query's parameters."""

    sandbox: Sandbox
    request: web.Request
    account: dict[str, Any] | None
    form: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def me(self) -> int | None:
        """The account's id."""
        return int(self.account["id"]) if self.account else None

    @property
    def own(self) -> dict[str, Any]:
        """The account; 401 without one."""
        if self.account is None:
            raise Refused(401, "The access token is invalid")
        return self.account

    def link(self, path: str, ids: list[int], query: list[tuple[str, str]]) -> None:
        """The Link header of a page whose ids stand newest first."""
        if not ids:
            return
        kept = [(name, value) for name, value in query if name not in {"min_id", "max_id", "since_id"}]
        url = f"{render.base(self.sandbox)}{path}"
        older, newer = urlencode([*kept, ("max_id", ids[-1])]), urlencode([*kept, ("min_id", ids[0])])
        self.headers["Link"] = f'<{url}?{older}>; rel="next", <{url}?{newer}>; rel="prev"'


Call = Callable[[Caller], Any]


def endpoint(call: Call, scope: str = "", *, posts: bool = False) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An aiohttp handler. `scope`: what the token must allow; "" lets everyone in."""

    async def handle(request: web.Request) -> web.Response:
        caller = Caller(of(request), request, None)
        try:
            caller.form = await _form(request)
            caller.account = _account(caller, scope)
            _spend(caller, posts)
            return web.json_response(call(caller), headers=caller.headers)
        except Refused as refused:
            return web.json_response({"error": refused.sentence}, status=refused.status, headers=caller.headers)

    return handle


async def _form(request: web.Request) -> dict[str, Any]:
    if request.method == "GET":
        return dict(request.query)
    if "json" not in request.content_type:
        return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refused(400, "There was a problem parsing the JSON you submitted") from None
    return body if isinstance(body, dict) else {}


def _account(caller: Caller, scope: str) -> dict[str, Any] | None:
    header = caller.request.headers.get("authorization", "")
    world = caller.sandbox.world
    sql = "SELECT * FROM masto_tokens WHERE token=? AND kind='access' AND revoked=0"
    token = world.one(sql, header[7:].strip()) if header.lower().startswith("bearer ") else None
    if token is None and (scope or header):
        raise Refused(401, "The access token is invalid")
    if token is None:
        return None
    if scope and not {scope, scope.partition(":")[0]} & set(token["scope"].split()):
        raise Refused(403, "This action is outside the authorized scopes")
    return world.one("SELECT * FROM masto_accounts WHERE id=?", token["account"])


def _spend(caller: Caller, posts: bool) -> None:
    """Count a call in its window; the control API's limit for `*` wins."""
    seconds, limit = (POST_WINDOW_S, POST_LIMIT) if posts else (WINDOW_S, LIMIT)
    own = (caller.sandbox.memory.get("limits") or caller.sandbox.world.get("limits", {})).get("*")
    limit = int(own["limit"]) if own else limit
    now = caller.sandbox.clock.now() / 1000
    windows = caller.sandbox.memory.setdefault("masto_windows", {})
    end = (now // seconds + 1) * seconds
    key = (caller.me, posts, end)
    used = windows[key] = windows.get(key, 0) + 1
    reset = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    caller.headers |= {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(max(0, limit - used))}
    caller.headers["X-RateLimit-Reset"] = reset
    if used > limit:
        raise Refused(429, "Too many requests")
