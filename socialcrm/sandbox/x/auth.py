"""Who is calling: a user by OAuth 1.0a or 2.0, or an app by its bearer token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from socialcrm.sandbox.state import TWITTER, Sandbox, of

from . import oauth1
from .problems import missing_scope, unauthorized, unsupported_auth

OAUTH1, OAUTH2, APP = "OAuth 1.0a User Context", "OAuth 2.0 User Context", "OAuth 2.0 Application-Only"


@dataclass(frozen=True)
class Caller:
    """Who signed a request: the app, and the account unless the app calls for itself."""

    kind: str
    app: dict[str, Any]
    account: dict[str, Any] | None
    scopes: frozenset[str] = frozenset()

    @property
    def me(self) -> int:
        """The caller's account id; 0 for an app on its own."""
        return int(self.account["id"]) if self.account else 0

    @property
    def tier(self) -> str:
        """self_serve or enterprise: the account's own tier, else the app's."""
        own = self.account["tier"] if self.account else None
        return str(own or self.app["tier"])


async def authenticate(request: web.Request, kinds: tuple[str, ...], scopes: str) -> Caller:
    """The caller of a request; 401 without valid credentials, 403 with the wrong kind or scope."""
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        caller = _bearer(of(request), header[7:].strip())
    elif header.lower().startswith("oauth "):
        caller = await _signed(request)
    else:
        raise unauthorized()
    if caller.kind not in kinds:
        raise unsupported_auth(", ".join(kinds), caller.kind)
    if caller.kind == OAUTH2 and not set(scopes.split()) <= caller.scopes:
        raise missing_scope(scopes)
    return caller


def _bearer(sandbox: Sandbox, token: str) -> Caller:
    app = sandbox.world.one("SELECT * FROM apps WHERE bearer=?", token)
    if app is not None:
        return Caller(APP, app, None)
    sql = "SELECT * FROM oauth2_tokens WHERE token=? AND kind='access' AND revoked=0 AND expires_at>?"
    row = sandbox.world.one(sql, token, sandbox.clock.now())
    if row is None:
        raise unauthorized()
    app = sandbox.world.one("SELECT * FROM apps WHERE client_id=?", row["client_id"])
    return _user(sandbox, OAUTH2, app, row["account"], row["scope"])


async def _signed(request: web.Request) -> Caller:
    signed = await oauth1.verify(request)
    if signed.token is None or signed.token["kind"] != "access":
        raise unauthorized()
    return _user(of(request), OAUTH1, signed.app, signed.token["account"], "")


def _user(sandbox: Sandbox, kind: str, app: dict[str, Any] | None, account_id: int, scope: str) -> Caller:
    account = sandbox.world.one("SELECT * FROM accounts WHERE network=? AND id=?", TWITTER, account_id)
    if app is None or account is None or account["suspended"]:
        raise unauthorized()
    return Caller(kind, app, account, frozenset(scope.split()))


def names_of(request: web.Request) -> set[str]:
    """Handle and id behind the credentials of a call, unchecked: what a fault rule's `account` is compared with."""
    sandbox = of(request)
    header = request.headers.get("authorization", "")
    if header.lower().startswith("bearer "):
        sql = "SELECT account FROM oauth2_tokens WHERE token=?"
        account = sandbox.world.value(sql, header[7:].strip())
    else:
        token = oauth1.header_params(request).get("oauth_token", "")
        account = sandbox.world.value("SELECT account FROM oauth1_tokens WHERE token=?", token)
    handle = sandbox.world.value("SELECT handle_lower FROM accounts WHERE network=? AND id=?", TWITTER, account)
    return {str(account), str(handle)} if account is not None else set()
