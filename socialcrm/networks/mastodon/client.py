"""Requests to one Mastodon server: signing, and the reading of answers in one order: limit, refusal, content."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from socialcrm.networks.border import (
    Call,
    Credentials,
    Limit,
    NetworkError,
    Request,
    Response,
    Spent,
    Unreachable,
)
from socialcrm.networks.transport import Bearer, lost

from .errors import error_of, limit_of

T = TypeVar("T")


def base_of(options: Mapping[str, Any], credentials: Credentials | None) -> str:
    """The server's address: the site's one server, else the home of the account, else "" (nobody's)."""
    if options.get("api_url"):
        return str(options["api_url"]).rstrip("/")
    uri = urlsplit(credentials.external_id if credentials else "")
    return f"{uri.scheme}://{uri.netloc}" if uri.netloc else ""


class Client:
    """Builds signed Calls to one server for one account (or for nobody)."""

    def __init__(
        self,
        options: Mapping[str, Any],
        credentials: Credentials | None,
        on_spent: Callable[[Spent, Limit | None], None] | None = None,
    ) -> None:
        self.base, self.credentials, self.on_spent = base_of(options, credentials), credentials, on_spent

    def call(
        self,
        method: str,
        path: str,
        endpoint: str,
        read: Callable[[Response], T],
        *,
        params: Sequence[tuple[str, str]] = (),
        json: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        missing: str = "",
        units: Callable[[T], int] = lambda _result: 1,
    ) -> Call[T]:
        """A Call whose answer is judged, read and accounted for; Mastodon costs nothing."""
        if not self.base:
            raise ValueError("This network was made without a server: neither options nor credentials name one.")
        url = f"{self.base}{path}" + (f"?{urlencode(params)}" if params else "")
        request = Request(method, url, endpoint, json=json, headers=headers or {}, writes=method != "GET")

        def parse(response: Response) -> T:
            limit = limit_of(response, datetime.now(UTC))
            try:
                if not 200 <= response.status < 300:
                    raise error_of(request, response, missing=missing)
                result = read(response)
            except NetworkError as error:
                self._spent(Spent(endpoint, 0, 0), limit)
                error.status, error.limit = response.status, limit
                raise as_lost(request, error) from None
            self._spent(Spent(endpoint, units(result), 0), limit)
            return result

        own = self.credentials
        return Call(request, parse, Bearer(own.access_token) if own and own.access_token else None)

    def _spent(self, spent: Spent, limit: Limit | None) -> None:
        if self.on_spent is not None:
            self.on_spent(spent, limit)


def as_lost(request: Request, error: NetworkError) -> NetworkError:
    """An unreadable answer to a write: it was probably done."""
    if not isinstance(error, Unreachable) or not request.writes:
        return error
    unknown = lost(request, error.detail)
    unknown.status, unknown.limit, unknown.code = error.status, error.limit, error.code
    return unknown
