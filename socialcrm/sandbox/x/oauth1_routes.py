"""The three-legged sign-in of OAuth 1.0a: request token, consent, access token."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web

from socialcrm.sandbox.html import refused
from socialcrm.sandbox.state import TWITTER, of

from . import apps, consent
from .oauth1 import refuse, verify
from .problems import Problem

REQUEST_TOKEN_MS = 15 * 60 * 1000


def _form(pairs: dict[str, object]) -> web.Response:
    return web.Response(text=urlencode(pairs), content_type="text/html")


def _error(problem: Problem, code: int, message: str) -> web.Response:
    return (problem if "errors" in problem.body else refuse(code, message)).answer(False)


async def request_token(request: web.Request) -> web.Response:
    """POST /oauth/request_token, signed by the app alone, with oauth_callback."""
    try:
        signed = await verify(request)
        callback = signed.params.get("oauth_callback") or request.query.get("oauth_callback", "")
        if callback != "oob" and not apps.redirect_allowed(signed.app, callback):
            message = "Callback URL not approved for this client application. Approved callback URLs can be adjusted"
            raise refuse(415, message, 403)
    except Problem as problem:
        return _error(problem, 32, "Could not authenticate you.")
    token = secrets.token_urlsafe(20)
    key = signed.app["consumer_key"]
    secret = apps.store_oauth1(of(request), token, "request", key, None, callback)
    return _form({"oauth_token": token, "oauth_token_secret": secret, "oauth_callback_confirmed": "true"})


def _pending(request: web.Request, token: str) -> dict[str, object] | None:
    sandbox = of(request)
    sql = (
        "SELECT t.*, a.name AS app FROM oauth1_tokens t JOIN apps a ON a.consumer_key=t.consumer_key "
        "WHERE t.token=? AND t.kind='request' AND t.revoked=0 AND t.verifier='' AND t.created_at>?"
    )
    return sandbox.world.one(sql, token, sandbox.clock.now() - REQUEST_TOKEN_MS)


async def authorize(request: web.Request) -> web.Response:
    """GET shows the consent page; POST is the person's decision."""
    form = {key: str(value) for key, value in {**request.query, **await request.post()}.items()}
    pending = _pending(request, form.get("oauth_token", ""))
    if pending is None:
        return refused("The request token for this page is invalid. It may have already been used, or expired.")
    if request.method == "GET":
        return consent.page(
            of(request), str(pending["app"]), "read and write", {"oauth_token": form["oauth_token"]}, form
        )
    return _decide(request, form, str(pending["callback"]))


def _decide(request: web.Request, form: dict[str, str], callback: str) -> web.Response:
    sandbox, token = of(request), form["oauth_token"]
    if form.get("decision") != "allow":
        sandbox.world.run("UPDATE oauth1_tokens SET revoked=1 WHERE token=?", token)
        return _back(callback, {"denied": token})
    account = sandbox.account(TWITTER, consent.chosen(form))
    if account is None or account["suspended"]:
        return refused("There is no such account on this network.")
    verifier = secrets.token_urlsafe(24)
    sql = "UPDATE oauth1_tokens SET account=?, verifier=? WHERE token=?"
    sandbox.world.run(sql, account["id"], verifier, token)
    if callback == "oob":
        return consent.pin(verifier)
    return _back(callback, {"oauth_token": token, "oauth_verifier": verifier})


def _back(callback: str, params: dict[str, str]) -> web.Response:
    if callback == "oob":
        return refused("You did not authorize the app.")
    glue = "&" if urlsplit(callback).query else "?"
    return web.Response(status=302, headers={"location": f"{callback}{glue}{urlencode(params)}"})


async def access_token(request: web.Request) -> web.Response:
    """POST /oauth/access_token: the request token and its verifier, once, for the account's token."""
    try:
        signed = await verify(request)
    except Problem as problem:
        return _error(problem, 32, "Could not authenticate you.")
    body = {key: values[0] for key, values in parse_qs(await request.text()).items()}
    given = signed.params.get("oauth_verifier") or body.get("oauth_verifier") or request.query.get("oauth_verifier", "")
    token = signed.token
    if token is None or token["kind"] != "request" or not given or token["verifier"] != given:
        return refuse(89, "Invalid or expired token.").answer(False)
    sandbox = of(request)
    with sandbox.world.write():
        sandbox.world.run("UPDATE oauth1_tokens SET revoked=1 WHERE token=?", token["token"])
        access, secret = apps.issue_oauth1(sandbox, token["consumer_key"], token["account"])
    handle = sandbox.world.value("SELECT handle FROM accounts WHERE network=? AND id=?", TWITTER, token["account"])
    answer = {"oauth_token": access, "oauth_token_secret": secret, "user_id": token["account"], "screen_name": handle}
    return _form(answer)


async def invalidate(request: web.Request) -> web.Response:
    """POST /1.1/oauth/invalidate_token: end the access token that signed the call."""
    try:
        signed = await verify(request)
    except Problem as problem:
        return _error(problem, 89, "Invalid or expired token.")
    if signed.token is None:
        return refuse(89, "Invalid or expired token.").answer(False)
    of(request).world.run("UPDATE oauth1_tokens SET revoked=1 WHERE token=?", signed.token["token"])
    return web.json_response({"access_token": signed.token["token"]})
