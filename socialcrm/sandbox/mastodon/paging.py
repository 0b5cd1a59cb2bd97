"""Windows of a list by max_id, since_id and min_id."""

from __future__ import annotations

from typing import Any

from .endpoint import Caller, Row


def yes(caller: Caller, name: str) -> bool:
    """Whether a parameter says yes."""
    return str(caller.form.get(name, "")).lower() in {"true", "1"}


def number(caller: Caller, name: str) -> int:
    """A parameter as a number; 0 where it is none."""
    text = str(caller.form.get(name, ""))
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def window(caller: Caller, sql: str, values: list[Any], usual: int, most: int) -> list[Row]:
    """A page by max_id, since_id (its newest) or min_id (its oldest), newest first either way; sets the Link header."""
    order = "DESC"
    for name, sign in (("max_id", "<"), ("since_id", ">"), ("min_id", ">")):
        if name in caller.form:
            sql, values = f"{sql} AND id{sign}?", [*values, number(caller, name)]
            order = "ASC" if name == "min_id" else order
    limit = min(max(number(caller, "limit") or usual, 1), most)
    rows = caller.sandbox.world.all(f"{sql} ORDER BY id {order} LIMIT ?", *values, limit)
    found = rows if order == "DESC" else rows[::-1]
    caller.link([row["id"] for row in found])
    return found
