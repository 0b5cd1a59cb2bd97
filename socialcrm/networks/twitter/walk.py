"""Walking X's pages: how deep they go, and looking for a reply of ours in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from socialcrm.networks.border import UNDECIDED, Call, FetchedPost, Page, Undecided

from .text import fingerprint, fingerprint_of

PAGE = 100
# Of X's last 800 some may be hidden: a walk of as many pages that brought nearly as many posts went to the end.
HIDDEN = 40
# Workers' clocks may be wrong by this much, and posts may not be missed for it.
SKEW = timedelta(minutes=15)
LOOK_BACK_PAGES = 4


class Step(msgspec.Struct, frozen=True):
    """Where a walk stands: pages and posts behind it, and X's token for the next page."""

    pages: int = 0
    posts: int = 0
    token: str = ""

    @classmethod
    def of(cls, token: str) -> Step:
        """Read a `next_token` of ours. ValueError where it is not one."""
        if not token:
            return cls()
        pages, posts, rest = token.split(":", 2)
        return cls(int(pages), int(posts), rest)

    def after(self, number: int, token: str) -> Step:
        """The step after a page with so many posts."""
        return Step(self.pages + 1, self.posts + number, token)

    def __str__(self) -> str:
        return f"{self.pages}:{self.posts}:{self.token}" if self.token else ""


def page(found: Page, step: Step, cursor: str, depth: int) -> Page:
    """The page with our own token in it, and `truncated` where X's depth ended before the cursor was reached.

    X says nothing when it ends its list at its depth: it only gives no further token.
    """
    later = step.after(len(found.posts) + len(found.unreadable), found.next_token)
    deep = later.pages * PAGE >= depth and later.posts >= depth - HIDDEN
    truncated = bool(cursor and depth and not found.next_token and deep)
    return msgspec.structs.replace(found, next_token=str(later), truncated=truncated)


class Looker(Protocol):
    """What find_reply needs of a network."""

    @property
    def own_id(self) -> str: ...
    def own_posts(self, cursor: str = "", token: str = "") -> Page: ...
    def search_call(self, query: str, token: str = "") -> Call[Page]: ...
    def run(self, call: Call[Page]) -> Page: ...


def find_reply(network: Looker, in_reply_to: str, text: str, since: datetime) -> str | None | Undecided:
    """Our reply to that post with that text. UNDECIDED where a reply of ours since then has another text, or the
    timeline does not reach back to `since`."""
    wanted, token, other = fingerprint(text), "", False
    for _page in range(LOOK_BACK_PAGES):
        found = network.own_posts(token=token)
        ours = [post for post in found.posts if post.in_reply_to == in_reply_to]
        for post in ours:
            if fingerprint_of(post) == wanted and post.posted_at >= since - SKEW:
                return post.external_id
        other = other or any(post.posted_at >= since for post in ours)
        token = found.next_token
        if not token or (found.posts and found.posts[0].posted_at < since - SKEW):
            return UNDECIDED if other else None
    return _search(network, in_reply_to, wanted) or UNDECIDED


def _search(network: Looker, in_reply_to: str, wanted: str) -> str | None:
    query = f"in_reply_to_tweet_id:{in_reply_to} from:{network.own_id}"
    found = network.run(network.search_call(query))
    hits: list[FetchedPost] = [post for post in found.posts if post.in_reply_to == in_reply_to]
    return next((post.external_id for post in hits if fingerprint_of(post) == wanted), None)
