"""Quantiles: one definition everywhere, that of PostgreSQL's percentile_cont (linear between the two neighbours)."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The value below which `share` (0 to 1) of the ascending values lie; None of nothing.

    Continuous: at the place share * (n - 1), between two values in proportion. It is what percentile_cont gives
    (PostgreSQL 15, "Ordered-Set Aggregate Functions"), and type 7 of Hyndman and Fan 1996.
    """
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def quantile_sql(connection: Any, column: str, share: float) -> str:
    """The same as an aggregate in SQL; `column` and `share` come from our own code. See `rows_of`."""
    if connection.vendor == "postgresql":
        return f"percentile_cont({share}) WITHIN GROUP (ORDER BY {column})"
    return f"socialcrm_quantile({column}, {share})"


def rows_of(connection: Any, sql: str, params: Sequence[Any]) -> list[Any]:
    """The rows of a statement that may have quantiles in it."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.connection.create_aggregate("socialcrm_quantile", 2, _Quantile)
        cursor.execute(sql, params)
        return list(cursor.fetchall())


class _Quantile:
    """SQLite's aggregate: what percentile_cont is on PostgreSQL."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.share = 0.5

    def step(self, value: float | None, share: float) -> None:
        """Take a value; nothing is left out as PostgreSQL leaves it out."""
        self.share = share
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        """The quantile."""
        return quantile(sorted(self.values), self.share)
