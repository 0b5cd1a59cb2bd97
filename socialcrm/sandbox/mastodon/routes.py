"""Every address of the sandbox's Mastodon."""

from __future__ import annotations

from aiohttp import web

from . import accounts, apps, instance, oauth, statuses
from .addresses import ROOT
from .endpoint import endpoint


def add(app: web.Application) -> None:
    """Put Mastodon's addresses on the server."""
    gets = {
        "/api/v1/accounts/verify_credentials": endpoint(accounts.me, "read:accounts"),
        "/api/v1/accounts": endpoint(accounts.many),
        "/api/v1/accounts/lookup": endpoint(accounts.lookup),
        "/api/v1/accounts/{id}": endpoint(accounts.person),
        "/api/v1/accounts/{id}/statuses": endpoint(accounts.statuses_of),
        "/api/v1/notifications": endpoint(statuses.notifications, "read:notifications"),
        "/api/v1/statuses": endpoint(statuses.many),
        "/api/v1/statuses/{id}": endpoint(statuses.status),
        "/api/v1/statuses/{id}/context": endpoint(statuses.context),
        "/api/v2/search": endpoint(accounts.search),
        "/api/v1/instance": endpoint(instance.v1),
        "/api/v2/instance": endpoint(instance.v2),
        "/.well-known/oauth-authorization-server": endpoint(instance.oauth),
    }
    for path, handler in gets.items():
        app.router.add_get(f"{ROOT}{path}", handler, allow_head=False)
        if path.endswith("/instance"):
            app.router.add_get(f"{ROOT}{path}/", handler, allow_head=False)
    app.router.add_post(f"{ROOT}/api/v1/statuses", endpoint(statuses.create, "write:statuses", posts=True))
    app.router.add_put(f"{ROOT}/api/v1/statuses/{{id}}", endpoint(statuses.change, "write:statuses"))
    app.router.add_delete(f"{ROOT}/api/v1/statuses/{{id}}", endpoint(statuses.delete, "write:statuses"))
    favourite, reblog = (endpoint(statuses.favourite, "write:favourites"), endpoint(statuses.reblog, "write:statuses"))
    app.router.add_post(f"{ROOT}/api/v1/statuses/{{id}}/favourite", favourite)
    app.router.add_post(f"{ROOT}/api/v1/statuses/{{id}}/reblog", reblog)
    app.router.add_post(f"{ROOT}/api/v1/apps", endpoint(apps.register))
    app.router.add_route("*", f"{ROOT}/oauth/authorize", oauth.authorize)
    app.router.add_post(f"{ROOT}/oauth/token", oauth.token)
    app.router.add_post(f"{ROOT}/oauth/revoke", oauth.revoke)
