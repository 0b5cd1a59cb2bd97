"""Looking for an answer of ours on our own timeline, after nobody knows whether it was sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from .border import UNDECIDED, FetchedPost, Page, Undecided

SKEW = timedelta(minutes=15)  # workers' clocks may be wrong by this much, and posts may not be missed for it
PAGES = 4


class Wanted(msgspec.Struct, frozen=True):
    """The answer that is looked for: parent, its text as `print_of` reduces it, not before, and those accounted for."""

    in_reply_to: str
    text: str
    since: datetime
    known: frozenset[str]
    print_of: Callable[[FetchedPost], str]

    def among(self, page: Page) -> list[FetchedPost]:
        """Answers to the parent that nobody has accounted for, not older than clocks may differ."""
        earliest = self.since - SKEW
        ours = [one for one in page.posts if one.in_reply_to == self.in_reply_to and one.external_id not in self.known]
        return [one for one in ours if one.posted_at >= earliest]

    def hit(self, posts: list[FetchedPost]) -> str | None:
        """The id of the one with the text."""
        return next((one.external_id for one in posts if self.print_of(one) == self.text), None)


def look_back(
    wanted: Wanted, pages: Callable[[str], Page], beyond: Callable[[], str | None] = lambda: None
) -> str | None | Undecided:
    """Our answer, by our own timeline, newest first, until it is older than the attempt; None: it is not there.

    UNDECIDED where an answer of ours since then has another text, and where there are more pages than we look at:
    `beyond` may find it then, but cannot prove that it is absent.
    """
    token, other = "", False
    for _page in range(PAGES):
        found = pages(token)
        ours = wanted.among(found)
        if hit := wanted.hit(ours):
            return hit
        other = other or any(one.posted_at >= wanted.since for one in ours)
        token = found.next_token
        if not token or (found.posts and found.posts[0].posted_at < wanted.since - SKEW):
            return UNDECIDED if other else None
    return beyond() or UNDECIDED
