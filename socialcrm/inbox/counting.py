"""The numbers beside the views: only what is active is counted live, and never further than a person reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from socialcrm.access import visible_conversations
from socialcrm.bulk import count_each
from socialcrm.models import Conversation

from .filters import VIEWS, Filters
from .named import unseen

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
    """Count what is active, of what the filters leave, in one query that stops at MOST + 1 rows of each.

    Of the conversations in which the user is named, those count that the user has not looked at since.
    """
    filters = filters or Filters()
    rows = filters.of_choices(visible_conversations(user))
    active = rows.filter(status__in=Conversation.ACTIVE)
    here = filters.of_view(rows, user)
    asked = [replace(filters, view=view).of_view(active, user) for view in VIEWS]
    asked[VIEWS.index("mentions")] = rows.filter(pk__in=unseen(user).values("note__conversation"))
    found = count_each([*asked, *(here.filter(status=status) for status in COUNTED)], MOST + 1)
    return Counts(dict(zip(VIEWS, found, strict=False)), dict(zip(COUNTED, found[len(VIEWS) :], strict=True)))


def waiting(user: Any) -> int:
    """How many wait for an answer, for the navigation of every page; MOST + 1 stands for more."""
    [found] = count_each([Filters(view="unattended").apply(visible_conversations(user), user)], MOST + 1)
    return found
