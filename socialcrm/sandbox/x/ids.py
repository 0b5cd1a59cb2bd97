"""Snowflake ids: milliseconds since X's epoch in the upper bits, so that ids sort by time."""

from __future__ import annotations

from socialcrm.sandbox.state import Sandbox

EPOCH = 1288834974657


def snowflake(moment: int, low: int = 0) -> int:
    """The id of something made at `moment` (Unix ms); `low` (22 bits) tells apart what shares one."""
    return (max(moment, EPOCH + 1) - EPOCH) << 22 | (low & 0x3FFFFF)


def moment_of(snowflake_id: int) -> int:
    """When an id was made, in Unix milliseconds."""
    return (snowflake_id >> 22) + EPOCH


def next_id(sandbox: Sandbox, network: str) -> int:
    """A fresh id, above every id given so far even when the clock was set back."""
    last = sandbox.world.value("SELECT MAX(id) FROM posts WHERE network=?", network) or 0
    return max(snowflake(sandbox.clock.now(), 1 << 12), int(last) + 1)
