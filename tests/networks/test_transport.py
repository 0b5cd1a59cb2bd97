"""The transport keeps its promises on real sockets, one call at a time and many at once."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from requests_oauthlib import OAuth1

from socialcrm.networks.base import Call, NetworkError, OutcomeUnknown, Request, Response, Unreachable
from socialcrm.networks.transport import Bearer, Transport, transport_for

from .local_server import RawServer, Talk, TlsServer, drips, hangs_up, says

OPTIONS: dict[str, Any] = {
    "private_hosts": ["127.0.0.1", "no-such-host.invalid"],
    "read_seconds": 1,
    "connect_seconds": 1,
    "total_seconds": 1.5,
}
OPTIONS["max_bytes"] = 200_000
SECRET = "canary-5f0e9c"
Run = Callable[..., Response]


@pytest.fixture(params=["one", "many"])
def run(request: pytest.FixtureRequest) -> Run:
    """Carry a call out, by either door."""
    transport = Transport(OPTIONS)

    def carry(url: str, method: str = "GET", auth: Any = None, **more: Any) -> Response:
        call = Call(Request(method, url, "test", **more), lambda response: response, auth)
        if request.param == "one":
            return transport.run(call)
        (result,) = transport.run_many([call])
        if isinstance(result, NetworkError):
            raise result
        return result

    return carry


@pytest.fixture
def server() -> Iterator[Callable[[Talk], RawServer]]:
    """Start servers that say what they are told to."""
    started: list[RawServer] = []

    def start(talk: Talk) -> RawServer:
        started.append(RawServer(talk))
        return started[-1]

    yield start
    for one in started:
        one.__exit__()


def test_an_answer_comes_whole_with_lower_case_headers(run: Run, server: Any) -> None:
    answer = run(server(says(201, b'{"a": 1}', X_Rate_Limit_Limit="75")).url)
    assert (answer.status, answer.body, answer.headers["x-rate-limit-limit"]) == (201, b'{"a": 1}', "75")


def test_parameters_json_and_forms_arrive(run: Run, server: Any) -> None:
    there = server(says())
    run(f"{there.url}/a", params={"q": "a b&c=d", "ids": "1,2"})
    run(f"{there.url}/b", "POST", json={"text": "é"}, writes=True)
    run(f"{there.url}/c", "POST", data={"code": "x/y"})
    first, second, third = there.requests
    assert b"GET /a?q=a%20b%26c%3Dd&ids=1" in first
    assert json.loads(second.partition(b"\r\n\r\n")[2]) == {"text": "é"}
    assert third.endswith(b"code=x%2Fy")


def test_calls_are_signed(run: Run, server: Any) -> None:
    there = server(says())
    run(there.url, auth=Bearer(SECRET))
    run(there.url, "POST", auth=OAuth1("key", SECRET, "token", SECRET), json={"text": "a"}, writes=True)
    assert f"Authorization: Bearer {SECRET}".encode() in there.requests[0]
    assert b'Authorization: OAuth oauth_nonce="' in there.requests[1]
    assert SECRET.encode() not in there.requests[1]


def test_gzip_is_unpacked(run: Run, server: Any) -> None:
    packed = gzip.compress(b'{"a": "' + b"b" * 5000 + b'"}')
    assert len(run(server(says(200, packed, content_encoding="gzip")).url).body) == 5009


def bomb(size: int = 50_000_000) -> bytes:
    """Much in little."""
    return gzip.compress(b"0" * size)


BROKEN: dict[str, Callable[[], Talk]] = {
    "hangs up": lambda: hangs_up,
    "cut short": lambda: says(200, b'{"a":', content_length="500"),
    "too large": lambda: says(200, b"a" * 300_000),
    "a bomb": lambda: says(200, bomb(), content_encoding="gzip"),
    "gzip cut short": lambda: says(200, gzip.compress(b"a" * 999)[:-9], content_encoding="gzip"),
    "not gzip at all": lambda: says(200, b"plain", content_encoding="gzip"),
    "an unknown packing": lambda: says(200, b"plain", content_encoding="br"),
    "a chunk cut short": lambda: says(200, b"5\r\nab", content_length="", transfer_encoding="chunked"),
    "no HTTP at all": lambda: lambda connection, _request: connection.sendall(b"220 smtp ready\r\n"),
    "endless headers": lambda: (
        lambda connection, _request: connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 40_000)
    ),
    "silence": lambda: lambda _connection, _request: time.sleep(1.3),
    "drips its body": lambda: drips(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", 20),
    "drips its headers": lambda: drips(b"HTTP/1.1 200 OK\r\nx-slow: ", 20),
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("writes", [False, True], ids=["read", "write"])
def test_a_broken_answer_to_a_read_is_unreachable_and_to_a_write_unknown(
    run: Run, server: Any, how: str, writes: bool
) -> None:
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown if writes else Unreachable):
        run(server(BROKEN[how]()).url, "POST" if writes else "GET", writes=writes)
    assert time.monotonic() - started < 15


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://no-such-host.invalid/"])
def test_a_write_that_never_left_is_unreachable(run: Run, url: str) -> None:
    with pytest.raises(Unreachable):
        run(url, "POST", writes=True)


def test_a_write_to_a_port_where_nobody_accepts_in_time_is_unreachable(run: Run) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        with pytest.raises(Unreachable):
            run(f"http://127.0.0.1:{full.getsockname()[1]}/", "POST", writes=True)
        for filler in fillers:
            filler.close()


def test_credentials_do_not_follow_a_redirect(run: Run, server: Any) -> None:
    target = server(says())
    there = server(says(302, b"", location=target.url))
    with pytest.raises(Unreachable):
        run(there.url, auth=Bearer(SECRET))
    assert target.connections == 0


def test_an_anonymous_read_follows_three_redirects_and_no_more(run: Run, server: Any) -> None:
    hops = {b"/a": b"/b", b"/b": b"/c", b"/c": b"/d", b"/0": b"/a"}

    def talk(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1]
        location = hops.get(path, b"").decode()
        says(302 if location else 200, path, location=location)(connection, request)

    there = server(talk)
    assert run(f"{there.url}/a").body == b"/d"
    with pytest.raises(Unreachable):
        run(f"{there.url}/0")


def test_cookies_are_neither_kept_nor_sent(run: Run, server: Any) -> None:
    there = server(says(200, b"{}", set_cookie="session=1; Path=/"))
    run(there.url)
    run(there.url)
    assert b"cookie" not in there.requests[1].lower()


def test_the_environment_has_no_say(run: Run, server: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    proxy, there = server(says(200, b"proxy")), server(says(200, b"there"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login a password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert run(there.url).body == b"there"
    assert b"authorization" not in there.requests[0].lower()


@pytest.mark.parametrize("how", ["hangs up", "cut short", "drips its headers"])
def test_no_secret_in_errors_or_logs(run: Run, server: Any, how: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NetworkError) as caught:
        url = f"{server(BROKEN[how]()).url}/?code={SECRET}"
        run(url, "POST", auth=Bearer(SECRET), data={"token": SECRET}, writes=True)
    error = caught.value
    assert SECRET not in f"{error!r} {error} {error.detail} {error.__cause__!r}"
    assert error.__cause__ is None
    assert error.__suppress_context__
    # urllib3 logs request lines at DEBUG: addresses hold no secret of ours, bodies and headers are never logged.
    assert f"Bearer {SECRET}" not in caplog.text
    assert f"token={SECRET}" not in caplog.text


def test_a_request_does_not_show_what_it_carries() -> None:
    request = Request("POST", "https://x.example", "e", data={"a": SECRET}, headers={"b": SECRET})
    assert SECRET not in f"{request!r} {Bearer(SECRET)!r} {Call(request, bool, Bearer(SECRET))!r}"


def test_connections_are_kept_and_used_again() -> None:
    def talk(connection: socket.socket, request: bytes) -> None:
        for _ in range(3):
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            connection.recv(65536)

    with RawServer(talk) as there:
        transport = Transport(OPTIONS)
        for _ in range(3):
            transport.run(Call(Request("GET", there.url, "test"), bool))
        assert there.connections == 1
        transport.close()


def test_a_connection_that_the_network_closed_is_not_used_again() -> None:
    def talk(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    with RawServer(talk) as there:
        transport = Transport(OPTIONS)
        for _ in range(3):
            call = Call(Request("POST", there.url, "test", writes=True), lambda response: response.status)
            assert transport.run(call) == 200
            time.sleep(0.05)
        assert there.connections == 3
        transport.close()


@pytest.fixture
def certificate(tmp_path: Any) -> Any:
    """A certificate that nobody vouches for, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "both.pem"
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(Encoding.PEM))
    return path


def test_a_certificate_that_nobody_vouches_for_gets_nothing(run: Run, certificate: Any) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    seen: list[bytes] = []

    def talk(connection: socket.socket, request: bytes) -> None:
        seen.append(request)

    with TlsServer(context, talk) as there:
        url = there.url.replace("http:", "https:")
        with pytest.raises(Unreachable):
            run(url, "POST", auth=Bearer(SECRET), writes=True)
    assert not [request for request in seen if request]


def test_many_calls_come_back_in_order_with_errors_among_them() -> None:
    def talk(connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ")[1]
        if path == b"/3":
            return
        says(200, path)(connection, request)

    with RawServer(talk) as there:
        calls = [Call(Request("GET", f"{there.url}/{n}", "test"), lambda response: response.body) for n in range(6)]
        results = Transport(OPTIONS).run_many(calls, concurrency=2)
    assert isinstance(results.pop(3), Unreachable)
    assert results == [b"/0", b"/1", b"/2", b"/4", b"/5"]


def test_one_process_has_one_transport_for_the_same_options() -> None:
    assert transport_for(OPTIONS) is transport_for(dict(OPTIONS))
    assert transport_for(OPTIONS) is not transport_for({})
