"""What the inbox's list can be narrowed to, for its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from socialcrm import inbox
from socialcrm.models import SocialAccount

from .inbox_words import status_labels


@dataclass
class Choices:
    """Values and their names, for one person and one address."""

    user: Any
    accounts: Sequence[SocialAccount]
    filters: inbox.Filters
    counts: inbox.Counts

    @property
    def statuses(self) -> list[tuple[str, str, str]]:
        """The statuses: value, name, number."""
        numbers = self.counts.status_badges
        words = status_labels(self.filters.view)
        return [(status, word, numbers.get(status, "")) for status, word in words.items()]

    @property
    def networks(self) -> list[str]:
        """The networks of the accounts."""
        return sorted({account.network for account in self.accounts})

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """How it is said."""
        words = {"public": pgettext("conversations", "In public"), "private": pgettext("conversations", "In private")}
        return [("", _("In public or in private")), *words.items()]

    @property
    def people(self) -> list[tuple[str, str]]:
        """With whom."""
        return [("", _("Anyone")), ("contact", _("Contacts")), ("stranger", _("People who are no contact yet"))]

    @cached_property
    def holders(self) -> Sequence[Any]:
        """Colleagues who look after something here. One query."""
        return inbox.holders(self.user)
