"""What a bench says: a line with ours, the ceiling and the naive way in one unit, and the goals on their ratios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Size:
    """How much a bench works on."""

    posts: int = 1_000_000
    contacts: int = 20_000


@dataclass(frozen=True)
class Goal:
    """A figure and its border: `at_least` or `at_most`."""

    text: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool:
        """Whether the figure is on the right side of its border."""
        high_enough = self.at_least is None or self.value >= self.at_least
        return high_enough and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        border = f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"
        return f"{'met    ' if self.met else 'NOT MET'}  {self.text}: {self.value:.3g} (goal: {border})"


@dataclass(frozen=True)
class Line:
    """One measurement; None where there is no ceiling or no naive way."""

    what: str
    unit: str
    ours: float
    ceiling: float | None = None
    naive: float | None = None
    goals: tuple[Goal, ...] = field(default_factory=tuple)


def number(value: float | None) -> str:
    """Three figures that matter, thousands apart."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratio(ours: float, other: float | None) -> str:
    """Ours over the other."""
    return f"{ours / other:.2f}" if other else "-"


def table(lines: Iterable[Line]) -> str:
    """The table, one measurement a line."""
    rows = [("", "unit", "ours", "ceiling", "ours/ceiling", "naive", "ours/naive")]
    for line in lines:
        shown = (number(line.ours), number(line.ceiling), ratio(line.ours, line.ceiling))
        rows.append((line.what, line.unit, *shown, number(line.naive), ratio(line.ours, line.naive)))
    widths = [max(len(row[column]) for row in rows) for column in range(7)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
