"""A tiny raw server for the transport's tests: it says exactly the bytes that a test wants, and counts who came."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable

Talk = Callable[[socket.socket, bytes], None]


class RawServer:
    """Listens on 127.0.0.1 (or another address) and answers every connection with `talk(connection, request)`."""

    def __init__(self, talk: Talk | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        self.talk, self.requests = talk, list[bytes]()
        self.connections = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((host, port))
        self.listener.listen(64)
        self.host, self.port = host, self.listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self._main = threading.Thread(target=self._accept, daemon=True)
        self._main.start()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _peer = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.settimeout(5)
                request = read_request(connection)
                self.requests.append(request)
                if self.talk is not None:
                    self.talk(connection, request)
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def __enter__(self) -> RawServer:
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self._main.join(5)
        for thread in self._threads:
            thread.join(5)


class TlsServer(RawServer):
    """The same behind TLS."""

    def __init__(self, context: ssl.SSLContext, talk: Talk) -> None:
        self.context = context
        super().__init__(talk)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with connection:
            try:
                with self.context.wrap_socket(connection, server_side=True) as wrapped:
                    super()._serve(wrapped)
            except OSError:
                return


def read_request(connection: socket.socket) -> bytes:
    """Head and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def says(status: int = 200, body: bytes = b"{}", **headers: str) -> Talk:
    """Answer with a status, a body and headers (underscores are hyphens)."""
    named = {"content-length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in named.items() if value)

    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head.encode() + b"connection: close\r\n\r\n" + body)

    return talk


def hangs_up(connection: socket.socket, request: bytes) -> None:
    """Take the request and say nothing."""


def drips(head: bytes, seconds: float) -> Talk:
    """Say one byte every 50 ms."""

    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(head)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            connection.sendall(b"a")
            time.sleep(0.05)

    return talk
