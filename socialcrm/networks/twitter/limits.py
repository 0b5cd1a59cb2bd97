"""X's rate limits and prices, as data. Sources: X's pages "Rate limits" and "Pricing" as of November 2026."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from socialcrm.networks.border import Author, Page

# Millionths of a US dollar per resource [pricing page, 2026-04-20].
POST_READ = 5_000
USER_READ = 10_000
OWNED_READ = 1_000  # our own mentions, posts and account, where the app belongs to the account that reads
POST_CREATE = 15_000
SUMMONED_REPLY = 10_000
POST_WITH_URL = 200_000
MONTHLY_POST_READS = 3_000_000  # cap per project; the same resource is charged once a UTC day


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint's window (15 minutes) for one user, the price of one resource that it returns, and `owner`: the price
    for the account that the app belongs to, where it is another."""

    name: str
    per_window: int
    micros: int
    owner: int | None = None

    def price(self, owns_app: bool) -> int:
        """Millionths of a dollar for one resource."""
        return self.owner if owns_app and self.owner is not None else self.micros


_ALL = (
    Endpoint("users/me", 75, USER_READ, OWNED_READ),
    Endpoint("users/by/username", 900, USER_READ),
    Endpoint("users/by", 900, USER_READ),  # the window of batches: as for one [unconfirmed]
    Endpoint("users", 900, USER_READ),
    Endpoint("users/mentions", 300, POST_READ, OWNED_READ),
    Endpoint("users/own_tweets", 900, POST_READ, OWNED_READ),
    Endpoint("users/tweets", 900, POST_READ),
    Endpoint("tweets", 900, POST_READ),
    Endpoint("tweets/search/recent", 300, POST_READ),
    Endpoint("tweets/create", 100, SUMMONED_REPLY),
    Endpoint("tweets/delete", 50, 0),
    Endpoint("oauth", 0, 0),
)
ENDPOINTS = {endpoint.name: endpoint for endpoint in _ALL}

# Verb -> endpoint, for prices asked by verb.
OF_VERB = {
    "me": "users/me",
    "profile": "users/by/username",
    "profiles_by_ids": "users",
    "profiles_by_handles": "users/by",
    "mentions": "users/mentions",
    "own_posts": "users/own_tweets",
    "posts_of": "users/tweets",
    "posts": "tweets",
    "thread": "tweets/search/recent",
    "find_reply": "users/own_tweets",
    "delete": "tweets/delete",
}


def written(verb: str, has_url: bool) -> int:
    """The price of a text that we write: a link makes it many times dearer."""
    if has_url:
        return POST_WITH_URL
    return SUMMONED_REPLY if verb == "reply" else POST_CREATE


def posts(page: Page) -> list[str]:
    """What a page of posts is charged for, by name; a post that cannot be read has none."""
    return [f"post:{post.external_id}" for post in page.posts] + [""] * len(page.unreadable)


def users(authors: Iterable[Author]) -> list[str]:
    """What an answer about people is charged for, by name."""
    return [f"user:{author.external_id}" for author in authors]
