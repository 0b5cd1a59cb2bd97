"""No server of ours can be talked into calling its own neighbours: 0 connections at the canaries, in every form."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from socialcrm.networks.base import Call, NetworkError, Request
from socialcrm.networks.guard import Guard, Refused, is_public
from socialcrm.networks.transport import Bearer, Transport

from .local_server import RawServer, says

LOOPBACK = [
    *("127.0.0.1", "127.1", "127.0.1", "127.0.0.2", "127.255.255.254", "0x7f.0.0.1", "0x7f000001", "017700000001"),
    *("0177.0.0.1", "0177.0.0.01", "2130706433", "0x7f.1", "0", "0.0.0.0", "localhost", "LOCALHOST", "localhost."),
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::1%25lo]"),
    *("[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[64:ff9b:1::7f00:1]"),
    *("[2001:0:7f00:1:0:0:80ff:fffe]", "127。0。0。1", "１２７.0.0.1", "①②⑦.0.0.1", "127.0.0.1."),
]
ELSEWHERE = [
    *("169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.1"),
    *("192.168.1.1", "192.168.0.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "[ff02::1]"),
    *("255.255.255.255", "[fc00::1]", "[fec0::1]", "[::ffff:169.254.169.254]", "[::ffff:10.0.0.1]", "192.0.2.1"),
    *("[2001:db8::1]", "192.88.99.1", "0xa9fea9fe", "2852039166", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]"),
]
WHOLE = [
    *("file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/", "dict://127.0.0.1:6379/info"),
    *("http://user@127.0.0.1/", "http://public.example@127.0.0.1/", "http://127.0.0.1\\@public.example/"),
    *("http://127.0.0.1#@public.example/", "http://public.example:6379/", "http://public.example:5432/"),
    *(
        "http://public.example\t@127.0.0.1/",
        "http:///127.0.0.1/",
        "//127.0.0.1/",
        "http://[::1",
        "http://127.0.0.1:99999/",
    ),
    *("http://public.example:22/", "jar:http://127.0.0.1!/", "http://\x00127.0.0.1/", "http:// 127.0.0.1/", ""),
]


@pytest.fixture(scope="module")
def canaries() -> Iterator[list[RawServer]]:
    """Listeners where nobody may ever come, on IPv4 and IPv6."""
    first = RawServer(says(200, b"secret"), "0.0.0.0")
    second = RawServer(says(200, b"secret"), "::1", 0)
    yield [first, second]
    first.__exit__()
    second.__exit__()


def attempts(url: str) -> list[object]:
    """What both doors make of an address."""
    transport = Transport({"connect_seconds": 0.3, "read_seconds": 0.3, "total_seconds": 1})
    call = Call(Request("GET", url, "test"), lambda response: response)
    results: list[object] = []
    for door in (transport.run, lambda call: transport.run_many([call])[0]):
        try:
            results.append(door(call))
        except NetworkError as error:
            results.append(error)
    transport.close()
    return results


def test_there_are_enough_forms() -> None:
    assert len({*LOOPBACK, *ELSEWHERE, *WHOLE}) >= 75


@pytest.mark.parametrize("host", LOOPBACK)
def test_no_form_of_loopback_is_called(host: str, canaries: list[RawServer], monkeypatch: Any) -> None:
    # The canaries' own ports are let through by the port rule here, so that only the address stands in the way.
    ports = {80, 443, *(canary.port for canary in canaries)}
    monkeypatch.setattr("socialcrm.networks.guard.PORTS", ports)
    for canary in canaries:
        for result in attempts(f"http://{host}:{canary.port}/"):
            assert isinstance(result, NetworkError)
        assert canary.connections == 0


@pytest.mark.parametrize("host", ELSEWHERE)
def test_no_private_or_special_address_is_called(host: str) -> None:
    for result in attempts(f"http://{host}/"):
        assert isinstance(result, Refused) or "could not be reached" in str(result)


@pytest.mark.parametrize("url", WHOLE)
def test_no_odd_address_is_called(url: str) -> None:
    for result in attempts(url):
        assert isinstance(result, Refused)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::8.8.8.8"])
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)


def public_names(names: dict[str, list[str]]) -> Any:
    """A resolver that knows these names; each look takes the next answer of a name."""

    def resolve(host: str, port: int, **more: Any) -> Any:
        answers = names[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    return resolve


def door(transport: Transport, call: Call[Any], many: bool) -> Any:
    """One call, by either door, errors returned."""
    if many:
        return transport.run_many([call])[0]
    try:
        return transport.run(call)
    except NetworkError as error:
        return error


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_name_that_points_inside_is_refused(many: bool, canaries: list[RawServer], monkeypatch: Any) -> None:
    monkeypatch.setattr("socialcrm.networks.guard.PORTS", {canaries[0].port})
    transport = Transport({}, Guard((), public_names({"localtest.example": ["127.0.0.1"]})))
    call = Call(Request("GET", f"http://localtest.example:{canaries[0].port}/", "test"), bool)
    assert isinstance(door(transport, call, many), Refused)
    assert canaries[0].connections == 0


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_name_that_changes_its_mind_is_called_at_the_address_that_was_checked(many: bool, monkeypatch: Any) -> None:
    with RawServer(says(200, b"inside")) as inside:
        monkeypatch.setattr("socialcrm.networks.guard.PORTS", {inside.port})
        # The first look says a public address (where nothing listens), every later one says inside.
        names = {"rebind.example": ["203.0.113.7", "127.0.0.1"]}
        monkeypatch.setattr("socialcrm.networks.guard.is_public", lambda address: address == "203.0.113.7")
        transport = Transport({"connect_seconds": 0.3}, Guard((), public_names(names)))
        call = Call(Request("GET", f"http://rebind.example:{inside.port}/", "test"), bool)
        assert isinstance(door(transport, call, many), NetworkError)
        assert inside.connections == 0


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_redirect_inside_is_refused_even_to_hosts_of_our_own(many: bool) -> None:
    with RawServer(says(200, b"secret")) as inside, RawServer(says(302, b"", location=inside.url)) as outside:
        # outside.example stands for a public site; 127.0.0.1 is listed for the sandbox.
        hosts = [f"outside.example:{outside.port}", "127.0.0.1"]
        guard = Guard(hosts, public_names({"outside.example": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]}))
        transport = Transport({"private_hosts": hosts}, guard)
        call = Call(Request("GET", f"http://outside.example:{outside.port}/", "test"), bool)
        assert isinstance(door(transport, call, many), Refused)
        assert (outside.connections, inside.connections) == (1, 0)
        transport.close()


@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_listed_host_is_called(many: bool) -> None:
    with RawServer(says(200, b"{}")) as there:
        transport = Transport({"private_hosts": [f"127.0.0.1:{there.port}"]})
        call = Call(Request("GET", there.url, "test"), lambda response: response.status, Bearer("a"))
        assert door(transport, call, many) == 200
        transport.close()


def test_credentials_are_not_sent_over_plain_http_to_the_world() -> None:
    guard = Guard((), public_names({"public.example": ["93.184.216.34"]}))
    with pytest.raises(Refused):
        guard.check_url("http://public.example/", secret=True)
    guard.check_url("https://public.example/", secret=True)
    guard.check_url("http://public.example/", secret=False)
