"""Keyset pages: stable under ties and inserts, the same cost on the first page and the thousandth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Count, Expression, F, Field, Q, QuerySet
from django.db.models.expressions import BaseExpression

PAGE_SIZE = 25
SALT = "crm_core.listing"


@dataclass(frozen=True, slots=True)
class Sort:
    """A column to sort by: an expression that is never null, and the field that reads its value back from a cursor."""

    by: str | Expression
    field: Field[Any, Any]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page with where they stand; the tokens are empty where there is no such page."""

    rows: list[Any]
    total: int
    first: int
    next: str
    previous: str
    counts: dict[str, int]

    @property
    def last(self) -> int:
        """The place of the last row, from 1."""
        return self.first + len(self.rows) - 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where one row stands in the list, and its neighbours' keys."""

    number: int
    total: int
    previous: Any
    next: Any


class Listing:
    """A queryset in one order, read page by page. Ties are broken by the primary key."""

    def __init__(self, rows: QuerySet[Any], sort: Sort, descending: bool | None = None) -> None:
        self.sort = sort
        self.descending = sort.descending if descending is None else descending
        by = F(sort.by) if isinstance(sort.by, str) else sort.by
        self.rows = rows.annotate(sort_key=by)

    def page(
        self, params: Mapping[str, Any], size: int = PAGE_SIZE, counts: Mapping[str, BaseExpression] | None = None
    ) -> Page:
        """The page after `after` or before `before`; the first one where the token is absent or worn.

        `counts` are conditions; the page says how many rows of the whole list meet each, in the same query.
        """
        if before := self._read(params.get("before", "")):
            rows = list(self._ordered(forward=False).filter(self._beyond(before, forward=False))[:size])[::-1]
        else:
            after = self._read(params.get("after", ""))
            ordered = self._ordered(forward=True)
            rows = list((ordered.filter(self._beyond(after, forward=True)) if after else ordered)[:size])
        return self._describe(rows, counts or {})

    def place(self, pk: Any) -> Place | None:
        """Where the row with this key stands, or None when it is not in the list."""
        row = self.rows.filter(pk=pk).values_list("sort_key", "pk").first()
        if row is None:
            return None
        number, total = self._count_before(row)
        before = self._ordered(forward=False).filter(self._beyond(row, forward=False))
        after = self._ordered(forward=True).filter(self._beyond(row, forward=True))
        previous, following = (rows.values_list("pk", flat=True).first() for rows in (before, after))
        return Place(number + 1, total, previous, following)

    def all(self) -> QuerySet[Any]:
        """Every row, in order."""
        return self._ordered(forward=True)

    def _describe(self, rows: list[Any], counts: Mapping[str, BaseExpression]) -> Page:
        # As annotations first: an Exists inside an aggregate would lose the row that it looks at.
        flagged = self.rows.order_by().annotate(**{f"meets_{name}": condition for name, condition in counts.items()})
        wanted: dict[str, Any] = {name: Count("pk", filter=Q(**{f"meets_{name}": True})) for name in counts}
        if rows:
            key = (rows[0].sort_key, rows[0].pk)
            wanted["before_first"] = Count("pk", filter=self._beyond(key, forward=False))
        found = flagged.aggregate(total_rows=Count("pk"), **wanted)
        before, total = found.pop("before_first", 0), found.pop("total_rows")
        following = self._token(rows[-1]) if rows and before + len(rows) < total else ""
        previous = self._token(rows[0]) if before else ""
        return Page(rows, total, before + 1 if rows else 0, following, previous, found)

    def _count_before(self, key: tuple[Any, Any]) -> tuple[int, int]:
        before = Count("pk", filter=self._beyond(key, forward=False))
        found = self.rows.order_by().aggregate(before=before, total=Count("pk"))
        return found["before"], found["total"]

    def _ordered(self, *, forward: bool) -> QuerySet[Any]:
        sign = "-" if self.descending == forward else ""
        ordered: QuerySet[Any] = self.rows.order_by(f"{sign}sort_key", f"{sign}pk")
        return ordered

    def _beyond(self, key: tuple[Any, Any], *, forward: bool) -> Q:
        value, pk = key
        side = "lt" if self.descending == forward else "gt"
        # The first condition is implied by the second; it lets the database start in the index.
        near = Q(**{f"sort_key__{side}e": value})
        return near & (Q(**{f"sort_key__{side}": value}) | Q(**{f"pk__{side}": pk}))

    def _token(self, row: Any) -> str:
        # Not Django's encoder: it drops microseconds, and the page would begin again at the same row.
        return signing.dumps([_exactly(row.sort_key), row.pk], salt=SALT)

    def _read(self, token: str) -> tuple[Any, Any] | None:
        try:
            # Signed: what a database would choke on never gets that far.
            value, pk = signing.loads(token, salt=SALT)
            return self.sort.field.to_python(value), int(pk)
        except (signing.BadSignature, ValueError, TypeError, ValidationError):
            return None


def _exactly(value: Any) -> Any:
    if isinstance(value, (int, float, str)):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
