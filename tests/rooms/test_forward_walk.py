"""A walk from old to new ends at the newest post; one from new to old at the newest post of its first page."""

from __future__ import annotations

from typing import Any

import pytest

from socialcrm.models import Stream
from socialcrm.networks.base import Page
from socialcrm.sync import streams


@pytest.mark.parametrize(("forward", "newest"), [(True, "180"), (False, "90")])
def test_a_walk_ends_with_the_newest_it_saw(monkeypatch: Any, forward: bool, newest: str) -> None:
    monkeypatch.setattr(streams, "next_look", lambda stream, now: now)
    stream = Stream(kind="mentions", cursor="10")
    more = streams.reached(stream, Page(cursor="90", next_token="more", forward=forward))
    assert more.cursor == "10" and more.walk_token == "more"
    stream.walk_token, stream.walk_cursor, stream.walk_count = more.walk_token, more.walk_cursor, more.walk_count
    end = streams.reached(stream, Page(cursor="180" if forward else "50", forward=forward))
    assert (end.cursor, end.walk_token) == (newest, "")
