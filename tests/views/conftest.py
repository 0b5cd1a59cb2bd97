"""The sandbox and our side of it, for views that speak to the network."""

from __future__ import annotations

from tests.rooms.conftest import net, world

__all__ = ["net", "world"]
