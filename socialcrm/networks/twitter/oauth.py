"""Signing in to X: OAuth 2.0 with PKCE and OAuth 1.0a. Nothing is stored here: the caller keeps what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, quote, urlencode

import msgspec
from django.utils.translation import gettext
from requests.auth import AuthBase, HTTPBasicAuth

from socialcrm.networks.border import (
    AuthExpired,
    Call,
    NetworkError,
    Rejected,
    Request,
    Response,
)
from socialcrm.networks.oauth import check_begun, code_form, code_start
from socialcrm.networks.reading import BAD, as_lost, read, unreadable
from socialcrm.networks.signin import Credentials, SignIn
from socialcrm.networks.transport import transport_for

from .client import API
from .errors import error_of
from .person import WEB
from .signer import Signer

T = TypeVar("T")
SCOPES = ("tweet.read", "tweet.write", "users.read", "offline.access")
# Answers to a code or refresh token that is no longer good: X says invalid_request, RFC 6749 invalid_grant.
DEAD = {"invalid_grant", "invalid_request", "invalid_token"}


class Token(msgspec.Struct):
    """The token endpoint's answer."""

    access_token: str
    token_type: str = "bearer"
    expires_in: int = 7200
    refresh_token: str = ""
    scope: str = ""


class Refusal(msgspec.Struct):
    """An OAuth 2.0 error answer (RFC 6749 5.2)."""

    error: str = ""


