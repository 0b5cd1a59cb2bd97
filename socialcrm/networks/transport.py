"""The one HTTP transport: timeouts, size caps, the SSRF guard, and errors that tell a lost write from a lost read.

`run` carries out one Call with requests, `run_many` hundreds at once with aiohttp; both keep the same promises.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urljoin

import requests
import urllib3
from requests.auth import AuthBase

from .border import Call, NetworkError, OutcomeUnknown, Request, Response, Unreachable
from .border import gettext_noop as _
from .guard import Guard, Refused
from .pinned import PinnedAdapter, Watch

T = TypeVar("T")

BASE_HEADERS = {"User-Agent": "socialcrm", "Accept": "application/json", "Accept-Encoding": "gzip"}
MAX_BYTES = 8 * 1024 * 1024
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 30.0
HOPS = 3
MOVED = {301, 302, 303, 307, 308}


class Bearer(AuthBase):
    """An OAuth 2.0 access token in the header. Its repr shows nothing."""

    def __init__(self, token: str) -> None:
        self.header = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self.header
        return request


def lost(request: Request, why: str, sent: bool = True) -> NetworkError:
    """The error of a call without a readable answer: a write that may have arrived is OutcomeUnknown."""
    if request.writes and sent:
        return OutcomeUnknown(why, code="no_answer")
    return Unreachable(why, code="no_answer")


def is_secret(call: Call[Any]) -> bool:
    """Whether the request carries credentials, so that it must not follow redirects or go over plain http."""
    request = call.request
    named = any(name.lower() in {"authorization", "cookie"} for name in request.headers)
    return call.auth is not None or named or request.data is not None or request.method != "GET"


def is_worth_another(call: Call[Any], response: Response) -> bool:
    """Whether what signs the call learnt from a refusal how to sign it better. Only a refusal: nothing was done."""
    learns = getattr(call.auth, "learns", None)
    return response.status == 401 and learns is not None and bool(learns(response))


def next_hop(call: Call[Any], url: str, response: Response, hops: int) -> str:
    """The address of a redirect that we may follow, or "". Raises when it is one redirect too many."""
    if response.status not in MOVED:
        return ""
    if is_secret(call):
        raise lost(call.request, _("The network sent the call elsewhere, which is not followed with credentials."))
    if hops >= HOPS or not response.headers.get("location"):
        raise lost(call.request, _("The address leads round in circles."))
    return urljoin(url, response.headers["location"])


class Transport:
    """Carries Calls out. Options: private_hosts, connect_seconds, read_seconds, total_seconds, max_bytes."""

    def __init__(self, options: Mapping[str, Any], guard: Guard | None = None) -> None:
        self.guard = guard or Guard(options.get("private_hosts", ()))
        self.hop_guard = Guard((), self.guard.resolve)
        self.connect_seconds = float(options.get("connect_seconds", CONNECT_SECONDS))
        self.read_seconds = float(options.get("read_seconds", READ_SECONDS))
        self.total_seconds = float(options.get("total_seconds", TOTAL_SECONDS))
        self.max_bytes = int(options.get("max_bytes", MAX_BYTES))
        self._adapters: dict[Guard, PinnedAdapter] = {}

    def run(self, call: Call[T]) -> T:
        """Carry one call out and read its answer. Raises a NetworkError."""
        return call.parse(self.fetch(call))

    def run_many(self, calls: Sequence[Call[T]], concurrency: int = 200) -> list[T | NetworkError]:
        """Carry many calls out at once; results stand in the order of the calls, errors among them.

        Answers are read (and `on_spent` told) in the calling thread, outside the event loop.
        """
        from .many import fetch_all  # aiohttp takes a while to import, and web workers never need it

        answers = fetch_all(self, calls, concurrency)
        results: list[T | NetworkError] = []
        for call, answer in zip(calls, answers, strict=True):
            result = _read(call, answer)
            results.append(result)
        return results

    def fetch(self, call: Call[Any]) -> Response:
        """The raw answer of one call, redirects of anonymous reads followed."""
        deadline = time.monotonic() + self.total_seconds
        response = self._follow(call, deadline)
        return self._follow(call, deadline) if is_worth_another(call, response) else response

    def _follow(self, call: Call[Any], deadline: float) -> Response:
        url, hops = call.request.url, 0
        while True:
            self.guard_of(call.request.url, url).check_url(url, is_secret(call))
            response = self._once(call, url, deadline)
            target = next_hop(call, url, response, hops)
            if not target:
                return response
            url, hops = target, hops + 1

    def guard_of(self, first: str, url: str) -> Guard:
        """A redirect may not lead into the hosts that the site listed for itself, unless it stays where it was."""
        return self.guard if origin(first) == origin(url) else self.hop_guard

    def _once(self, call: Call[Any], url: str, deadline: float) -> Response:
        request, started = call.request, time.monotonic()
        prepared = prepare(call, url)
        adapter = self._adapter(self.guard_of(call.request.url, url))
        with Watch(deadline - started) as watch:
            try:
                # The adapter itself, not a Session: that would read the body of a redirect whole, and keep cookies.
                answer = adapter.send(
                    prepared, stream=True, timeout=(self.connect_seconds, self.read_seconds), verify=True
                )
                wire = self._body(answer, deadline)
                if watch.expired:
                    raise ReadError(_("The answer took too long."))
                body = inflate(wire, answer.headers.get("content-encoding", ""), self.max_bytes)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError, ReadError) as error:
                # No `from error`: its text may hold the address with what was in it.
                raise lost(request, _why(error, watch), watch.sent) from None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status_code, headers, body, time.monotonic() - started)

    def close(self) -> None:
        """Close the connections that were kept."""
        while self._adapters:
            self._adapters.popitem()[1].close()

    def _adapter(self, guard: Guard) -> PinnedAdapter:
        if guard not in self._adapters:
            self._adapters[guard] = PinnedAdapter(guard)
        return self._adapters[guard]

    def _body(self, answer: requests.Response, deadline: float) -> bytes:
        """The body in pieces as they come, so that neither a flood nor a drip gets further than the caps."""
        chunks, size = [], 0
        try:
            while chunk := answer.raw.read1(65536, decode_content=False):
                chunks.append(chunk)
                size += len(chunk)
                if size > self.max_bytes:
                    raise ReadError(_("The answer is too large."))
                if time.monotonic() > deadline:
                    raise ReadError(_("The answer took too long."))
            told = answer.headers.get("content-length", "")
            if told.isdigit() and int(told) != size and answer.request.method != "HEAD":
                raise ReadError(_("The answer was cut short."))
            answer.raw.release_conn()
        except BaseException:
            answer.raw.close()
            raise
        return b"".join(chunks)


class ReadError(Exception):
    """The body of an answer passed a cap."""


def inflate(body: bytes, encoding: str, cap: int) -> bytes:
    """The body without its compression, of which only gzip and deflate are asked for. Raises ReadError."""
    if encoding.lower() in {"", "identity"}:
        return body
    if encoding.lower() not in {"gzip", "x-gzip", "deflate"}:
        raise ReadError(_("The answer is packed in a way that was not asked for."))
    machine = zlib.decompressobj(47)  # 32 + 15: gzip or zlib, by its header
    try:
        text = machine.decompress(body, cap + 1)
    except zlib.error:
        raise ReadError(_("The answer cannot be unpacked.")) from None
    if len(text) > cap:
        raise ReadError(_("The answer is too large."))
    if not machine.eof:
        raise ReadError(_("The answer was cut short."))
    return text


def with_params(url: str, request: Request) -> str:
    """The address with the request's parameters; a redirect's address comes with its own."""
    if url != request.url or not request.params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(request.params, quote_via=quote)}"


def prepare(call: Call[Any], url: str) -> requests.PreparedRequest:
    """The signed request. Raises Refused for an address that makes no request."""
    request = call.request
    asked = requests.Request(
        request.method,
        with_params(url, request),
        headers={**BASE_HEADERS, **request.headers},
        data=request.data,
        json=request.json,
        auth=call.auth,
    )
    try:
        return asked.prepare()
    except (requests.RequestException, ValueError):
        raise Refused(_("The address cannot be read.")) from None


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    return "/".join(url.split("/", 3)[:3]).lower()


def _why(error: Exception, watch: Watch) -> str:
    if isinstance(error, ReadError):
        return str(error)
    if watch.expired or isinstance(error, requests.Timeout):
        return _("The network did not answer in time.")
    return _("The network could not be reached.") if not watch.sent else _("The connection to the network broke.")


def _read(call: Call[T], answer: Response | NetworkError) -> T | NetworkError:
    if isinstance(answer, NetworkError):
        return answer
    try:
        return call.parse(answer)
    except NetworkError as error:
        return error


_transports: dict[tuple[Any, ...], Transport] = {}
# A child of a fork must not share its parent's connections.
os.register_at_fork(after_in_child=_transports.clear)
_KEYS = ("connect_seconds", "read_seconds", "total_seconds", "max_bytes")


def transport_for(options: Mapping[str, Any]) -> Transport:
    """The transport of this process for these options, so that connections are kept and used again."""
    key = (tuple(options.get("private_hosts", ())), *(options.get(name) for name in _KEYS))
    if key not in _transports:
        _transports[key] = Transport(options)
    return _transports[key]
