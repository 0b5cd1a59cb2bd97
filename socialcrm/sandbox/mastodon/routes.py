"""Every address of the sandbox's Mastodon."""

from __future__ import annotations

from aiohttp import web

from socialcrm.sandbox.state import SANDBOX

from . import calls, control, instance, oauth, store
from .endpoint import endpoint
from .render import ROOT


def add(app: web.Application) -> None:
    """Put Mastodon's addresses on the server, and its people into the world."""
    store.prepare(app[SANDBOX])
    gets = {
        "/api/v1/accounts/verify_credentials": endpoint(calls.me, "read:accounts"),
        "/api/v1/accounts/lookup": endpoint(calls.lookup),
        "/api/v1/accounts/{id}": endpoint(calls.person),
        "/api/v1/accounts/{id}/statuses": endpoint(calls.statuses_of),
        "/api/v1/notifications": endpoint(calls.notifications, "read:notifications"),
        "/api/v1/statuses": endpoint(calls.statuses),
        "/api/v1/statuses/{id}": endpoint(calls.status),
        "/api/v1/statuses/{id}/context": endpoint(calls.context),
        "/api/v2/search": endpoint(calls.search),
        "/api/v1/instance": endpoint(instance.v1),
        "/api/v2/instance": endpoint(instance.v2),
        "/.well-known/oauth-authorization-server": endpoint(instance.oauth),
    }
    for path, handler in gets.items():
        app.router.add_get(f"{ROOT}{path}", handler, allow_head=False)
        if path.endswith("/instance"):
            app.router.add_get(f"{ROOT}{path}/", handler, allow_head=False)
    app.router.add_post(f"{ROOT}/api/v1/statuses", endpoint(calls.create, "write:statuses", posts=True))
    app.router.add_put(f"{ROOT}/api/v1/statuses/{{id}}", endpoint(calls.change, "write:statuses"))
    app.router.add_delete(f"{ROOT}/api/v1/statuses/{{id}}", endpoint(calls.delete, "write:statuses"))
    app.router.add_post(f"{ROOT}/api/v1/apps", endpoint(oauth.register))
    app.router.add_route("*", f"{ROOT}/oauth/authorize", oauth.authorize)
    app.router.add_post(f"{ROOT}/oauth/token", oauth.token)
    app.router.add_post(f"{ROOT}/oauth/revoke", oauth.revoke)
    control.add(app)
