"""Every address of the sandbox's X."""

from __future__ import annotations

from aiohttp import web

from . import oauth1_routes, oauth2_routes, search, timeline, tweets, usage, users
from .auth import APP
from .endpoint import ANYONE, READ, USER, WRITE, endpoint


def add(app: web.Application) -> None:
    """Put X's addresses on the server."""
    oauth = "/oauth"
    app.router.add_post(f"{oauth}/request_token", oauth1_routes.request_token)
    app.router.add_route("*", f"{oauth}/authorize", oauth1_routes.authorize)
    app.router.add_route("*", f"{oauth}/authenticate", oauth1_routes.authorize)
    app.router.add_post(f"{oauth}/access_token", oauth1_routes.access_token)
    app.router.add_post("/1.1/oauth/invalidate_token", oauth1_routes.invalidate)
    app.router.add_route("*", "/i/oauth2/authorize", oauth2_routes.authorize)
    app.router.add_post("/2/oauth2/token", oauth2_routes.token)
    app.router.add_post("/2/oauth2/revoke", oauth2_routes.revoke)
    _get(app, "/2/users/me", endpoint("GET /2/users/me", USER, READ, users.me))
    _get(app, "/2/users/by", endpoint("GET /2/users/by", ANYONE, READ, users.many_by_username))
    name = "GET /2/users/by/username/:username"
    _get(app, "/2/users/by/username/{username}", endpoint(name, ANYONE, READ, users.by_username))
    _get(app, "/2/users", endpoint("GET /2/users", ANYONE, READ, users.many_by_id))
    _get(app, "/2/users/{id}", endpoint("GET /2/users/:id", ANYONE, READ, users.by_id))
    name = "GET /2/users/:id/mentions"
    _get(app, "/2/users/{id}/mentions", endpoint(name, ANYONE, READ, timeline.mentions))
    _get(app, "/2/users/{id}/tweets", endpoint("GET /2/users/:id/tweets", ANYONE, READ, timeline.own))
    name = "GET /2/users/:id/followers"
    _get(app, "/2/users/{id}/followers", endpoint(name, ANYONE, f"{READ} follows.read", users.followers))
    _get(app, "/2/tweets", endpoint("GET /2/tweets", ANYONE, READ, tweets.many))
    app.router.add_post("/2/tweets", endpoint("POST /2/tweets", USER, WRITE, tweets.create))
    name = "GET /2/tweets/search/recent"
    _get(app, "/2/tweets/search/recent", endpoint(name, ANYONE, READ, search.recent))
    _get(app, "/2/tweets/{id}", endpoint("GET /2/tweets/:id", ANYONE, READ, tweets.by_id))
    app.router.add_delete("/2/tweets/{id}", endpoint("DELETE /2/tweets/:id", USER, WRITE, tweets.delete))
    _get(app, "/2/usage/tweets", endpoint("GET /2/usage/tweets", (APP,), "", usage.tweets))


def _get(app: web.Application, path: str, handler: object) -> None:
    app.router.add_get(path, handler, allow_head=False)  # type: ignore[arg-type]
