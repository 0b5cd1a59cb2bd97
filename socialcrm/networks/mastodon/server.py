"""One Mastodon server: signed calls to it, what it says of itself, our app on it and signing in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.utils.translation import gettext

from socialcrm.networks.base import (
    App,
    AuthExpired,
    Call,
    Credentials,
    NetworkError,
    NotFound,
    OnSpent,
    Page,
    Rejected,
    Request,
    Response,
    SignIn,
    Unreachable,
)
from socialcrm.networks.oauth import check_begun, code_form, code_start
from socialcrm.networks.reading import accounted, read
from socialcrm.networks.refusals import refusal
from socialcrm.networks.servers import host_of
from socialcrm.networks.transport import Bearer, transport_for

from .wire import MApp, MError, MInstance, MToken

T = TypeVar("T")
SCOPES = ("profile", "read:accounts", "read:notifications", "read:search", "read:statuses", "write:statuses")
# Servers before 4.3 don't know the scope `profile`; read:accounts covers it.
OLD_SCOPES = SCOPES[1:]
APP_NAME = "Social CRM"
# Posts have a window of three hours (300 posts); all others are of five or thirty minutes.
LONGEST = timedelta(hours=3, minutes=5)


def error_of(
    request: Request, response: Response, now: datetime | None = None, missing: str = "unknown"
) -> NetworkError:
    """The error that an answer means, by its status alone: the sentence comes in the account's language."""
    try:
        found = read(response.body, MError)
    except Unreachable:
        found = MError()
    detail = (found.error_description or found.error or "")[:1000]
    return refusal(request, response, detail, now or datetime.now(UTC), missing=missing, longest=LONGEST)


class Server:
    """Builds signed Calls to one server for one account, or for nobody; and dances its OAuth."""

    def __init__(self, options: Mapping[str, Any], own: Credentials | None, on_spent: OnSpent | None = None) -> None:
        self.options, self.own, self.on_spent = options, own, on_spent
        self.base = (own.server if own and own.server else str(options.get("api_url") or "")).rstrip("/")
        self.host = host_of(self.base)

    def call(
        self,
        method: str,
        path: str,
        endpoint: str,
        reader: Callable[[Response], T],
        params: Sequence[tuple[str, str]] = (),
        *,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        missing: str = "unknown",
    ) -> Call[T]:
        """A Call whose answer is judged, read and accounted for; Mastodon costs nothing. `missing`: code of a 404."""
        if not self.base:
            raise ValueError("This network was made without a server: neither options nor credentials name one.")
        url = f"{self.base}{path}" + (f"?{urlencode(params)}" if params else "")
        writes = method != "GET" and form is None
        request = Request(method, url, endpoint, json=json, data=form, headers=headers or {}, writes=writes)
        token = self.own.access_token if self.own and form is None else ""

        def refused(request: Request, response: Response) -> NetworkError:
            error = error_of(request, response, missing=missing)
            # A server may let nobody in who is not signed in: then no access was lost.
            return error if token or not isinstance(error, AuthExpired) else Rejected(error.detail, status=401)

        parse = accounted(request, reader, refused, self.on_spent, _cost)
        return Call(request, parse, Bearer(token) if token else None)

    def instance(self) -> MInstance:
        """GET /api/v2/instance [since 4.0]."""
        return self._ask("GET", "/api/v2/instance", MInstance)

    # Signing in

    def start(self, redirect_uri: str) -> SignIn:
        """Where the browser goes. Rejected with a sentence where the address leads to no Mastodon server."""
        self._look()
        try:
            offers = self._ask("GET", "/.well-known/oauth-authorization-server", dict[str, Any])
        except NotFound:  # a server before 4.3
            offers = {}
        scopes = SCOPES if offers else OLD_SCOPES
        app, pkce = self._app(redirect_uri, scopes), "S256" in (offers.get("code_challenge_methods_supported") or ())
        url, kept = code_start(f"{self.base}/oauth/authorize", app.client_id, redirect_uri, scopes, pkce=pkce)
        return SignIn(url=url, kept={**kept, "scopes": " ".join(scopes)}, app=app)

    def _look(self) -> None:
        sentence = gettext("%(server)s is no Mastodon server.")
        try:
            self.instance()
            return
        except Rejected as error:
            if error.status == 401:  # it is one, and says nothing to strangers
                return
            raise
        except NotFound:
            pass
        except Unreachable as error:
            if error.code != "unreadable":
                sentence = gettext("No server answers at %(server)s. Check the address, or try again later.")
        raise Rejected(sentence % {"server": self.host}, code="server")

    def _app(self, redirect_uri: str, scopes: tuple[str, ...]) -> App:
        """The app that we were given, while the server knows it and it allows as much; else a new one."""
        old = self.own.app if self.own else None
        if old and old.redirect_uri == redirect_uri and set(scopes) <= set(old.scopes) and self._knows(old):
            return old
        form = {"client_name": APP_NAME, "redirect_uris": redirect_uri, "scopes": " ".join(scopes)}
        new = self._ask("POST", "/api/v1/apps", MApp, form)
        return App(self.base, new.client_id, new.client_secret, scopes, redirect_uri)

    def _knows(self, app: App) -> bool:
        try:
            return bool(self._ask("POST", "/oauth/token", MToken, {"grant_type": "client_credentials", **_keys(app)}))
        except Rejected:
            return False

    def finish(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """Credentials for the redirect's query, without the account's own id and name."""
        app = self.own.app if self.own else None
        check_begun(kept.get("state", "") if app else "", query.get("state", ""))
        if app is None or query.get("error"):
            raise Rejected(gettext("Mastodon was not allowed to connect this account."), code="access_denied")
        try:
            token = self._ask("POST", "/oauth/token", MToken, {**code_form(kept, query), **_keys(app)})
        except Rejected as error:
            sentence = gettext("Mastodon no longer knows this sign-in. Start again.")
            raise Rejected(sentence, status=error.status) from None
        scopes = tuple((token.scope or kept["scopes"]).split())
        return Credentials("oauth2", access_token=token.access_token, scopes=scopes, server=self.base, app=app)

    def revoke(self) -> None:
        """POST /oauth/revoke. What the server no longer knows is as good as revoked."""
        if self.own is None or self.own.app is None:
            raise Unreachable(code="no_credentials")
        try:
            self._ask("POST", "/oauth/revoke", dict[str, Any], {**_keys(self.own.app), "token": self.own.access_token})
        except Rejected:
            return

    def _ask(self, method: str, path: str, kind: type[T], form: dict[str, str] | None = None) -> T:
        call = self.call(method, path, "oauth", lambda answer: read(answer.body, kind), form=form)
        return transport_for(self.options).run(call)


def _cost(result: Any) -> tuple[int, int, tuple[str, ...]]:
    return len(result.posts) if isinstance(result, Page) else 1, 0, ()


def _keys(app: App) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}
