"""Connections for requests that go to the checked address, tell when something was sent, and end at the deadline."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any, ClassVar

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from .guard import Guard

_now = threading.local()


class Watch:
    """Watches one request of this thread: `sent` once bytes left, `expired` once the total time was over."""

    def __init__(self, seconds: float) -> None:
        self.sent = self.expired = False
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(max(seconds, 0.001), self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Watch:
        _now.watch = self
        self._timer.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._timer.cancel()
        _now.watch = None

    def sending(self, sock: socket.socket | None) -> None:
        """The connection is about to send on this socket."""
        self.sent, self._sock = True, sock

    def _expire(self) -> None:
        # A read timeout counts from the last byte, so a server that drips bytes never meets it.
        self.expired = True
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)


class _Pinned:
    """What both kinds of connection share."""

    guard: ClassVar[Guard]

    def _new_conn(self: Any) -> socket.socket:
        error: OSError | None = None
        for _family, address in self.guard.addresses(self._dns_host, self.port):
            try:
                # With an address, this resolves nothing anew: what was checked is what is called.
                return socket.create_connection((address, self.port), self.timeout)
            except OSError as caught:
                error = caught
        raise error or OSError("The host has no address.")

    def send(self: Any, data: Any) -> None:
        if self.sock is None:
            self.connect()
        watch: Watch | None = getattr(_now, "watch", None)
        if watch is not None:
            watch.sending(self.sock)
        super().send(data)  # type: ignore[misc]


class PinnedAdapter(HTTPAdapter):
    """Sends requests through the guard; its pool may be used by many threads."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        super().__init__(pool_connections=8, pool_maxsize=32, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make pools whose connections are pinned."""
        super().init_poolmanager(*args, **kwargs)
        pools: dict[str, Any] = {"http": _pool(HTTPConnectionPool, HTTPConnection, self._guard)}
        pools["https"] = _pool(HTTPSConnectionPool, HTTPSConnection, self._guard)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = pools


def _pool(pool: type[Any], connection: type[Any], guard: Guard) -> type[Any]:
    pinned = type(f"Pinned{connection.__name__}", (_Pinned, connection), {"guard": guard})
    return type(f"Pinned{pool.__name__}", (pool,), {"ConnectionCls": pinned})
