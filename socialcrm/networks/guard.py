"""The SSRF guard: which addresses our servers may call. Each hop is resolved, checked, called as checked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .border import Rejected
from .border import gettext_noop as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[..., Sequence[tuple[Any, Any, Any, str, Any]]]

PORTS = {80, 443}
# Prefixes of IPv6 whose last 32 bits are an IPv4 address: NAT64 (RFC 6052, 8215) and IPv4-compatible (RFC 4291).
CARRIERS = tuple(ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96"))
# Not "private" to Python 3.11, yet never a public web server: 6to4 relays, documentation, site-local.
ODD = tuple(ipaddress.ip_network(net) for net in ("192.88.99.0/24", "3fff::/20", "5f00::/16", "fec0::/10"))


class Refused(Rejected):
    """The address is not one that we call. Nothing was sent."""


def embedded(address: Address) -> Iterable[Address]:
    """The address and every IPv4 address that hides in it."""
    yield address
    if isinstance(address, ipaddress.IPv6Address):
        hidden = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in net for net in CARRIERS):
            hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        yield from (one for one in hidden if one is not None)


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet."""
    address = ipaddress.ip_address(text.partition("%")[0])
    return all(_is_public(one) for one in embedded(address))


def _is_public(one: Address) -> bool:
    odd = one.is_multicast or one.is_reserved or one.is_unspecified or any(one in net for net in ODD)
    # 64:ff9b::/96 counts as reserved or not by Python's version: what it carries is judged on its own.
    carried = isinstance(one, ipaddress.IPv6Address) and (one in CARRIERS[0] or one.ipv4_mapped is not None)
    return carried or (one.is_global and not odd)


class Guard:
    """Judges addresses. `private_hosts` ("host" or "host:port") are let through, as is plain http to them."""

    def __init__(self, private_hosts: Iterable[str] = (), resolve: Resolve = socket.getaddrinfo) -> None:
        self.private_hosts = frozenset(host.lower() for host in private_hosts)
        self.resolve = resolve

    def is_listed(self, host: str, port: int) -> bool:
        """Whether the site itself listed this host as its own."""
        host = host.lower().strip("[]")
        return bool({host, f"{host}:{port}", f"[{host}]:{port}"} & self.private_hosts)

    def check_url(self, url: str, secret: bool) -> SplitResult:
        """Read a URL strictly. `secret`: the request carries credentials. Raises Refused."""
        if not url.isascii() or any(ord(char) < 33 or char == "\\" or ord(char) == 127 for char in url):
            raise Refused(_("The address has characters that do not belong in an address."))
        try:
            parts = urlsplit(url)
            port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
        except ValueError:
            raise Refused(_("The address cannot be read.")) from None
        self._check_parts(parts, port, secret)
        return parts

    def _check_parts(self, parts: SplitResult, port: int, secret: bool) -> None:
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise Refused(_("Only plain web addresses are called."))
        if self.is_listed(parts.hostname, port):
            return
        if port not in PORTS:
            raise Refused(_("Only the web's own ports are called."))
        if secret and parts.scheme != "https":
            raise Refused(_("Credentials are only sent over https."))
        self._check_literal(parts.hostname)

    @staticmethod
    def _check_literal(host: str) -> None:
        try:
            public = is_public(host)
        except ValueError:
            return  # a name: judged when it is resolved
        if not public:
            raise Refused(_("The address is not on the public internet."))

    def addresses(self, host: str, port: int) -> list[tuple[int, str]]:
        """(family, address) of a host, all of them public or listed. Raises OSError, Refused."""
        try:
            found = self.resolve(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise OSError("The host's name cannot be read.") from None
        pairs = list(dict.fromkeys((family, str(where[0])) for family, _kind, _proto, _name, where in found))
        if not self.is_listed(host, port) and not all(is_public(address) for _family, address in pairs):
            raise Refused(_("The address is not on the public internet."))
        if not pairs:
            raise OSError("The host has no address.")
        return pairs
