"""Walking X's pages: how deep they go, and looking for a reply of ours in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from socialcrm.networks.border import UNDECIDED, Call, FetchedPost, Page, Undecided

from .text import fingerprint_of

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
    def own_handle(self) -> str:
        """Our account."""
        ...

    def own_posts_from(self, start: datetime, token: str = "") -> Page:
        """Our own timeline since then."""
        ...

    def posts(self, ids: Sequence[str]) -> Page:
        """Posts by id."""
        ...

    def search_call(self, query: str, token: str = "") -> Call[Page]:
        """Search of the last days."""
        ...

    def run(self, call: Call[Page]) -> Page:
        """Carry a call out."""
        ...


class Wanted(msgspec.Struct, frozen=True):
    """The reply that is looked for: parent, fingerprint of its text, not before, and answers that are others."""

    in_reply_to: str
    text: str
    since: datetime
    known: frozenset[str] = frozenset()

    def among(self, page: Page) -> list[FetchedPost]:
        """Answers to the parent that nobody has accounted for."""
        return [one for one in page.posts if one.in_reply_to == self.in_reply_to and one.external_id not in self.known]

    def hit(self, posts: list[FetchedPost]) -> str | None:
        """The id of the one with the text, not older than clocks may differ."""
        for post in posts:
            if post.posted_at >= self.since - SKEW and fingerprint_of(post) == self.text:
                return post.external_id
        return None


def find_reply(network: Looker, wanted: Wanted) -> str | None | Undecided:
    """Our reply, by our own timeline since then, so that nothing older is paid for. UNDECIDED where an answer of ours
    since then has another text.

    Where there are more posts than pages that we look at, the search may find it, but cannot prove that it is absent.
    """
    token, other = "", False
    for _page in range(LOOK_BACK_PAGES):
        found = network.own_posts_from(wanted.since - SKEW, token)
        ours = wanted.among(found)
        if hit := wanted.hit(ours):
            return hit
        other = other or any(post.posted_at >= wanted.since for post in ours)
        token = found.next_token
        if not token:
            return UNDECIDED if other else None
    return _search(network, wanted) or UNDECIDED


def _search(network: Looker, wanted: Wanted) -> str | None:
    """What the search knows of our answers in the conversation of the parent."""
    for parent in network.posts([wanted.in_reply_to]).posts:
        query = f"conversation_id:{parent.thread_id} from:{network.own_handle}"
        return wanted.hit(wanted.among(network.run(network.search_call(query))))
    return None
