"""Signing in to a Mastodon server: what it offers, our app on it, OAuth 2.0. Nothing is stored here."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from django.utils.translation import gettext
from oauthlib.oauth2 import WebApplicationClient

from socialcrm.networks.border import (
    AuthExpired,
    Call,
    Credentials,
    NotFound,
    Rejected,
    Request,
    Response,
    SignIn,
)
from socialcrm.networks.transport import transport_for

from .errors import error_of
from .wire import MApp, MServer, MToken, read

T = TypeVar("T")
SCOPES = ("profile", "read:accounts", "read:notifications", "read:search", "read:statuses", "write:statuses")
# Servers before 4.3 don't know the scope `profile`; read:accounts covers it.
OLD_SCOPES = SCOPES[1:]
APP_NAME = "Social CRM"


class Dance:
    """The dance of one site with one server."""

    def __init__(self, options: Mapping[str, Any], base: str) -> None:
        self.options, self.base = options, base

    def start(self, kind: str, redirect_uri: str) -> SignIn:
        """Where the browser goes and what to keep. ValueError for an unknown kind."""
        if kind != "oauth2":
            raise ValueError(kind)
        server = self.server()
        scopes = " ".join(SCOPES if server else OLD_SCOPES)
        app = self.app(redirect_uri, scopes)
        state = secrets.token_urlsafe(32)
        kept = {"network": "mastodon", "kind": kind, "base": self.base, "state": state, "redirect_uri": redirect_uri}
        kept |= {"client_id": app.client_id, "client_secret": app.client_secret, "scopes": scopes}
        query = {"response_type": "code", "client_id": app.client_id, "redirect_uri": redirect_uri}
        query |= {"scope": scopes, "state": state}
        if server and "S256" in (server.code_challenge_methods_supported or ()):
            pkce = WebApplicationClient(app.client_id)
            kept["verifier"] = pkce.create_code_verifier(64)
            query["code_challenge"] = pkce.create_code_challenge(kept["verifier"], "S256")
            query["code_challenge_method"] = "S256"
        return SignIn(url=f"{self.base}/oauth/authorize?{urlencode(query, quote_via=quote)}", kept=kept)

    def server(self) -> MServer | None:
        """GET /.well-known/oauth-authorization-server; None on a server older than 4.3."""
        try:
            return self._run("GET", "/.well-known/oauth-authorization-server", MServer)
        except NotFound:
            return None

    def app(self, redirect_uri: str, scopes: str) -> MApp:
        """The site's app where the options name one, else a new one: POST /api/v1/apps."""
        if self.options.get("client_id"):
            return MApp(str(self.options["client_id"]), str(self.options.get("client_secret") or ""))
        form = {"client_name": APP_NAME, "redirect_uris": redirect_uri, "scopes": scopes}
        return self._run("POST", "/api/v1/apps", MApp, form)

    def finish(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """Credentials for the redirect's query; `token_secret` holds the app's keys, which revoking needs."""
        expected, given = kept.get("state", ""), query.get("state", "")
        known = kept.get("network") == "mastodon" and expected and kept.get("base")
        if not known or not hmac.compare_digest(expected.encode(), given.encode()):
            raise Rejected(gettext("This sign-in was not begun here, or it is too old. Start again."), code="state")
        if query.get("error"):
            raise Rejected(gettext("Mastodon was not allowed to connect this account."), code="access_denied")
        form = {"grant_type": "authorization_code", "code": query.get("code", "")}
        form |= {name: kept[name] for name in ("client_id", "client_secret", "redirect_uri")}
        if kept.get("verifier"):
            form["code_verifier"] = kept["verifier"]
        try:
            token = self._run("POST", "/oauth/token", MToken, form)
        except (AuthExpired, Rejected) as error:
            sentence = gettext("Mastodon no longer knows this sign-in. Start again.")
            raise Rejected(sentence, status=error.status) from None
        scopes = tuple((token.scope or kept.get("scopes", "")).split())
        keys = f"{kept['client_id']} {kept['client_secret']}"
        return Credentials(kind="oauth2", access_token=token.access_token, token_secret=keys, scopes=scopes)

    def revoke(self, old: Credentials) -> None:
        """POST /oauth/revoke. What the server no longer knows is as good as revoked."""
        client_id, _, secret = old.token_secret.partition(" ")
        form = {"client_id": client_id or str(self.options.get("client_id", ""))}
        form |= {"client_secret": secret or str(self.options.get("client_secret", "")), "token": old.access_token}
        try:
            self._run("POST", "/oauth/revoke", dict[str, Any], form)
        except (AuthExpired, Rejected):
            return

    def _run(self, method: str, path: str, kind: type[T], form: dict[str, str] | None = None) -> T:
        request = Request(method, f"{self.base}{path}", "oauth", data=form)

        def parse(response: Response) -> T:
            if response.status != 200:
                raise error_of(request, response)
            return read(response.body, kind)

        return transport_for(self.options).run(Call(request, parse))