class Dance:
    """Both dances of one site with X."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.api = str(options.get("api_url") or API).rstrip("/")
        self.web = str(options.get("web_url") or WEB).rstrip("/")

    def start(self, kind: str, redirect_uri: str) -> SignIn:
        """Where the browser goes and what to keep. ValueError for an unknown kind."""
        if kind == "oauth2":
            return self._start_oauth2(redirect_uri)
        if kind == "oauth1":
            return self._start_oauth1(redirect_uri)
        raise ValueError(kind)

    def finish(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """Credentials for the redirect's query. Rejected where it is not the answer to what we began."""
        expected = kept.get("state") or kept.get("request_token") or ""
        given = query.get("state") or query.get("oauth_token") or query.get("denied") or ""
        check_begun(expected if kept.get("network") == "twitter" else "", given)
        if query.get("error") or query.get("denied"):
            raise Rejected(gettext("X was not allowed to connect this account."), code="access_denied")
        return self._finish_oauth2(kept, query) if kept.get("kind") == "oauth2" else self._finish_oauth1(kept, query)

    def _start_oauth2(self, redirect_uri: str) -> SignIn:
        client_id, page = self.options.get("client_id", ""), f"{self.web}/i/oauth2/authorize"
        url, kept = code_start(page, client_id, redirect_uri, SCOPES)
        return SignIn(url=url, kept={"network": "twitter", "kind": "oauth2", **kept})

    def _finish_oauth2(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        try:
            return _credentials(
                self._post_form("/2/oauth2/token", code_form(kept, query), _token), Credentials(kind="oauth2")
            )
        except AuthExpired as error:
            raise Rejected(gettext("X no longer knows this sign-in. Start again."), status=error.status) from None

    def refresh(self, old: Credentials) -> Credentials:
        """New credentials. AuthExpired: reconnect. OutcomeUnknown: the answer, and perhaps the token, is lost."""
        if old.kind != "oauth2" or not old.refresh_token:
            raise AuthExpired(gettext("X does not let this sign-in be renewed."), code="no_refresh")
        form = {"grant_type": "refresh_token", "refresh_token": old.refresh_token}
        return _credentials(self._post_form("/2/oauth2/token", form, _token, writes=True), old)

    def revoke(self, old: Credentials) -> None:
        """Make the credentials worthless. Credentials that X no longer knows are as good as revoked."""
        try:
            if old.kind == "oauth1":
                self._run("/1.1/oauth/invalidate_token", _nothing, self._oauth1(old.access_token, old.token_secret))
            else:
                self._post_form("/2/oauth2/revoke", {"token": old.refresh_token or old.access_token}, _nothing)
        except AuthExpired:
            return

    def _start_oauth1(self, redirect_uri: str) -> SignIn:
        token = self._run("/oauth/request_token", _pairs, self._oauth1(callback_uri=redirect_uri))
        if token.get("oauth_callback_confirmed") != "true" or not token.get("oauth_token"):
            raise Rejected(gettext("X did not accept this site's address. Check the app's settings on X."))
        kept = {"network": "twitter", "kind": "oauth1", "request_token": token["oauth_token"]}
        kept["request_secret"] = token.get("oauth_token_secret", "")
        return SignIn(url=f"{self.api}/oauth/authorize?{urlencode({'oauth_token': token['oauth_token']})}", kept=kept)

    def _finish_oauth1(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        signer = self._oauth1(kept["request_token"], kept["request_secret"], verifier=query.get("oauth_verifier", ""))
        try:
            pairs = self._run("/oauth/access_token", _pairs, signer)
        except AuthExpired as error:
            raise Rejected(gettext("X no longer knows this sign-in. Start again."), status=error.status) from None
        if not pairs.get("oauth_token") or not pairs.get("user_id"):
            raise unreadable()
        return Credentials(
            kind="oauth1",
            external_id=pairs["user_id"],
            handle=pairs.get("screen_name", ""),
            access_token=pairs["oauth_token"],
            token_secret=pairs.get("oauth_token_secret", ""),
        )

    def _oauth1(self, token: str = "", secret: str = "", **more: str) -> AuthBase:
        key, app_secret = self.options.get("consumer_key", ""), self.options.get("consumer_secret", "")
        signer: AuthBase = Signer(self.api, key, app_secret, token or None, secret or None, **more)
        return signer

    def _post_form(self, path: str, form: dict[str, str], read: Callable[[bytes], T], writes: bool = False) -> T:
        """A form to the token endpoints; confidential clients sign in with Basic, public ones name themselves."""
        client_id, secret = self.options.get("client_id", ""), self.options.get("client_secret", "")
        auth = HTTPBasicAuth(quote(client_id, safe=""), quote(secret, safe="")) if secret else None
        return self._run(path, read, auth, form if secret else {**form, "client_id": client_id}, writes)

    def _run(
        self,
        path: str,
        read: Callable[[bytes], T],
        auth: AuthBase | None,
        form: dict[str, str] | None = None,
        writes: bool = False,
    ) -> T:
        request = Request("POST", f"{self.api}{path}", "oauth", data=form, writes=writes)

        def parse(response: Response) -> T:
            if response.status != 200:
                raise _refused(request, response)
            try:
                return read(response.body)
            except NetworkError as error:
                raise as_lost(request, error) from None

        return transport_for(self.options).run(Call(request, parse, auth))


def _refused(request: Request, response: Response) -> NetworkError:
    """A refusal of the sign-in; X's sentence is left out, as it may quote what was sent."""
    error = error_of(request, response)
    try:
        kind = msgspec.json.decode(response.body, type=Refusal).error
    except BAD:
        kind = ""
    if response.status in {400, 401} and kind in DEAD:
        return AuthExpired(gettext("The sign-in is no longer valid."), status=response.status, code=kind)
    if kind in {"invalid_client", "unauthorized_client"}:
        return Rejected(gettext("X does not know this site's app. Check the keys."), status=response.status, code=kind)
    return error


def _token(body: bytes) -> Token:
    return read(body, Token)


def _pairs(body: bytes) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


def _nothing(body: bytes) -> None:
    return None


def _credentials(token: Token, old: Credentials) -> Credentials:
    """The old credentials with the new token in them; a scope that is not named stays as it was asked."""
    return replace(
        old,
        access_token=token.access_token,
        refresh_token=token.refresh_token or old.refresh_token,
        expires_at=datetime.now(UTC) + timedelta(seconds=min(max(token.expires_in, 1), 10**8)),
        scopes=tuple(token.scope.split()) or old.scopes or SCOPES,
    )
