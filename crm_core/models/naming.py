"""How names are compared and sorted: without case and accents, the same on every database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db import models

from .team import VisibleQuerySet

SORT_LENGTH = 200


def fold(text: str) -> str:
    """The text without case, accents and doubled spaces, at most SORT_LENGTH characters."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in parts if not unicodedata.combining(char))
    return " ".join(bare.split())[:SORT_LENGTH]


class NamedQuerySet(VisibleQuerySet):
    """Rows that keep `sort_name`, also when many are made at once."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """As Django's, with the sort names filled in."""
        rows = list(objs)
        for row in rows:
            row.sort_name = row.make_sort_name()
        return super().bulk_create(rows, *args, **kwargs)


class Named(models.Model):
    """A row that is sorted by its name; `version` counts its edits, so that two people can't overwrite each other."""

    sort_name = models.CharField(max_length=SORT_LENGTH, blank=True, editable=False, db_index=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = NamedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep `sort_name` true to the name."""
        self.sort_name = self.make_sort_name()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "sort_name"}
        super().save(*args, **kwargs)

    def make_sort_name(self) -> str:
        """What the row is sorted by."""
        return fold(str(self))
