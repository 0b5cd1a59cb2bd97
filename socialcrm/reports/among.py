"""A condition on a column and many numbers: one parameter for all, where IN would need one each and end at 65,535."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BooleanField, F, Func


class Among(Func):
    """`Among("author_id", numbers)` in a filter: whether the column holds one of them."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, column: str, numbers: Iterable[int]) -> None:
        super().__init__(F(column))
        self.numbers = list(numbers)

    def as_sql(self, compiler: Any, connection: Any, *_args: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        """JSON on SQLite."""
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, str(self.numbers))

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:
        """An array on PostgreSQL."""
        column, params = compiler.compile(self.source_expressions[0])
        return f"{column} = ANY(%s)", (*params, self.numbers)


def table_of(connection: Any, numbers: Sequence[int]) -> tuple[str, Any]:
    """The numbers as a table `wanted (number)` to join with, and its one parameter."""
    if connection.vendor == "postgresql":
        return "unnest(%s::bigint[]) AS wanted (number)", list(numbers)
    return "(SELECT value AS number FROM json_each(%s)) AS wanted", str(list(numbers))
