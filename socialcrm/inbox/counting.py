"""The numbers beside the views: only what is active is counted live, and never further than a person reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from socialcrm.access import visible_conversations
from socialcrm.models import Conversation

from .filters import VIEWS, Filters

MOST = 999
COUNTED = ("open", "pending", "snoozed")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations each view holds, and each status of the current view; MOST + 1 stands for more."""

    views: dict[str, int]
    statuses: dict[str, int]

    @property
    def view_badges(self) -> dict[str, str]:
        """The views' numbers as they are shown: "12", "999+"."""
        return {name: badge(number) for name, number in self.views.items()}

    @property
    def status_badges(self) -> dict[str, str]:
        """The statuses' numbers as they are shown."""
        return {name: badge(number) for name, number in self.statuses.items()}


def badge(number: int) -> str:
    """A number as a badge shows it."""
    return f"{MOST}+" if number > MOST else str(number)


def counts(user: Any, filters: Filters | None = None) -> Counts:
    """Count what is active, of the filters' network and account; nine queries that stop at MOST + 1 rows."""
    filters = filters or Filters()
    rows = filters.of_account(visible_conversations(user))
    active = rows.filter(status__in=Conversation.ACTIVE)
    views = {view: _count(replace(filters, view=view).of_view(active, user)) for view in VIEWS}
    mine = filters.of_view(rows, user)
    return Counts(views, {status: _count(mine.filter(status=status)) for status in COUNTED})


def waiting(user: Any) -> int:
    """How many wait for an answer, for the navigation of every page; MOST + 1 stands for more."""
    return _count(Filters(view="unattended").apply(visible_conversations(user), user))


def _count(rows: QuerySet[Conversation]) -> int:
    return rows.order_by().values("pk")[: MOST + 1].count()
