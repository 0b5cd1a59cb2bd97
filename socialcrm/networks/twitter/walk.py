"""Walking X's pages: how deep they go."""

from __future__ import annotations

import msgspec

from socialcrm.networks.border import Page

PAGE = 100
# Of X's last 800 some may be hidden: a walk of as many pages that brought nearly as many posts went to the end.
HIDDEN = 40


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
