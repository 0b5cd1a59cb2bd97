"""The frame of every control call: JSON in, JSON out, and the words that name a network and an account."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .network import Network, NotHere
from .networks import named
from .state import Sandbox, of

Body = dict[str, Any]


class Wrong(Exception):
    """A control call that can't be done; the text says why."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


Call = Callable[[Sandbox, web.Request, Body], Any]


def control(call: Call) -> Callable[[web.Request], Awaitable[web.Response]]:
    """An aiohttp handler for a control call: JSON in, JSON out, errors as {"error": ...}."""

    async def handle(request: web.Request) -> web.Response:
        try:
            body = await _body(request)
            return web.json_response(call(of(request), request, body))
        except Wrong as wrong:
            return web.json_response({"error": str(wrong)}, status=wrong.status)
        except NotHere as missing:
            return web.json_response({"error": str(missing)}, status=400)

    return handle


async def _body(request: web.Request) -> Body:
    if not request.can_read_body:
        return {}
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        raise Wrong("the body is not JSON") from None
    if not isinstance(body, dict):
        raise Wrong("the body is not a JSON object")
    return body


def network_of(source: Any) -> Network:
    """The network that a call names; `x` means `twitter`, nothing means `twitter`."""
    name = str(source.get("network") or "")
    network = named(name)
    if network is None:
        raise Wrong(f"there is no network {name!r} in this sandbox", 404)
    return network


def account_of(sandbox: Sandbox, network: Network, who: object) -> Body:
    """The account by handle or id; Wrong (404) when there is none."""
    account = sandbox.account(network.id, str(who or ""))
    if account is None:
        raise Wrong(f"there is no account {who!r} on {network.id}", 404)
    return account


def post_of(sandbox: Sandbox, network: Network, post_id: object) -> Body:
    """A post that is still there; Wrong (404) when it isn't."""
    post = network.find(sandbox, post_id)
    if post is None:
        raise Wrong(f"there is no post {post_id!r} on {network.id}", 404)
    return post


def number_of(text: object, name: str) -> int:
    """A whole number that the world can hold; Wrong when it is none."""
    if not str(text).isdigit() or int(str(text)) >= 1 << 63:
        raise Wrong(f"{name} is not a number: {text!r}")
    return int(str(text))
