"""The frame around every API call: who calls, with which scope, under which limit; refusals in Mastodon's words."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from socialcrm.sandbox.state import Sandbox, of

from . import limits, store

Row = dict[str, Any]
SENTENCES = {
    "blank": ("Validation failed: Text can't be blank", "La validation a échoué : Text doit être rempli(e)"),
    "long": (
        "Validation failed: Text character limit of 500 exceeded",
        "La validation a échoué : Text limite de caractères de 500 dépassée",
    ),
    "visibility": (
        "Validation failed: Visibility is not included in the list",
        "La validation a échoué : Visibility n’est pas inclus(e) dans la liste",
    ),
    "broken": ("Validation failed: Text is invalid", "La validation a échoué : Text n’est pas valide"),
    "no_parent": (
        "The post you are trying to reply to does not appear to exist.",
        "Le message auquel vous essayez de répondre ne semble pas exister.",
    ),
}


class Refused(Exception):
    """A refusal: status and sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


MISSING = "Record not found"


def invalid(what: str, language: str, status: int = 422) -> Refused:
    """A refusal in the account's language, as Mastodon has it."""
    return Refused(status, SENTENCES[what][language == "fr"])


def known(row: Row | None) -> Row:
    """The row that was looked for; 404 without it."""
    if row is None:
        raise Refused(404, MISSING)
    return row


@dataclass
class Caller:
    """Who calls: the world, the request, the account, and the body's or query's parameters."""

    sandbox: Sandbox
    request: web.Request
    account: Row | None
    form: Row = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def me(self) -> int | None:
        """The account's id."""
        return int(self.account["id"]) if self.account else None

    @property
    def own(self) -> Row:
        """The account; 401 without one."""
        if self.account is None:
            raise Refused(401, "The access token is invalid")
        return self.account

    def link(self, ids: list[int]) -> None:
        """The Link header of a page whose ids stand newest first."""
        if not ids:
            return
        query = self.request.query.items()
        kept = [(name, value) for name, value in query if name not in {"min_id", "max_id", "since_id"}]
        url = f"{self.sandbox.public_url}{self.request.path}"
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
            _spend(caller, limits.STATUSES if posts else limits.CALLS)
            return web.json_response(call(caller), headers=caller.headers)
        except Refused as refused:
            return web.json_response({"error": refused.sentence}, status=refused.status, headers=caller.headers)

    return handle


async def _form(request: web.Request) -> Row:
    if request.method == "GET":
        return dict(request.query)
    if "json" not in request.content_type:
        return {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refused(400, "There was a problem parsing the JSON you submitted") from None
    return body if isinstance(body, dict) else {}


def _account(caller: Caller, scope: str) -> Row | None:
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
    account = store.account(caller.sandbox, token["account"])
    if account is not None and account["suspended"]:
        raise Refused(403, "Your login is currently disabled")
    return account


def _spend(caller: Caller, bucket: str) -> None:
    allowed, headers = limits.spend(caller.sandbox, bucket, caller.me or caller.request.remote or "")
    caller.headers |= headers
    if not allowed:
        raise Refused(429, "Too many requests")
