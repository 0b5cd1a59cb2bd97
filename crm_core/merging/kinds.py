"""What differs between merging contacts and merging companies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet

# SQLite bounds the variables of one statement.
BATCH = 1000


class Kind(ABC):
    """A kind of row that can be merged: its fields, and what hangs on it."""

    model: type[Any]
    log: Any  # the class of its Merge: the abstract one has no `survivor`
    # The fields to choose from, by their column's attribute.
    fields: tuple[str, ...]

    @abstractmethod
    def counts(self, user: Any, merged: Any) -> list[tuple[str, int]]:
        """(what, how many) would move; rows that the user may not see are not counted."""

    @abstractmethod
    def look_alike(self, row: Any) -> Q:
        """The condition on rows that may be the same as this one."""

    @abstractmethod
    def move(self, survivor: Any, merged: Any) -> dict[str, Any]:
        """Move all that hangs on the merged row, also what its reader may not see; what it says undoes it."""

    @abstractmethod
    def give_back(self, survivor: Any, back: Any, snapshot: dict[str, Any]) -> None:
        """Undo `move`, for the rows that are still with the survivor."""


def move_rows(rows: QuerySet[Any], **to: Any) -> list[int]:
    """Change the rows; their keys, to find them again."""
    keys = list(rows.values_list("pk", flat=True))
    rows.update(**to)
    return keys


def return_rows(rows: QuerySet[Any], keys: Sequence[int], **to: Any) -> None:
    """Change those of the rows that have one of the keys."""
    for some in _batches(keys):
        rows.filter(pk__in=some).update(**to)


def _batches(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    return (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def exists(model: type[Model], pk: Any) -> bool:
    """Whether there still is such a row."""
    return model._default_manager.filter(pk=pk).exists()
