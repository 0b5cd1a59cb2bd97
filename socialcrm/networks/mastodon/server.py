"""One Mastodon server: its address as people type it, signed calls to it, what it says of itself, our app on it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from django.utils.translation import gettext
from oauthlib.oauth2 import WebApplicationClient

from socialcrm.networks.border import (
    AuthExpired,
    Call,
    Limit,
    NetworkError,
    NotFound,
    Rejected,
    Request,
    Response,
    Spent,
    Unreachable,
)
from socialcrm.networks.reading import accounted
from socialcrm.networks.servers import host_of, is_listed, is_under, server_address
from socialcrm.networks.signin import App, Credentials, SignIn
from socialcrm.networks.transport import Bearer, transport_for

from .errors import error_of, limit_of
from .wire import MApp, MFinger, MInstance, MServer, MToken, read

T = TypeVar("T")
SCOPES = ("profile", "read:accounts", "read:notifications", "read:search", "read:statuses", "write:statuses")
# Servers before 4.3 don't know the scope `profile`; read:accounts covers it.
OLD_SCOPES = SCOPES[1:]
APP_NAME = "Social CRM"


def address(text: str, options: Mapping[str, Any]) -> str:
    """The server's address as it is kept. Rejected with a sentence where the text names none."""
    if found := server_address(text, options):
        return found
    sentence = gettext("Type the address of your Mastodon server, for example mastodon.social.")
    raise Rejected(sentence, code="server")


