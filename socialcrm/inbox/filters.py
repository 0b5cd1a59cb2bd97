"""Which conversations a list shows, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.http import urlencode

from socialcrm.access import key
from socialcrm.models import Conversation, NoteMention, ProfileLink
from socialcrm.models.conversation import PRIVATE_THREAD
from socialcrm.networks import canonical_id, networks

VIEWS = ("mine", "mentions", "unassigned", "unattended", "all")
STATUSES = ("", "open", "pending", "snoozed", "resolved", "any")
SORTS = ("newest", "oldest")
KINDS = ("", "public", "private")
PEOPLE = ("", "contact", "stranger")
LONGEST_SEARCH = 200
# Where nobody waits: behind everyone who does. Cursors end before the year 9000.
NEVER = datetime(8999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. `status` "" is what is active: open or pending. `sort` "oldest" is who waits longest.

    `who`: with a contact, or with a stranger: somebody whose profile is linked to no contact. `assignee`: a user's key.
    """

    view: str = "all"
    status: str = ""
    network: str = ""
    account: int = 0
    kind: str = ""
    who: str = ""
    assignee: int = 0
    q: str = ""
    sort: str = "newest"

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> Filters:
        """Read a query string; what makes no sense there is left out, never an error."""
        network = canonical_id(query.get("network", "")) if query.get("network") else ""
        return cls(
            view=_one_of(VIEWS, query.get("view"), "all"),
            status=_one_of(STATUSES, query.get("status"), ""),
            network=network if network in networks() else "",
            account=key(query.get("account")),
            kind=_one_of(KINDS, query.get("kind"), ""),
            who=_one_of(PEOPLE, query.get("who"), ""),
            assignee=key(query.get("assignee")),
            q=" ".join(str(query.get("q") or "").replace("\x00", " ").split())[:LONGEST_SEARCH],
            sort=_one_of(SORTS, query.get("sort"), "newest"),
        )

    def href(self, **changes: Any) -> str:
        """The query string of the same list with these changes; names that are no filter (c=5) are added."""
        own = {field.name for field in fields(self)}
        chosen = replace(self, **{name: value for name, value in changes.items() if name in own})
        more = {name: value for name, value in changes.items() if name not in own and value not in (None, "")}
        default = asdict(Filters())
        said = {name: value for name, value in asdict(chosen).items() if value != default[name]}
        return f"?{urlencode(said | more)}"

    def order(self, user: Any) -> tuple[Any, bool]:
        """The moment that the list is ordered by (an expression), and whether the newest comes first."""
        if self.sort == "newest" and self.view == "mentions":
            mine = NoteMention.objects.filter(note__conversation=OuterRef("pk"), user=user).order_by("-note__at")
            return Subquery(mine.values("note__at")[:1]), True
        if self.sort == "newest":
            return "last_post_at", True
        return ("waiting_since" if self.view == "unattended" else Coalesce("waiting_since", NEVER)), False

    def apply(self, rows: QuerySet[Conversation], user: Any) -> QuerySet[Conversation]:
        """The conversations among these that are asked for, but for the search text."""
        return self.of_view(self.of_status(self.of_choices(rows)), user)

    def of_choices(self, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """Those that the filters besides view and status leave."""
        if self.network:
            rows = rows.filter(account__network=self.network)
        if self.account:
            rows = rows.filter(account=self.account)
        if self.kind:
            private = Q(thread_id__startswith=PRIVATE_THREAD)
            rows = rows.filter(private if self.kind == "private" else ~private)
        if self.who:
            linked = ProfileLink.objects.filter(profile=OuterRef("profile"), state="linked", contact__isnull=False)
            rows = rows.filter(Q(Exists(linked)) if self.who == "contact" else ~Exists(linked))
        return rows.filter(assignee=self.assignee) if self.assignee else rows

    def of_status(self, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        """Those of the status. Where somebody is named, that is to be found whatever became of the conversation."""
        if not self.status and self.view == "mentions":
            return rows
        if not self.status:
            return rows.filter(status__in=Conversation.ACTIVE)
        return rows if self.status == "any" else rows.filter(status=self.status)

    def of_view(self, rows: QuerySet[Conversation], user: Any) -> QuerySet[Conversation]:
        """Those of the view. Unattended: nobody has answered their latest word, and nobody put it off."""
        if self.view == "mine":
            return rows.filter(assignee=user)
        if self.view == "mentions":
            return rows.filter(pk__in=NoteMention.objects.filter(user=user).values("note__conversation"))
        if self.view == "unassigned":
            return rows.filter(assignee=None)
        if self.view == "unattended":
            return rows.filter(status__in=Conversation.ACTIVE, waiting_since__isnull=False)
        return rows


def _one_of(known: tuple[str, ...], value: Any, default: str) -> str:
    return value if value in known else default
