"""Networks of many servers: the address of one as people type it, and which names and ids are that server's to give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from .border import Call, NetworkError, Request, Response
from .guard import Guard
from .reading import read
from .transport import Transport


class Finger(msgspec.Struct):
    """What WebFinger (RFC 7033) says of a name."""

    links: list[dict[str, Any]] = []


def host_of(address: str | None) -> str:
    """Host and port of a web address in small letters; "" where it is none, or has anything else before its path."""
    try:
        parts = urlsplit((address or "").strip())
        host = parts.netloc.lower() if parts.scheme in {"http", "https"} and parts.hostname else ""
    except ValueError:
        return ""
    return "" if "@" in host or "\\" in host else host


def is_under(host: str, domain: str) -> bool:
    """Whether a server at this host may name its people after the domain: it is its own, or lies below it."""
    return host == domain or ("." in domain and host.endswith(f".{domain}"))


def is_listed(address: str, options: Mapping[str, Any]) -> bool:
    """Whether the site itself listed the host of an address as its own."""
    try:
        parts = urlsplit(address)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return False
    return Guard(options.get("private_hosts", ())).is_listed((parts.hostname or "").lower(), port)


def server_address(text: str, options: Mapping[str, Any]) -> str:
    """The server in "mastodon.example", "@acme@mastodon.example" or a page's address there; "" where there is none.

    Only a host that the site listed as its own keeps path and http.
    """
    bare = text.strip().rstrip("/")
    url = bare if "://" in bare else f"https://{bare.rpartition('@')[2]}"
    host = host_of(url)
    if not host:
        return ""
    if is_listed(url, options):
        return f"{urlsplit(url).scheme}://{host}{urlsplit(url).path}"
    return f"https://{host}" if "." in host and host.isascii() else ""


def domain_of(claimed: str, server: str, name: str, options: Mapping[str, Any], transport: Transport) -> str:
    """The domain in the names of a server's people: the one that it claims, where that is true, else its host.

    It is where the site listed the server as its own, where the server lies at or below that domain, and where the
    domain itself says (WebFinger) that this name leads to the server.
    """
    host, domain = host_of(server), claimed.strip().lower()[:255]
    if is_listed(server, options) or is_under(host, domain):
        return domain
    sane = bool(domain and name) and host_of(f"https://{domain}/") == domain
    return domain if sane and _leads_to(host, domain, name, transport) else host


def _leads_to(host: str, domain: str, name: str, transport: Transport) -> bool:
    query = urlencode({"resource": f"acct:{name}@{domain}"})
    request = Request("GET", f"https://{domain}/.well-known/webfinger?{query}", "webfinger")

    def parse(response: Response) -> bool:
        links = read(response.body, Finger).links
        return any(one.get("rel") == "self" and host_of(str(one.get("href"))) == host for one in links)

    try:
        return transport.run(Call(request, parse))
    except NetworkError:
        return False
