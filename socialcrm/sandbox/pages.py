"""The pages for people: what happened, each account, each post with its thread."""

from __future__ import annotations

from aiohttp import web

from .html import STYLE, Html, fill
from .x.consent import answer


async def style(request: web.Request) -> web.Response:
    """The one style sheet."""
    return web.Response(text=STYLE, content_type="text/css", headers={"cache-control": "max-age=3600"})


async def index(request: web.Request) -> web.Response:
    """What happened lately."""
    return answer("Sandbox", fill("<h1>Sandbox</h1>{x}", x=Html("")))


def add(app: web.Application) -> None:
    """Put the pages on the server."""
    app.router.add_get("/", index)
    app.router.add_get("/_control/style.css", style)
