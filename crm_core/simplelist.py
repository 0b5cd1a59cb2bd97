"""What the shorter lists (companies, deals) read from their address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

from .filters import clean
from .listing import Sort


@dataclass(frozen=True, slots=True)
class SimpleList:
    """Words, mine only, one of a list's own views, and the order."""

    q: str = ""
    mine: str = ""
    show: str = ""
    sort: str = ""
    sorts: Mapping[str, Sort] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, params: QueryDict, sorts: Mapping[str, Sort]) -> SimpleList:
        """What the address asks for; an unknown order is the first one."""
        values = {name: clean(params.get(name, "")) for name in ("q", "mine", "show", "sort")}
        return cls(**values, sorts=sorts)

    @property
    def order(self) -> Sort:
        """The column that is asked for, or the first."""
        return self.sorts.get(self.sort.lstrip("-")) or next(iter(self.sorts.values()))

    @property
    def descending(self) -> bool:
        """The direction: a minus turns the column's own round."""
        return self.order.descending != (self.sort.lstrip("-") in self.sorts and self.sort.startswith("-"))

    @property
    def first_sort(self) -> str:
        """The order of the list when nobody asked for one."""
        return next(iter(self.sorts))

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the order was asked for."""
        return bool(self.q or self.mine or self.show)

    def query(self, **changes: str) -> str:
        """The query string with these changes."""
        changed = replace(self, **changes)  # type: ignore[arg-type]
        pairs = [(name, getattr(changed, name)) for name in ("q", "mine", "show", "sort")]
        return urlencode([pair for pair in pairs if pair[1]])
