"""The page where a person lets an app in, and what the app gets for it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from socialcrm.sandbox.html import Html, answer, fill, join, refused
from socialcrm.sandbox.state import HOME, MASTODON, Sandbox, of

from . import store
from .addresses import face_url
from .apps import find, issue
from .instance import scopes
from .versions import is_new

CODE_MS = 600_000
CAN = {
    "read": "See everything in your account",
    "write": "Change everything in your account",
    "profile": "See who you are",
    "read:accounts": "See accounts",
    "read:notifications": "See your notifications",
    "read:search": "Search for you",
    "read:statuses": "See posts, those to you included",
    "write:statuses": "Post and delete posts for you",
}
Row = dict[str, Any]
GRANT = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."


async def authorize(request: web.Request) -> web.StreamResponse:
    """GET and POST /oauth/authorize: whom to sign in as, yes or no."""
    sandbox = of(request)
    form = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
    app = find(sandbox, form.get("client_id", ""))
    wrong = _wrong(app, form, scopes(sandbox))
    if app is None or wrong:
        return refused(wrong)
    if request.method == "GET":
        return _consent(sandbox, app, form)
    return web.Response(
        status=302, headers={"location": f"{form['redirect_uri']}?{urlencode(_decided(sandbox, form))}"}
    )


def _wrong(app: Row | None, form: dict[str, str], offered: list[str]) -> str:
    if app is None:
        return "Client authentication failed due to unknown client."
    if form.get("redirect_uri") not in app["redirect_uris"].split("\n"):
        return "The redirect uri included is not valid."
    if not set(form.get("scope", "read").split()) <= set(app["scopes"].split()) & set(offered):
        return "The requested scope is invalid, unknown, or malformed."
    if form.get("code_challenge") and form.get("code_challenge_method") != "S256":
        return "The code challenge method must be S256."
    return (
        "" if form.get("response_type") == "code" else "The authorization server does not support this response type."
    )


def _consent(sandbox: Sandbox, app: Row, form: dict[str, str]) -> web.Response:
    sql = "SELECT * FROM accounts WHERE network=? AND host=? AND suspended=0 ORDER BY brand DESC, handle_lower LIMIT 6"
    people = sandbox.world.all(sql, MASTODON, HOME)
    body = fill(
        "<form class=box method=post><h1>{app} wants to access your Mastodon account</h1><p class=soft>This is the "
        "sandbox: pick whom to sign in as.</p>{people}<p><label>Another account, by handle: "
        "<input type=text name=other placeholder=@handle autocomplete=off></label></p>"
        "<h2>{app} will be able to</h2><ul>{can}</ul>{hidden}"
        "<p><button class=yes name=decision value=allow>Authorize</button> "
        "<button name=decision value=deny>Deny</button></p></form>",
        app=app["name"],
        people=join([_choice(sandbox, one, index == 0) for index, one in enumerate(people)]),
        can=join([fill("<li>{what}</li>", what=CAN.get(one, one)) for one in form.get("scope", "read").split()]),
        hidden=join([fill('<input type=hidden name="{k}" value="{v}">', k=k, v=v) for k, v in form.items()]),
    )
    return answer(f"Authorize {app['name']}", body)


def _choice(sandbox: Sandbox, row: Row, first: bool) -> Html:
    return fill(
        '<label class=who><input type=radio name=as value="{handle}" {checked}><img src="{face}" alt="">'
        "<span>{name}<br><span class=soft>@{handle}@{host}</span></span></label>",
        checked=Html("checked") if first else "",
        face=face_url(sandbox, row).removeprefix(sandbox.public_url),
        **{key: row[key] for key in ("handle", "host", "name")},
    )


def _decided(sandbox: Sandbox, form: dict[str, str]) -> dict[str, str]:
    state = {"state": form["state"]} if form.get("state") else {}
    who = store.account(sandbox, form.get("other") or form.get("as", ""))
    if form.get("decision") != "allow" or who is None or who["host"] != HOME or who["suspended"]:
        sentence = "The resource owner or authorization server denied the request."
        return {"error": "access_denied", "error_description": sentence, **state}
    code = secrets.token_urlsafe(32)
    row = {"token": code, "kind": "code", "client_id": form["client_id"], "account": who["id"]}
    row |= {"scope": form.get("scope", "read"), "redirect_uri": form["redirect_uri"]}
    challenge = form.get("code_challenge", "") if is_new(sandbox) else ""
    more = {"challenge": challenge, "at": sandbox.clock.now(), "revoked": 0}
    sandbox.world.insert_many("masto_tokens", [{**row, **more}])
    return {"code": code, **state}


async def _client(request: web.Request) -> tuple[Row | None, dict[str, str]]:
    form = {key: str(value) for key, value in (await request.post()).items()}
    header = request.headers.get("authorization", "")
    if header.lower().startswith("basic "):
        pair = base64.b64decode(header[6:]).decode("utf-8", "replace").partition(":")
        form |= {"client_id": pair[0], "client_secret": pair[2]}
    app = find(of(request), form.get("client_id", ""))
    same = app is not None and hmac.compare_digest(app["client_secret"], form.get("client_secret", ""))
    return (app if same else None), form


def _error(status: int, error: str, description: str) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)


async def token(request: web.Request) -> web.Response:
    """POST /oauth/token: for a code (once, within ten minutes, by its app), or for the app itself."""
    sandbox = of(request)
    app, form = await _client(request)
    if app is None:
        return _error(401, "invalid_client", "Client authentication failed due to unknown client.")
    if form.get("grant_type") == "client_credentials":
        return web.json_response(issue(sandbox, app["client_id"], None, form.get("scope", "read")))
    if form.get("grant_type") != "authorization_code":
        return _error(400, "unsupported_grant_type", "The authorization grant type is not supported.")
    sql = "SELECT * FROM masto_tokens WHERE token=? AND kind='code' AND client_id=? AND revoked=0 AND at>?"
    code = sandbox.world.one(sql, form.get("code", ""), app["client_id"], sandbox.clock.now() - CODE_MS)
    if code is None or form.get("redirect_uri") != code["redirect_uri"] or not _proven(code, form):
        return _error(400, "invalid_grant", GRANT)
    with sandbox.world.write():
        sandbox.world.run("UPDATE masto_tokens SET revoked=1 WHERE token=?", code["token"])
        return web.json_response(issue(sandbox, app["client_id"], code["account"], code["scope"]))


def _proven(code: Row, form: dict[str, str]) -> bool:
    if not code["challenge"]:
        return True
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return hmac.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), code["challenge"])


async def revoke(request: web.Request) -> web.Response:
    """POST /oauth/revoke: a token of this app."""
    app, form = await _client(request)
    if app is None:
        return _error(403, "unauthorized_client", "You are not authorized to revoke this token")
    sql = "UPDATE masto_tokens SET revoked=1 WHERE token=? AND client_id=?"
    of(request).world.run(sql, form.get("token", ""), app["client_id"])
    return web.json_response({})
