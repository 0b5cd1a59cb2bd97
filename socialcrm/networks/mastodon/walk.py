"""Walking Mastodon's pages: forward by min_id from a cursor, so that nothing is left out; at first backward."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from socialcrm.networks.border import Page
from socialcrm.networks.reading import readable

from .wire import MId


def window(cursor: str, token: str, size: int) -> list[tuple[str, str]]:
    """The parameters of the page that a cursor and a token of ours ask for."""
    way, _, edge = token.partition(":")
    params = [("limit", str(size))]
    if way == "after" or (cursor and not token):
        params.append(("min_id", edge or cursor))
    elif way == "before":
        params.append(("max_id", edge))
    return params


def stepped(page: Page, cursor: str, token: str, size: int, raws: Sequence[msgspec.Raw]) -> Page:
    """The page with our token for the next one. A short page ends the walk; what was sent stands newest first.

    The ids also of what cannot be read further count: a walk must get past it.
    """
    ids = [str(one.id) for one in readable(raws, MId)[0]]
    forward = bool(cursor) and not token.startswith("before:")
    if not ids:
        kept = token.partition(":")[2] if token.startswith("after:") else cursor
        return msgspec.structs.replace(page, cursor=kept, next_token="", forward=forward)
    edge = f"after:{ids[0]}" if forward else f"before:{ids[-1]}"
    return msgspec.structs.replace(page, cursor=ids[0], next_token=edge if len(ids) >= size else "", forward=forward)
