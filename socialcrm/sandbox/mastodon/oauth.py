"""Apps of this server, the page where a person lets one in, tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from socialcrm.sandbox.html import document, fill, join
from socialcrm.sandbox.state import Sandbox, of

from . import store
from .endpoint import Caller, invalid
from .instance import SCOPES

CODE_MS = 600_000
SAFE = {"content-security-policy": "default-src 'none'; style-src 'self'", "cache-control": "no-store"}
Row = dict[str, Any]
GRANT = "The provided authorization grant is invalid, expired, revoked, or was issued to another client."


def register(caller: Caller) -> Row:
    """POST /api/v1/apps."""
    form = caller.form
    if not form.get("client_name") or not form.get("redirect_uris"):
        raise invalid("blank", "en")
    uris = form["redirect_uris"]
    uris = uris.split() if isinstance(uris, str) else [str(one) for one in uris]
    row: Row = {"client_id": secrets.token_urlsafe(32), "client_secret": secrets.token_urlsafe(32)}
    row |= {"name": form["client_name"], "website": form.get("website"), "scopes": form.get("scopes") or "read"}
    number = caller.sandbox.world.insert("masto_apps", {**row, "redirect_uris": "\n".join(uris)})
    shown = {"redirect_uris": uris, "redirect_uri": "\n".join(uris), "scopes": row["scopes"].split()}
    return {"id": str(number), **row, **shown, "client_secret_expires_at": 0, "vapid_key": ""}


def issue(sandbox: Sandbox, client_id: str, account: int | None, scope: str) -> Row:
    """A fresh access token, as the token endpoint answers it."""
    token, now = secrets.token_urlsafe(32), sandbox.clock.now()
    row = {"token": token, "kind": "access", "client_id": client_id, "account": account, "scope": scope}
    sandbox.world.insert_many("masto_tokens", [{**row, "redirect_uri": "", "challenge": "", "at": now, "revoked": 0}])
    return {"access_token": token, "token_type": "Bearer", "scope": scope, "created_at": now // 1000}


def _app(sandbox: Sandbox, client_id: str) -> Row | None:
    return sandbox.world.one("SELECT * FROM masto_apps WHERE client_id=?", client_id)


async def authorize(request: web.Request) -> web.StreamResponse:
    """GET and POST /oauth/authorize: whom to sign in as, yes or no."""
    sandbox = of(request)
    form = {**request.query, **{k: str(v) for k, v in (await request.post()).items()}}
    app = _app(sandbox, form.get("client_id", ""))
    wrong = _wrong(app, form)
    if app is None or wrong:
        text = "<div class=box><h1>Something went wrong</h1><p>{wrong}</p></div>"
        page = document("Something went wrong", fill(text, wrong=wrong))
        return web.Response(status=400, text=page, content_type="text/html", headers=SAFE)
    if request.method == "GET":
        return _consent(sandbox, app, form)
    return web.Response(
        status=302, headers={"location": f"{form['redirect_uri']}?{urlencode(_decided(sandbox, form))}"}
    )


def _wrong(app: Row | None, form: dict[str, str]) -> str:
    if app is None:
        return "Client authentication failed due to unknown client."
    if form.get("redirect_uri") not in app["redirect_uris"].split("\n"):
        return "The redirect uri included is not valid."
    if not set(form.get("scope", "read").split()) <= set(app["scopes"].split()) & set(SCOPES):
        return "The requested scope is invalid, unknown, or malformed."
    if form.get("code_challenge") and form.get("code_challenge_method") != "S256":
        return "The code challenge method must be S256."
    return (
        "" if form.get("response_type") == "code" else "The authorization server does not support this response type."
    )


def _consent(sandbox: Sandbox, app: Row, form: dict[str, str]) -> web.Response:
    sql = "SELECT * FROM masto_accounts WHERE domain=? ORDER BY brand DESC, handle LIMIT 6"
    people = sandbox.world.all(sql, store.DOMAIN)
    row = '<label class=who><input type=radio name=as value="{handle}"><span>{name}<br>@{handle}</span></label>'
    body = fill(
        "<form class=box method=post><h1>{app} wants to access your Mastodon account</h1>{people}"
        "<p><label>Another account, by handle: <input type=text name=other autocomplete=off></label></p>{hidden}"
        "<p><button class=yes name=decision value=allow>Authorize</button> "
        "<button name=decision value=deny>Deny</button></p></form>",
        app=app["name"],
        people=join([fill(row, handle=one["handle"], name=one["name"]) for one in people]),
        hidden=join([fill('<input type=hidden name="{k}" value="{v}">', k=k, v=v) for k, v in form.items()]),
    )
    return web.Response(text=document(f"Authorize {app['name']}", body), content_type="text/html", headers=SAFE)


def _decided(sandbox: Sandbox, form: dict[str, str]) -> dict[str, str]:
    state = {"state": form["state"]} if form.get("state") else {}
    who = store.account(sandbox, form.get("other") or form.get("as", ""))
    if form.get("decision") != "allow" or who is None or who["domain"] != store.DOMAIN:
        sentence = "The resource owner or authorization server denied the request."
        return {"error": "access_denied", "error_description": sentence, **state}
    code = secrets.token_urlsafe(32)
    row = {"token": code, "kind": "code", "client_id": form["client_id"], "account": who["id"]}
    row |= {"scope": form.get("scope", "read"), "redirect_uri": form["redirect_uri"]}
    more = {"challenge": form.get("code_challenge", ""), "at": sandbox.clock.now(), "revoked": 0}
    sandbox.world.insert_many("masto_tokens", [{**row, **more}])
    return {"code": code, **state}


async def _client(request: web.Request) -> tuple[Row | None, dict[str, str]]:
    form = {key: str(value) for key, value in (await request.post()).items()}
    header = request.headers.get("authorization", "")
    if header.lower().startswith("basic "):
        pair = base64.b64decode(header[6:]).decode("utf-8", "replace").partition(":")
        form |= {"client_id": pair[0], "client_secret": pair[2]}
    app = _app(of(request), form.get("client_id", ""))
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
