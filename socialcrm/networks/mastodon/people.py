"""One Mastodon server and its people: its limits, and who is who on it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

import msgspec

from socialcrm.networks.base import Author, Call, Credentials, Network, NotFound, OnSpent, Response, Whom

from . import rules
from .client import Client
from .parse import Reader
from .wire import MAccount, MInstance, MSearch, read

AN_HOUR = 3600.0
_instances: dict[str, tuple[float, MInstance]] = {}
_local_ids: dict[tuple[str, str], str] = {}


class Server(Network):
    """A Mastodon server as one account sees it. People carry their URI, which is the same on every server."""

    id: ClassVar[str] = "mastodon"
    label: ClassVar[str] = "Mastodon"
    mark: ClassVar[str] = "mastodon"

    def __init__(
        self, options: Mapping[str, Any], credentials: Credentials | None = None, *, on_spent: OnSpent | None = None
    ) -> None:
        super().__init__(options, credentials, on_spent=on_spent)
        self.client = Client(options, credentials, on_spent)
        self.own_uri = credentials.external_id if credentials else ""
        self.own_handle = credentials.handle if credentials else ""

    @property
    def domain(self) -> str:
        """The host in the handles of this server's people; not always the host of its API."""
        known = self.own_handle.partition("@")[2] or self.known_instance().domain
        return known or urlsplit(self.client.base).netloc

    def reader(self) -> Reader:
        """Reads one answer of this server."""
        return Reader(self.domain, self.own_uri, self.own_handle)

    # The server

    def instance(self) -> MInstance:
        """GET /api/v2/instance: the server's domain and limits, asked once an hour."""
        at, found = _instances.get(self.client.base, (0.0, MInstance()))
        if not at or time.monotonic() - at > AN_HOUR:
            path, endpoint = "/api/v2/instance", "instance"
            found = self.run(self.client.call("GET", path, endpoint, lambda answer: read(answer.body, MInstance)))
            _instances[self.client.base] = time.monotonic(), found
        return found

    def known_instance(self) -> MInstance:
        """What `instance` learned, or Mastodon's own limits; never asks."""
        return _instances.get(self.client.base, (0.0, MInstance()))[1]

    # People

    def me_call(self) -> Call[Author]:
        """GET /api/v1/accounts/verify_credentials."""
        path = "/api/v1/accounts/verify_credentials"
        return self.client.call("GET", path, "accounts/verify_credentials", lambda answer: self._author(answer.body))

    def profile_call(self, text: str) -> Call[Author]:
        """GET /api/v2/search with `resolve`, which also finds people new to this server; as nobody, lookup."""
        whom = self.parse_handle(text)
        if self.credentials is not None:
            return self._search(whom.handle or whom.external_id)
        params = [("acct", whom.handle or whom.external_id)]
        return self.client.call(
            "GET", "/api/v1/accounts/lookup", "accounts/lookup", lambda answer: self._author(answer.body), params=params
        )

    def _search(self, wanted: str) -> Call[Author]:
        params = [("q", wanted), ("resolve", "true"), ("type", "accounts"), ("limit", "5")]

        def find(answer: Response) -> Author:
            for raw in read(answer.body, MSearch).accounts or ():
                one = self._author(raw)
                if wanted.lower() in {one.handle.lower(), one.external_id.lower(), one.url.lower()}:
                    return one
            raise NotFound(code="unknown")

        return self.client.call("GET", "/api/v2/search", "search", find, params=params)

    def _author(self, raw: bytes | msgspec.Raw) -> Author:
        one = self.reader().author(raw)
        self.learn({read(raw, MAccount).id: one.external_id})
        return one

    def learn(self, uris: Mapping[str, str]) -> None:
        """Remember the URIs of this server's ids."""
        if len(_local_ids) > 50_000:
            _local_ids.clear()
        _local_ids.update({(self.client.base, uri): local for local, uri in uris.items()})

    def local_id(self, uri: str) -> str:
        """This server's id of a person. Asks the server where neither the URI nor an answer before told it."""
        tail = uri.removeprefix(f"{self.client.base}/ap/users/")
        if tail.isdigit():
            return tail
        key = (self.client.base, uri)
        if key not in _local_ids:
            self.run(self.me_call() if uri == self.own_uri else self._search(uri))
        if key not in _local_ids:
            raise NotFound(code="unknown")
        return _local_ids[key]

    @classmethod
    def parse_handle(cls, text: str) -> Whom:
        """@name@server, or an address."""
        return rules.parse_handle(text)

    def profile_url(self, handle: str) -> str:
        """A person's page, on our own server."""
        return f"{self.client.base}/@{self._acct(handle)}"

    def post_url(self, handle: str, external_id: str) -> str:
        """A post's page, on our own server."""
        return f"{self.client.base}/@{self._acct(handle)}/{external_id}"

    def _acct(self, handle: str) -> str:
        return handle.lstrip("@").removesuffix(f"@{self.domain}")
