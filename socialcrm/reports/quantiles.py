"""Quantiles: one definition everywhere, that of PostgreSQL's percentile_cont (linear between the two neighbours)."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor


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
