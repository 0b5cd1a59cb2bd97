"""Which names a server may give its people, and what of an address counts: nobody is what they only claim to be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from socialcrm.networks.base import Response, Unreachable
from socialcrm.networks.servers import domain_of, host_of, is_under
from tests.networks.mastodon.test_hostile_server import answering, at


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://Town.example/users/a", "town.example"),
        ("http://127.0.0.1:9000/mastodon", "127.0.0.1:9000"),
        ("https://town.example@evil.example/", ""),
        ("https://town.example\\@evil.example/", ""),
        ("ftp://town.example/", ""),
        ("javascript:alert(1)", ""),
        ("https://[::1", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_has_one_host_or_none(address: str | None, host: str) -> None:
    assert host_of(address) == host


def test_a_domain_names_people_of_servers_at_it_and_below_it() -> None:
    assert is_under("town.example", "town.example") and is_under("social.town.example", "town.example")
    for host in ("example", "nottown.example", "town.example.evil.example"):
        assert not is_under(host, "town.example")
    assert not is_under("social.example", "example") and not is_under("town.example", "")


class Finger:
    """Stands for the transport: what WebFinger says at the domain."""

    def __init__(self, links: Any) -> None:
        self.links, self.asked = links, list[str]()

    def run(self, call: Any) -> Any:
        self.asked.append(call.request.url)
        if self.links is None:
            raise Unreachable
        return call.parse(Response(200, {}, msgspec.json.encode({"links": self.links})))


@pytest.mark.parametrize(
    ("claimed", "links", "domain"),
    [
        ("social.example", [], "social.example"),
        ("example.net", [{"rel": "self", "href": "https://social.example/users/acme"}], "example.net"),
        ("example.net", [{"rel": "self", "href": "https://other.example/users/acme"}], "social.example"),
        ("example.net", [{"rel": "me", "href": "https://social.example/users/acme"}], "social.example"),
        ("example.net", None, "social.example"),
        ("example.net/x?y", [{"rel": "self", "href": "https://social.example/users/acme"}], "social.example"),
        ("", [], "social.example"),
    ],
)
def test_a_domain_is_believed_where_it_says_so_itself(claimed: str, links: Any, domain: str) -> None:
    finger = Finger(links)
    told: Any = finger
    assert domain_of(claimed, "https://social.example", "acme", {}, told) == domain
    assert finger.asked in ([], ["https://example.net/.well-known/webfinger?resource=acct%3Aacme%40example.net"])


def test_a_server_that_the_site_listed_is_believed(settings: Any) -> None:
    with answering({"domain": "town.example", "configuration": {}}) as told:
        assert at(told).server_facts()["domain"] == "town.example"
