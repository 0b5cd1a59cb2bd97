"""What we know of contacts and of profiles, in the form in which they are compared."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from socialcrm.contacts import ContactAdapter, get_adapter
from socialcrm.networks import networks
from socialcrm.networks.base import Network, Whom

from .names import blocking_keys, fold, handle_patterns, plain_name

# Bounded: of a text without end that holds no address, each start is given up soon.
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,9}")
# Places where many people have a page: the same address there proves something, the same site does not.
_SHARED = """
linktr.ee facebook.com instagram.com linkedin.com youtube.com youtu.be medium.com github.com t.me twitter.com x.com
bsky.app threads.net tiktok.com pinterest.com google.com wikipedia.org substack.com wordpress.com blogspot.com
tumblr.com about.me bit.ly t.co
"""
SHARED_SITES = frozenset(_SHARED.split())


@dataclass(slots=True)
class Known:
    """A contact as matching sees it."""

    pk: Any
    name: str
    emails: frozenset[str]
    sites: frozenset[str]
    company: str
    city: str
    addresses: dict[str, dict[str, str]]  # network -> handle (lower case) or "id:..." -> the address as written
    job: str = ""


@dataclass(slots=True)
class Index:
    """All contacts, found by word of the name, by handle pattern, by site, by e-mail and by address on a network."""

    contacts: list[Known]
    by_word: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_pattern: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_site: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_email: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_address: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    names: Counter[str] = field(default_factory=Counter)

    def add(self, place: int, known: Known) -> None:
        """Enter one contact."""
        self.names[plain_name(known.name)] += 1
        for word in blocking_keys([known.name]):
            self.by_word[word].append(place)
        for pattern in handle_patterns(known.name):
            self.by_pattern[pattern].append(place)
        for site in known.sites:
            self.by_site[site].append(place)
        for email in known.emails:
            self.by_email[email].append(place)
        for network, addresses in known.addresses.items():
            for key in addresses:
                self.by_address[network, key].append(place)


def index_of(contacts: Iterable[Known]) -> Index:
    """The index of these contacts."""
    index = Index(list(contacts))
    for place, known in enumerate(index.contacts):
        index.add(place, known)
    return index


def known_contacts(pks: Iterable[Any] | None = None) -> list[Known]:
    """Contacts of the host (these, or all of them) as matching sees them; a fixed number of queries."""
    adapter = get_adapter()
    rows = adapter.for_matching()
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    classes = [cls for cls in networks().values() if cls.may_link_contacts]
    return [known(adapter, contact, classes) for contact in rows]


def known(adapter: ContactAdapter, contact: Any, classes: list[type[Network]]) -> Known:
    """One contact as matching sees it."""
    sites = adapter.websites(contact)
    return Known(
        pk=contact.pk,
        name=adapter.name(contact),
        emails=frozenset(email.strip().lower() for email in adapter.emails(contact)),
        sites=frozenset(filter(None, (site_of(url) for url in sites))),
        company=adapter.company(contact),
        city=adapter.city(contact),
        addresses={cls.id: addresses_on(cls, sites) for cls in classes},
        job=str(getattr(contact, "title", "") or getattr(contact, "job_title", "") or ""),
    )


def addresses_on(cls: type[Network], sites: Iterable[str]) -> dict[str, str]:
    """Profiles on a network among web addresses: handle (or "id:...") -> the address."""
    found = {}
    for url in sites:
        if "." not in url:
            continue  # a bare word would be read as a handle
        try:
            found[key_of(cls.parse_handle(url))] = url
        except (ValueError, NotImplementedError):
            continue
    return found


def key_of(whom: Whom) -> str:
    """How an address's owner is looked up."""
    return f"id:{whom.external_id}" if whom.external_id else whom.handle.lower()


def site_of(url: str) -> str:
    """A web address without scheme, www and slash at the end; empty where many people share the site."""
    try:
        parts = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    shared = host in SHARED_SITES or any(host.endswith(f".{site}") for site in SHARED_SITES)
    path = parts.path.rstrip("/").lower()
    return "" if not host or (shared and not path) else host + path


def host_of(site: str) -> str:
    """The host of what `site_of` gave."""
    return site.split("/", 1)[0]


def emails_in(text: str) -> set[str]:
    """E-mail addresses in a text."""
    return {hit.lower().rstrip(".") for hit in EMAIL.findall(text)}


def in_place(location: str, city: str) -> bool:
    """Whether a free-text location names the city."""
    wanted = fold(city)
    return len(wanted) > 2 and f" {wanted} " in f" {fold(location)} "
