"""Hundreds of calls at once: asyncio and aiohttp in a private event loop, under the same rules as Transport.run."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from .border import Call, NetworkError, Response
from .border import gettext_noop as _
from .guard import Guard, Refused

if TYPE_CHECKING:
    from .transport import Transport

Answer = Response | NetworkError


class GuardedResolver(AbstractResolver):
    """Resolves names and lets only checked addresses through."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked addresses of a host."""
        pairs = await asyncio.get_running_loop().run_in_executor(None, self._guard.addresses, host, port)
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=found, proto=0, flags=int(socket.AI_NUMERICHOST)
            )
            for found, address in pairs
        ]

    async def close(self) -> None:
        """Nothing to close."""


def fetch_all(transport: Transport, calls: Sequence[Call[Any]], concurrency: int) -> list[Answer]:
    """The raw answers, in the order of the calls."""
    return asyncio.run(_fetch_all(transport, calls, concurrency))


async def _fetch_all(transport: Transport, calls: Sequence[Call[Any]], concurrency: int) -> list[Answer]:
    answers: dict[int, Answer] = {}
    work = iter(enumerate(calls))

    async with (
        _session(transport, transport.guard, concurrency) as own,
        _session(transport, transport.hop_guard, 20) as hop,
    ):
        runner = _Runner(transport, own, hop)

        async def worker() -> None:
            for index, call in work:
                answers[index] = await runner.fetch(call)

        await asyncio.gather(*(worker() for _ in range(min(concurrency, len(calls)))))
    return [answers[index] for index in range(len(calls))]


def _session(transport: Transport, guard: Guard, concurrency: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=concurrency, resolver=GuardedResolver(guard), ttl_dns_cache=60),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        timeout=aiohttp.ClientTimeout(
            total=transport.total_seconds, sock_connect=transport.connect_seconds, sock_read=transport.read_seconds
        ),
    )


class _Runner:
    """Carries one call out, redirects of anonymous reads followed."""

    def __init__(self, transport: Transport, own: aiohttp.ClientSession, hop: aiohttp.ClientSession) -> None:
        self.transport, self.own, self.hop = transport, own, hop

    async def fetch(self, call: Call[Any]) -> Answer:
        from .transport import is_worth_another

        try:
            response = await self._follow(call)
            return await self._follow(call) if is_worth_another(call, response) else response
        except NetworkError as error:
            return error

    async def _follow(self, call: Call[Any]) -> Response:
        from .transport import is_secret, next_hop

        url, hops = call.request.url, 0
        while True:
            guard = self.transport.guard_of(call.request.url, url)
            guard.check_url(url, is_secret(call))
            response = await self._once(call, url, self.own if guard is self.transport.guard else self.hop)
            target = next_hop(call, url, response, hops)
            if not target:
                return response
            url, hops = target, hops + 1

    async def _once(self, call: Call[Any], url: str, session: aiohttp.ClientSession) -> Response:
        from .transport import ReadError, inflate, lost

        started = time.monotonic()
        method, url, headers, data = signed(call, url)
        try:
            async with session.request(
                method, URL(url, encoded=True), headers=headers, data=data, allow_redirects=False
            ) as answer:
                wire = await self._body(answer)
                named = {name.lower(): value for name, value in answer.headers.items()}
                body = inflate(wire, named.get("content-encoding", ""), self.transport.max_bytes)
                return Response(answer.status, named, body, time.monotonic() - started)
        except ReadError as error:
            raise lost(call.request, str(error)) from None
        except TimeoutError as error:
            sent = not isinstance(error, aiohttp.ConnectionTimeoutError)
            raise lost(call.request, _("The network did not answer in time."), sent) from None
        except aiohttp.ClientConnectorError:
            raise lost(call.request, _("The network could not be reached."), sent=False) from None
        except aiohttp.InvalidURL:
            raise Refused(_("The address cannot be read.")) from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise lost(call.request, _("The connection to the network broke.")) from None

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        from .transport import ReadError

        chunks, size = [], 0
        async for chunk in answer.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size > self.transport.max_bytes:
                raise ReadError(_("The answer is too large."))
        return b"".join(chunks)


def signed(call: Call[Any], url: str) -> tuple[str, str, dict[str, str], bytes | str | None]:
    """Method, address, headers and body of a call, signed; the quick way for bearer tokens."""
    from .transport import BASE_HEADERS, Bearer, prepare, with_params

    request = call.request
    if (call.auth is None or isinstance(call.auth, Bearer)) and request.json is None and request.data is None:
        headers = {**BASE_HEADERS, **request.headers}
        if call.auth is not None:
            headers["Authorization"] = call.auth.header
        return request.method, with_params(url, request), headers, None
    prepared = prepare(call, url)
    # OAuth1 leaves bytes among the headers.
    headers = {_text(name): _text(value) for name, value in prepared.headers.items()}
    return request.method, prepared.url or url, headers, prepared.body


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
