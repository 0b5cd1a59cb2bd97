"""OAuth 2.0 on X: authorization code with PKCE, refresh tokens that work once, revocation."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from aiohttp import web

from socialcrm.sandbox.html import refused
from socialcrm.sandbox.state import TWITTER, Sandbox, of

from . import apps, consent

CODE_MS = 30_000
PASSED_ON = (
    *("client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method"),
)
Form = dict[str, str]


class Refused(Exception):
    """An OAuth 2.0 error answer (RFC 6749 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


async def _form(request: web.Request) -> Form:
    return {key: str(value) for key, value in {**request.query, **await request.post()}.items()}


async def authorize(request: web.Request) -> web.Response:
    """GET /i/oauth2/authorize shows the consent page; POST is the person's decision."""
    sandbox, form = of(request), await _form(request)
    app = sandbox.world.one("SELECT * FROM apps WHERE network=? AND client_id=?", TWITTER, form.get("client_id", ""))
    if app is None:
        return refused("The app that sent you here is not known on this network.")
    if not apps.redirect_allowed(app, form.get("redirect_uri", "")):
        return refused("The app asked to send you to an address that it has not registered.")
    problem = _wrong(form)
    if problem:
        return _back(form, {"error": problem[0], "error_description": problem[1]})
    if request.method == "GET":
        hidden = {key: form[key] for key in PASSED_ON if key in form}
        return consent.page(sandbox, app["name"], form["scope"], hidden, form)
    return _decide(sandbox, form)


def _wrong(form: Form) -> tuple[str, str] | None:
    if form.get("response_type") != "code":
        return "unsupported_response_type", "Only the response type code is offered."
    unknown = set(form.get("scope", "").split()) - apps.KNOWN_SCOPES
    if unknown or not form.get("scope"):
        return "invalid_scope", "The requested scope is missing or unknown."
    if not form.get("code_challenge") or form.get("code_challenge_method", "plain") not in ("S256", "plain"):
        return "invalid_request", "A code_challenge with the method S256 or plain is required."
    if not form.get("state") or len(form["state"]) > 500:
        return "invalid_request", "A state of at most 500 characters is required."
    return None


def _back(form: Form, params: dict[str, str]) -> web.Response:
    uri = form["redirect_uri"]
    glue = "&" if urlsplit(uri).query else "?"
    state = {"state": form["state"]} if form.get("state") else {}
    return web.Response(status=302, headers={"location": f"{uri}{glue}{urlencode({**state, **params})}"})


def _decide(sandbox: Sandbox, form: Form) -> web.Response:
    if form.get("decision") != "allow":
        return _back(form, {"error": "access_denied"})
    account = sandbox.account(TWITTER, consent.chosen(form))
    if account is None or account["suspended"]:
        return refused("There is no such account on this network.")
    code = secrets.token_urlsafe(64)
    row = {
        "code": code,
        "client_id": form["client_id"],
        "account": account["id"],
        "redirect_uri": form["redirect_uri"],
        "challenge": form["code_challenge"],
        "method": form.get("code_challenge_method", "plain"),
        "scope": form["scope"],
        "expires_at": sandbox.clock.now() + CODE_MS,
        "family": None,
    }
    sandbox.world.insert_many("oauth2_codes", [row])
    return _back(form, {"code": code})


async def token(request: web.Request) -> web.Response:
    """POST /2/oauth2/token: a code, a refresh token, or the app's own credentials for tokens."""
    sandbox = of(request)
    try:
        form = await _form(request)
        app = _client(sandbox, request, form)
        grant = form.get("grant_type")
        if grant == "authorization_code":
            answer = _redeem(sandbox, app, form)
        elif grant == "refresh_token":
            answer = _refresh(sandbox, app, form)
        elif grant == "client_credentials" and app["confidential"]:
            answer = {"token_type": "bearer", "access_token": app["bearer"]}
        else:
            raise Refused("unsupported_grant_type", "The grant_type is missing or not supported.")
    except Refused as refused:
        return _error(refused)
    return web.json_response(answer, headers={"cache-control": "no-store"})


def _error(refused: Refused) -> web.Response:
    body = {"error": refused.error, "error_description": str(refused)}
    return web.json_response(body, status=refused.status, headers={"cache-control": "no-store"})


def _client(sandbox: Sandbox, request: web.Request, form: Form) -> dict[str, Any]:
    client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret"))
    app = sandbox.world.one("SELECT * FROM apps WHERE network=? AND client_id=?", TWITTER, client_id)
    if app is None:
        raise Refused("invalid_client", "Missing or unknown client.", 401)
    if app["confidential"] and not hmac.compare_digest(secret or "", app["client_secret"]):
        raise Refused("unauthorized_client", "Missing valid authorization header", 401)
    return app


def _basic(request: web.Request) -> tuple[str, str | None] | None:
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("basic "):
        return None
    try:
        name, _, secret = base64.b64decode(header[6:], validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("invalid_client", "The authorization header can not be read.", 401) from None
    return unquote(name), unquote(secret)


def _redeem(sandbox: Sandbox, app: dict[str, Any], form: Form) -> dict[str, Any]:
    code = sandbox.world.one("SELECT * FROM oauth2_codes WHERE code=?", form.get("code", ""))
    if code is None or code["client_id"] != app["client_id"] or code["expires_at"] <= sandbox.clock.now():
        raise Refused("invalid_request", "Value passed for the authorization code was invalid.")
    if code["family"]:
        # A code used twice was stolen: what it bought ends (RFC 6749 4.1.2).
        apps.revoke_family(sandbox, code["family"])
        raise Refused("invalid_request", "Value passed for the authorization code was invalid.")
    if form.get("redirect_uri") != code["redirect_uri"]:
        raise Refused(
            "invalid_request", "Value passed for the redirect uri did not match the uri of the authorization code."
        )
    if not apps.verifier_matches(form.get("code_verifier", ""), code["challenge"], code["method"]):
        raise Refused("invalid_request", "Value passed for the code verifier did not match the code challenge.")
    family = secrets.token_hex(8)
    with sandbox.world.write():
        sandbox.world.run("UPDATE oauth2_codes SET family=? WHERE code=?", family, code["code"])
        return apps.issue_oauth2(sandbox, app["client_id"], code["account"], code["scope"], family)


def _refresh(sandbox: Sandbox, app: dict[str, Any], form: Form) -> dict[str, Any]:
    sql = "SELECT * FROM oauth2_tokens WHERE token=? AND kind='refresh' AND client_id=?"
    row = sandbox.world.one(sql, form.get("refresh_token", ""), app["client_id"])
    bad = Refused("invalid_request", "Value passed for the token was invalid.")
    if row is None or row["revoked"] or row["expires_at"] <= sandbox.clock.now():
        raise bad
    if row["used"]:
        apps.revoke_family(sandbox, row["family"])
        raise bad
    with sandbox.world.write():
        sql = "UPDATE oauth2_tokens SET used=1, revoked=(kind='access') WHERE family=? AND used=0"
        sandbox.world.run(sql, row["family"])
        return apps.issue_oauth2(sandbox, app["client_id"], row["account"], row["scope"], row["family"])


async def revoke(request: web.Request) -> web.Response:
    """POST /2/oauth2/revoke: a token, and with a refresh token its whole family; unknown ones are fine (RFC 7009)."""
    sandbox = of(request)
    try:
        form = await _form(request)
        app = _client(sandbox, request, form)
    except Refused as refused:
        return _error(refused)
    sql = "SELECT * FROM oauth2_tokens WHERE token=? AND client_id=?"
    row = sandbox.world.one(sql, form.get("token", ""), app["client_id"])
    if row is not None and row["kind"] == "refresh":
        apps.revoke_family(sandbox, row["family"])
    elif row is not None:
        sandbox.world.run("UPDATE oauth2_tokens SET revoked=1 WHERE token=?", row["token"])
    return web.json_response({"revoked": True})
