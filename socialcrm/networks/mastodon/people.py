"""The people of a Mastodon server: found by name, address or URI, one call each, since there is no batch by URI."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from socialcrm.networks.base import (
    Author,
    Call,
    Network,
    NotFound,
    Profiles,
    Response,
    Whom,
)
from socialcrm.networks.gather import one_by_one
from socialcrm.networks.reading import read

from . import rules
from .parse import Reader
from .server import Server
from .wire import MAccount, MSearch

_local_ids: dict[tuple[str, str], str] = {}


class People(Network):
    """Who is who on one server, as one account sees it. People carry their URI, which is the same on every server."""

    @cached_property
    def server(self) -> Server:
        """The one server that our account lives on."""
        return Server(self.options, self.credentials, self.on_spent)

    @property
    def domain(self) -> str:
        """The host in the handles of this server's people; not always the host of its API."""
        return self.facts.get("domain") or self.own_handle.partition("@")[2] or self.server.host

    @property
    def told_by(self) -> str:
        """Our server."""
        return self.server.host

    @property
    def home(self) -> str:
        """People's URIs begin with the address of their server."""
        return f"{self.server.base.partition('://')[0]}://{self.server.host}/"

    @classmethod
    def handle_of_id(cls, external_id: str) -> str:
        """https://host/users/name is name@host, whoever says so."""
        return rules.handle_of_uri(external_id)

    def reader(self) -> Reader:
        """Reads one answer of this server."""
        return Reader(self.server.host, self.domain, self.own_id, self.own_handle)

    def me_call(self) -> Call[Author]:
        """GET /api/v1/accounts/verify_credentials."""
        return self._person("/api/v1/accounts/verify_credentials", "accounts/verify_credentials")

    def profile(self, text: str) -> Author:
        """GET /api/v1/accounts/lookup for whom the server knows; for others it asks theirs, by the search."""
        whom = self.parse_handle(text)
        if whom.handle:
            try:
                # A page's address names the server's web host, which need not be the one in its handles.
                return self.run(self._lookup(whom.handle.removesuffix(f"@{self.server.host}")))
            except NotFound:
                if self.credentials is None:
                    raise
        return self.run(self._search(whom.handle or whom.external_id))

    def profile_call(self, text: str) -> Call[Author]:
        """GET /api/v2/search with `resolve`, which also finds people new to this server; as nobody, lookup."""
        whom = self.parse_handle(text)
        wanted = whom.handle or whom.external_id
        return self._search(wanted) if self.credentials else self._lookup(wanted)

    def profiles_by_ids(self, ids: Sequence[str]) -> Profiles:
        """GET /api/v1/accounts/:id of those whose id here we know, else the search."""
        known = {uri: _local_ids.get((self.server.base, uri)) for uri in ids}
        return self._people({uri: self._by_id(here) if here else self._search(uri) for uri, here in known.items()})

    def profiles_by_handles(self, handles: Sequence[str]) -> Profiles:
        """GET /api/v1/accounts/lookup; those that the server has not met are looked for by the search."""
        met = self._people({one: self._lookup(one) for one in handles})
        far = self._people({one.external_id: self._search(one.external_id) for one in met.missing})
        return Profiles(authors=(*met.authors, *far.authors), missing=far.missing)

    def _people(self, calls: Mapping[str, Call[Author]]) -> Profiles:
        authors, missing = one_by_one(self.transport, calls)
        return Profiles(authors=authors, missing=missing)

    def _person(self, path: str, endpoint: str, params: Sequence[tuple[str, str]] = ()) -> Call[Author]:
        return self.server.call("GET", path, endpoint, lambda answer: self._shown(answer.body), params=params)

    def _by_id(self, local_id: str) -> Call[Author]:
        return self._person(f"/api/v1/accounts/{local_id}", "accounts")

    def _lookup(self, handle: str) -> Call[Author]:
        return self._person("/api/v1/accounts/lookup", "accounts/lookup", [("acct", handle)])

    def _search(self, wanted: str) -> Call[Author]:
        params = [("q", wanted), ("resolve", "true"), ("type", "accounts"), ("limit", "5")]

        def find(answer: Response) -> Author:
            for raw in read(answer.body, MSearch).accounts or ():
                one = self._author(raw)
                if wanted.lower() in {one.handle.lower(), one.external_id.lower(), one.url.lower()}:
                    return self._shown(raw)
            raise NotFound(code="unknown")

        return self.server.call("GET", "/api/v2/search", "search", find, params=params)

    def _author(self, raw: bytes | msgspec.Raw) -> Author:
        one = self.reader().author(raw)
        self.learn({read(raw, MAccount).id: one.external_id})
        return one

    def _shown(self, raw: bytes | msgspec.Raw) -> Author:
        if read(raw, MAccount).suspended:  # shown without name, text and numbers
            raise NotFound(code="suspended")
        return self._author(raw)

    def learn(self, uris: Mapping[str, str]) -> None:
        """Remember the URIs of this server's ids."""
        if len(_local_ids) > 50_000:
            _local_ids.clear()
        _local_ids.update({(self.server.base, uri): local for local, uri in uris.items()})

    def local_id(self, uri: str) -> str:
        """This server's id of a person. Asks the server where neither the URI nor an answer before told it."""
        tail = uri.removeprefix(f"{self.server.base}/ap/users/")
        if tail.isdigit():
            return tail
        key = (self.server.base, uri)
        if key not in _local_ids:
            self.run(self.me_call() if uri == self.own_id else self._search(uri))
        if key not in _local_ids:
            raise NotFound(code="unknown")
        return _local_ids[key]

    @classmethod
    def parse_handle(cls, text: str) -> Whom:
        """@name@server, or an address."""
        return rules.parse_handle(text)

    def profile_url(self, handle: str) -> str:
        """A person's page, on our own server; as nobody, on theirs."""
        host = handle.partition("@")[2]
        return f"{self.server.base or f'https://{host}'}/@{self._acct(handle)}"

    def post_url(self, handle: str, external_id: str) -> str:
        """A post's page on the server that told us of it, where one can answer it."""
        local_id, _, host = external_id.partition("@")
        return f"{self.server.base or f'https://{host}'}/@{self._acct(handle)}/{local_id}"

    def _acct(self, handle: str) -> str:
        return handle.removesuffix(f"@{self.domain}")
