"""Walking Mastodon's pages: forward by min_id from a cursor, so that nothing is left out; at first backward."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import msgspec

from socialcrm.networks.border import UNDECIDED, Page, Undecided

from .rules import fingerprint

SKEW = timedelta(minutes=15)
LOOK_BACK_PAGES = 4


def window(cursor: str, token: str, size: int) -> list[tuple[str, str]]:
    """The parameters of the page that a cursor and a token of ours ask for."""
    way, _, edge = token.partition(":")
    params = [("limit", str(size))]
    if way == "after" or (cursor and not token):
        params.append(("min_id", edge or cursor))
    elif way == "before":
        params.append(("max_id", edge))
    return params


def stepped(page: Page, cursor: str, token: str, size: int, ids: list[str]) -> Page:
    """The page with our token for the next one. A short page ends the walk; `ids` stand newest first."""
    forward = bool(cursor) and not token.startswith("before:")
    if not ids:
        kept = token.partition(":")[2] if token.startswith("after:") else cursor
        return msgspec.structs.replace(page, cursor=kept, next_token="", forward=forward)
    edge = f"after:{ids[0]}" if forward else f"before:{ids[-1]}"
    return msgspec.structs.replace(page, cursor=ids[0], next_token=edge if len(ids) >= size else "", forward=forward)


def find_reply(
    pages: Callable[[str], Page], in_reply_to: str, text: str, since: datetime, known: Collection[str]
) -> str | None | Undecided:
    """Our reply, by our own timeline, newest first, until it is older than the attempt."""
    token, other, wanted = "", False, fingerprint(text)
    for _page in range(LOOK_BACK_PAGES):
        found = pages(token)
        ours = [one for one in found.posts if one.in_reply_to == in_reply_to and one.external_id not in known]
        ours = [one for one in ours if one.posted_at >= since - SKEW]
        if hits := [one for one in ours if fingerprint(one.text) == wanted]:
            return hits[0].external_id
        other = other or any(one.posted_at >= since for one in ours)
        token = found.next_token
        if not token or (found.posts and found.posts[0].posted_at < since - SKEW):
            return UNDECIDED if other else None
    return UNDECIDED
