"""The server: the networks' addresses, the control API and the pages, with faults in front of the networks."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web
from aiohttp.typedefs import Handler

from . import control, faults, life, pages
from .clock import Clock
from .faults import Faults
from .mastodon import routes as mastodon
from .mastodon.addresses import ROOT
from .networks import at_path
from .state import SANDBOX, Sandbox, of
from .town import build
from .world import World
from .x import apps, problems, routes

BODY_LIMIT = 1024 * 1024


def open_sandbox(
    world_path: str, public_url: str, *, seed: int, people: int, history_days: int, speed: float | None
) -> Sandbox:
    """Open the world, and make it first when the file is new. `speed` None keeps what the world has."""
    world = World(world_path)
    seed = int(world.get("seed", seed))
    sandbox = Sandbox(world, Clock(world), Faults(world), public_url, seed)
    if world.get("made") is None:
        with world.write():
            world.set("seed", seed)
            apps.make_apps(sandbox)
            build.make_town(sandbox, random.Random(seed), people, history_days)
            world.set("life", 1.0)
            world.set("made", True)
            world.db.execute("ANALYZE")
    if speed is not None:
        world.set("life", speed)
    return sandbox


def make_app(sandbox: Sandbox) -> web.Application:
    """The aiohttp application around an open sandbox."""
    app = web.Application(middlewares=[_own_pages_only, _own_refusals, _faulty], client_max_size=BODY_LIMIT)
    app[SANDBOX] = sandbox
    routes.add(app)
    mastodon.add(app)
    control.add(app)
    pages.add(app)
    app.cleanup_ctx.append(_live)
    app.on_response_prepare.append(_own_time)
    return app


@web.middleware
async def _own_pages_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other sites open in the same browser may not push the sandbox's buttons."""
    origin = request.headers.get("origin", "")
    steered = request.path.startswith(("/_control/", "/intent/")) and request.method != "GET"
    if steered and origin and origin.split("//")[-1] != request.headers.get("host"):
        return web.json_response({"error": "calls from other sites are refused"}, status=403)
    return await handler(request)


@web.middleware
async def _own_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Addresses and methods that a network doesn't have are refused in its words."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        if request.path.startswith("/2/"):
            return problems.not_found().answer(False)
        if request.path.startswith(f"{ROOT}/api/"):
            return web.json_response({"error": "Not Found"}, status=404)
        raise


@web.middleware
async def _faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
    sandbox, network = of(request), at_path(request.path)
    if network is None or not sandbox.faults.rules():
        return await handler(request)
    rules = sandbox.faults.pick(network.id, request.method, request.path_qs, network.callers(request))
    return await faults.play(rules, request, handler)


async def _own_time(request: web.Request, answer: web.StreamResponse) -> None:
    """A network whose clock is strict tells its time."""
    if at_path(request.path) is not None and of(request).world.get("strict_clock"):
        answer.headers["date"] = format_datetime(datetime.fromtimestamp(of(request).clock.now() // 1000, UTC), True)


async def _live(app: web.Application) -> AsyncIterator[None]:
    task = life.start(app[SANDBOX])
    yield
    task.cancel()
    app[SANDBOX].world.close()
