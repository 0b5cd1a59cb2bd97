"""Control calls of this network under /_control/mastodon/; the log is the common one, with network=mastodon."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from socialcrm.sandbox.clock import iso
from socialcrm.sandbox.control_frame import Body, Wrong, control
from socialcrm.sandbox.state import Sandbox

from . import oauth, render, store
from .instance import SCOPES


def add(app: web.Application) -> None:
    """Put them on the server."""
    app.router.add_get("/_control/mastodon/credentials", control(credentials))
    app.router.add_get("/_control/mastodon/people", control(people))
    app.router.add_get("/_control/mastodon/log", control(log))
    app.router.add_post("/_control/mastodon/post", control(post))
    app.router.add_post("/_control/mastodon/edit", control(edit))
    app.router.add_post("/_control/mastodon/delete", control(delete))


def _account(sandbox: Sandbox, who: object) -> dict[str, Any]:
    row = store.account(sandbox, str(who or ""))
    if row is None:
        raise Wrong(f"there is no account {who!r} on mastodon", 404)
    return row


def credentials(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET ...?handle=&scope=: all that a client needs to act as that account of this server."""
    row = _account(sandbox, request.query.get("handle"))
    sql = "SELECT * FROM masto_apps WHERE name='Lumen CRM'"
    app = sandbox.world.one(sql)
    if app is None:
        keys = {"client_id": f"sbx{sandbox.seed}", "client_secret": f"sbx-secret-{sandbox.seed}", "name": "Lumen CRM"}
        uris = "http://127.0.0.1:8000/social/callback/"
        sandbox.world.insert("masto_apps", {**keys, "website": None, "scopes": " ".join(SCOPES), "redirect_uris": uris})
        app = sandbox.world.one(sql) or {}
    answer = {key: app[key] for key in ("client_id", "client_secret")}
    answer |= oauth.issue(sandbox, app["client_id"], row["id"], request.query.get("scope", "read write profile"))
    answer |= {"base_url": render.base(sandbox), "handle": f"{row['handle']}@{row['domain']}"}
    return {**answer, "uri": render.uri(sandbox, row), "user_id": str(row["id"])}


def people(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET: everyone here; `person` is the number that the directory of the town has."""
    rows = sandbox.world.all("SELECT * FROM masto_accounts ORDER BY id")
    keys = ("name", "person", "brand", "language")
    more = [{"handle": f"{row['handle']}@{row['domain']}", "uri": render.uri(sandbox, row)} for row in rows]
    return {"people": [{**{key: row[key] for key in keys}, **one} for row, one in zip(rows, more, strict=True)]}


def post(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST {author, text, in_reply_to?, visibility?, spoiler?, language?}."""
    typed = str(body.get("text") or "")
    if not typed.strip():
        raise Wrong("a post needs a text")
    parent = _status(sandbox, body["in_reply_to"]) if body.get("in_reply_to") else None
    more = {key: body.get(key) or "" for key in ("visibility", "spoiler", "language")}
    author = _account(sandbox, body.get("author"))
    row = store.publish(sandbox, author, typed, parent, via="control", **more)
    return {"id": str(row["id"]), "text": row["typed"], "created_at": iso(row["created_at"])}


def edit(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST {id, text}: its author changes it."""
    store.edit(sandbox, _status(sandbox, body.get("id")), str(body.get("text") or ""))
    return {"edited": True}


def delete(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """POST {id}: its author takes it away."""
    store.delete(sandbox, _status(sandbox, body.get("id")), via="control")
    return {"deleted": True}


def _status(sandbox: Sandbox, status_id: object) -> dict[str, Any]:
    row = store.status(sandbox, str(status_id))
    if row is None:
        raise Wrong(f"there is no post {status_id!r}", 404)
    return row


def log(sandbox: Sandbox, request: web.Request, body: Body) -> Body:
    """GET ...?in_reply_to=&via=&action=: what this network accepted, oldest first."""
    sql, values = "SELECT * FROM log WHERE network=?", [store.NETWORK]
    for name in ("in_reply_to", "via", "action"):
        if request.query.get(name):
            sql, values = f"{sql} AND {name}=?", [*values, request.query[name]]
    rows = sandbox.world.all(f"{sql} ORDER BY seq", *values)
    return {"log": [{**row, "at": iso(row["at"]), "id": str(row["id"])} for row in rows]}
