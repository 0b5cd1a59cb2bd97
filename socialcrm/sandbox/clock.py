"""The sandbox's own time: the machine's clock plus an offset that the control API moves."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from .world import World


class Clock:
    """Time in Unix milliseconds; the offset is kept in the world, so a restart keeps it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._offset = int(world.get("clock_offset", 0))

    def now(self) -> int:
        """Now, in milliseconds since 1970."""
        return int(time.time() * 1000) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock by seconds (negative: back)."""
        self._offset += int(seconds * 1000)
        self._world.set("clock_offset", self._offset)

    def set(self, moment: int) -> None:
        """Make it `moment` (Unix milliseconds) now; the clock runs on from there."""
        self.advance((moment - self.now()) / 1000)


def iso(moment: int) -> str:
    """Unix milliseconds as `2026-01-31T08:05:09.000Z`, cut to the second as X does."""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def parse_iso(text: str) -> int:
    """An RFC 3339 time as Unix milliseconds; ValueError when it isn't one or has no zone."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    return int(moment.timestamp() * 1000)