class Server:
    """Builds signed Calls to one server for one account, or for nobody; and dances its OAuth."""

    def __init__(
        self,
        options: Mapping[str, Any],
        own: Credentials | None,
        on_spent: Callable[[Spent, Limit | None], None] | None = None,
    ) -> None:
        self.options, self.own, self.on_spent = options, own, on_spent
        self.base = (own.server if own and own.server else str(options.get("api_url") or "")).rstrip("/")
        self.host = host_of(self.base)

    def call(
        self,
        method: str,
        path: str,
        endpoint: str,
        read: Callable[[Response], T],
        *,
        params: Sequence[tuple[str, str]] = (),
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        missing: str = "unknown",
        units: Callable[[T], int] = lambda _result: 1,
    ) -> Call[T]:
        """A Call whose answer is judged, read and accounted for; Mastodon costs nothing. `missing`: code of a 404."""
        if not self.base:
            raise ValueError("This network was made without a server: neither options nor credentials name one.")
        url = f"{self.base}{path}" + (f"?{urlencode(params)}" if params else "")
        writes = method != "GET" and form is None
        request = Request(method, url, endpoint, json=json, data=form, headers=headers or {}, writes=writes)
        token = self.own.access_token if self.own and form is None else ""

        def refusal(request: Request, response: Response) -> Any:
            return error_of(request, response, missing=missing)

        reader = accounted(request, read, refusal, limit_of, self.on_spent, lambda result: (units(result), 0, ()))
        return Call(request, reader, Bearer(token) if token else None)

    def instance(self) -> MInstance:
        """GET /api/v2/instance [since 4.0]."""
        return self._ask("GET", "/api/v2/instance", MInstance)

    def domain(self, claimed: str, handle: str) -> str:
        """The domain in the names of this server's people: the one it claims, where that is true, else its host.

        It is where the site listed the server as its own, where the server lies at or below that domain, and where the
        domain itself says (WebFinger) that the account's name leads here.
        """
        domain = claimed.strip().lower()[:255]
        if is_listed(self.base, self.options) or is_under(self.host, domain):
            return domain
        sane = bool(domain) and host_of(f"https://{domain}/") == domain
        return domain if sane and self._is_led_to(domain, handle) else self.host

    def _is_led_to(self, domain: str, handle: str) -> bool:
        name = handle.partition("@")[0]
        query = urlencode({"resource": f"acct:{name}@{domain}"})
        request = Request("GET", f"https://{domain}/.well-known/webfinger?{query}", "webfinger")

        def parse(response: Response) -> bool:
            found = read(response.body, MFinger)
            return any(one.rel == "self" and host_of(one.href) == self.host for one in found.links)

        try:
            return bool(name) and transport_for(self.options).run(Call(request, parse))
        except NetworkError:
            return False

    # Signing in

    def start(self, redirect_uri: str) -> SignIn:
        """Where the browser goes. Rejected with a sentence where the address leads to no Mastodon server."""
        modern = self._looked_at()
        scopes = SCOPES if modern else OLD_SCOPES
        app = self._app(redirect_uri, scopes)
        state = secrets.token_urlsafe(32)
        kept = {"state": state, "redirect_uri": redirect_uri, "scopes": " ".join(scopes)}
        query = {"response_type": "code", "client_id": app.client_id, "redirect_uri": redirect_uri}
        query |= {"scope": " ".join(scopes), "state": state}
        if modern and "S256" in (modern.code_challenge_methods_supported or ()):
            pkce = WebApplicationClient(app.client_id)
            kept["verifier"] = pkce.create_code_verifier(64)
            query["code_challenge"] = pkce.create_code_challenge(kept["verifier"], "S256")
            query["code_challenge_method"] = "S256"
        return SignIn(url=f"{self.base}/oauth/authorize?{urlencode(query, quote_via=quote)}", kept=kept, app=app)

    def _looked_at(self) -> MServer | None:
        """What the server offers; None on one before 4.3, which has no such page."""
        there = {"server": self.host}
        try:
            self.instance()
        except (NotFound, AuthExpired):
            raise Rejected(gettext("%(server)s is no Mastodon server.") % there, code="server") from None
        except Unreachable as error:
            silent = gettext("No server answers at %(server)s. Check the address, or try again later.")
            other = gettext("%(server)s is no Mastodon server.")
            raise Rejected((other if error.code == "unreadable" else silent) % there, code="server") from None
        try:
            return self._ask("GET", "/.well-known/oauth-authorization-server", MServer)
        except NotFound:
            return None

    def _app(self, redirect_uri: str, scopes: tuple[str, ...]) -> App:
        """The app that we were given, while the server knows it and it allows as much; else a new one."""
        old = self.own.app if self.own else None
        if old and old.redirect_uri == redirect_uri and set(scopes) <= set(old.scopes) and self._knows(old):
            return old
        form = {"client_name": APP_NAME, "redirect_uris": redirect_uri, "scopes": " ".join(scopes)}
        new = self._ask("POST", "/api/v1/apps", MApp, form)
        return App(self.base, new.client_id, new.client_secret, scopes, redirect_uri)

    def _knows(self, app: App) -> bool:
        form = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": app.client_secret}
        try:
            return bool(self._ask("POST", "/oauth/token", MToken, form))
        except (AuthExpired, Rejected):
            return False

    def finish(self, kept: Mapping[str, str], query: Mapping[str, str]) -> Credentials:
        """Credentials for the redirect's query, without the account's own id and name."""
        app, expected = self.own.app if self.own else None, kept.get("state", "")
        if app is None or not expected or not hmac.compare_digest(expected.encode(), query.get("state", "").encode()):
            raise Rejected(gettext("This sign-in was not begun here, or it is too old. Start again."), code="state")
        if query.get("error"):
            raise Rejected(gettext("Mastodon was not allowed to connect this account."), code="access_denied")
        form = {"grant_type": "authorization_code", "code": query.get("code", ""), **_keys(app)}
        form |= {"redirect_uri": kept["redirect_uri"]}
        form |= {"code_verifier": kept["verifier"]} if kept.get("verifier") else {}
        try:
            token = self._ask("POST", "/oauth/token", MToken, form)
        except (AuthExpired, Rejected) as error:
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
        except (AuthExpired, Rejected):
            return

    def _ask(self, method: str, path: str, kind: type[T], form: dict[str, str] | None = None) -> T:
        call = self.call(method, path, "oauth", lambda answer: read(answer.body, kind), form=form)
        return transport_for(self.options).run(call)


def _keys(app: App) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}
