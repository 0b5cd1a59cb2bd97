"""Networks of many servers: the address of one as people type it, and which names and ids are that server's to give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .guard import Guard


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
