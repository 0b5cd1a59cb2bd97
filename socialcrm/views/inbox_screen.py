"""What the inbox's templates read: the list, the open conversation beside it, and the addresses between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm import inbox
from socialcrm.access import get_visible_conversation, key, usable_accounts
from socialcrm.contacts import get_adapter
from socialcrm.inbox import Filters
from socialcrm.models import Conversation, Post, SocialAccount

from .answer import fragment, next_url
from .composer import Composer
from .inbox_choices import Choices
from .inbox_lines import ListRow
from .inbox_talk import Talk, open_talk
from .inbox_words import KEYS, Snooze, snoozes, view_label
from .navigation import inbox_nav

PAGE, MOST_SHOWN, PEOPLE = 30, 150, 6
NARROWING = ("status", "network", "account", "kind", "who", "assignee")


@dataclass
class Screen:
    """The inbox as one person sees it at one address; what a fragment does not draw is not loaded."""

    request: HttpRequest
    filters: Filters
    talk: Talk | None = None
    pane: str = "list"
    limit: int = PAGE
    composing: dict[str, Any] = field(default_factory=dict)

    @property
    def user(self) -> Any:
        """Who looks."""
        return self.request.user

    @cached_property
    def accounts(self) -> Sequence[SocialAccount]:
        """The accounts whose mentions this person works on."""
        return list(usable_accounts(self.user).defer("credentials"))

    @cached_property
    def page(self) -> inbox.InboxPage:
        """The page of the list that the address asks for."""
        return inbox.listing(self.user, self.filters, self.request.GET.get("cursor", ""), self.limit)

    @property
    def rows(self) -> list[ListRow]:
        """The conversations of the page."""
        return [ListRow(row) for row in self.page.rows]

    @cached_property
    def counts(self) -> inbox.Counts:
        """The numbers beside the views and the statuses."""
        return inbox.counts(self.user, self.filters)

    @property
    def home(self) -> str:
        """The inbox's own address."""
        return reverse("socialcrm:inbox")

    @property
    def query(self) -> str:
        """The filters as a query string."""
        return self.filters.href()

    @property
    def here(self) -> str:
        """The address of the open conversation in this list; more may be added behind it."""
        assert self.talk is not None
        path = reverse("socialcrm:inbox_conversation", args=[self.talk.pk])
        return path + (self.query if len(self.query) > 1 else "?view=all")

    @property
    def live_url(self) -> str:
        """The address that is asked every few seconds."""
        return reverse("socialcrm:inbox_live") + self.query

    @property
    def open_pk(self) -> int:
        """The key of the open conversation, 0 where there is none."""
        return self.talk.pk if self.talk else 0

    @property
    def view_label(self) -> str:
        """The name of the view."""
        return view_label(self.filters.view)

    @property
    def views(self) -> list[dict[str, Any]]:
        """The views with their numbers and addresses; another view keeps the network, the account and the order."""
        return [
            {
                "label": view_label(view),
                "n": number,
                "on": view == self.filters.view,
                "new": view == "mentions" and number != "0",
                "href": self.home + self.filters.href(view=view, status="", q=""),
            }
            for view, number in self.counts.view_badges.items()
        ]

    @property
    def nav(self) -> dict[str, Any] | None:
        """The inbox's entry in the navigation, with its views."""
        return inbox_nav(self.request, self)

    @property
    def count(self) -> str:
        """How many conversations the list holds, where that is counted."""
        if self.filters.q or self.filters.view == "mentions":
            return ""
        status = self.filters.status
        return self.counts.status_badges.get(status, "") if status else self.counts.view_badges[self.filters.view]

    @property
    def choices(self) -> Choices:
        """What the list can be narrowed to."""
        return Choices(self.user, self.accounts, self.filters, self.counts)

    @property
    def narrowed(self) -> bool:
        """Whether a filter besides the view is on."""
        return any(getattr(self.filters, name) for name in NARROWING)

    @property
    def unfiltered(self) -> str:
        """The same view without filters and search."""
        return self.home + self.filters.href(**{name: getattr(Filters(), name) for name in (*NARROWING, "q")})

    @property
    def clear_search(self) -> str:
        """The same list without the search."""
        return self.home + self.filters.href(q="")

    @property
    def kept(self) -> list[tuple[str, Any]]:
        """What a search keeps of the address."""
        chosen = self.filters
        pairs = [(name, getattr(chosen, name)) for name in ("view", *NARROWING, "sort")]
        return [(name, value) for name, value in pairs if value]

    @property
    def sort_label(self) -> str:
        """How the list is ordered."""
        return _("Newest first") if self.filters.sort == "newest" else _("Waiting longest")

    @property
    def sort_href(self) -> str:
        """The same list in the other order."""
        return self.home + self.filters.href(sort="oldest" if self.filters.sort == "newest" else "newest")

    @property
    def more(self) -> str:
        """The address of the next page, or nothing."""
        cursor = self.page.next_cursor
        return self.home + self.filters.href(cursor=cursor) if cursor else ""

    @property
    def unassigned(self) -> str:
        """How many conversations nobody has taken; nothing for none."""
        return self.counts.view_badges["unassigned"] if self.counts.views["unassigned"] else ""

    @property
    def unassigned_href(self) -> str:
        """Where those are."""
        return self.home + Filters().href(view="unassigned")

    @cached_property
    def colleagues(self) -> list[Any]:
        """Who may be given conversations: of the open one's account, else of all; none without the permission."""
        if not self.user.has_perm("socialcrm.assign_conversation"):
            return []
        accounts = [self.talk.conversation.account] if self.talk else self.accounts[:1]
        return inbox.colleagues(accounts[0]) if accounts else []

    @property
    def snoozes(self) -> list[Snooze]:
        """The times to choose from."""
        return snoozes(timezone.localtime())

    @property
    def now(self) -> datetime:
        """The earliest time to snooze until."""
        return timezone.now()

    @property
    def keys(self) -> list[tuple[tuple[str, ...], str]]:
        """The keys and what they do."""
        return [(keys, str(what)) for keys, what in KEYS]

    @property
    def sought(self) -> str:
        """The name of a contact that is looked for, to link it to the person."""
        return self.request.GET.get("who", "").replace("\x00", "").strip()[:100]

    @property
    def people(self) -> list[dict[str, Any]]:
        """The contacts that were found."""
        adapter = get_adapter()
        found = adapter.search(self.user, self.sought)[:PEOPLE] if self.sought else []
        rows = adapter.prefetch(found)
        return [{"pk": row.pk, "name": adapter.name(row), "company": adapter.company(row)} for row in rows]

    @property
    def may_reply(self) -> bool:
        """Whether this person may answer."""
        return bool(self.user.has_perm("socialcrm.reply_as_account"))

    @property
    def may_link(self) -> bool:
        """Whether this person may say who is behind a profile."""
        return bool(self.user.has_perm("socialcrm.link_socialprofile"))

    @cached_property
    def composer(self) -> Composer | None:
        """The composer below the open conversation; None where this person or this post can't answer."""
        return self.composer_for(self.talk.answerable if self.talk else None)

    def composer_for(self, post: Post | None, account: Any = None, **fields: Any) -> Composer | None:
        """The composer for one post of the open conversation."""
        if self.talk is None or post is None or not self.may_reply:
            return None
        chosen = {"kind": self.request.GET.get("kind", "reply"), "at": f"{self.here}&", **self.composing, **fields}
        return self.talk.composer(post, self.accounts, account, **chosen)

    @property
    def draft(self) -> str:
        """What the browser keeps an unsent note under."""
        return f"c{self.open_pk}"

    @property
    def note_url(self) -> str:
        """Where a note on the open conversation goes."""
        return reverse("socialcrm:inbox_note", args=[self.open_pk])

    @property
    def why_closed(self) -> str:
        """Why there is nothing to answer with."""
        if not self.may_reply:
            return _("You may read and note here, but not answer: ask an administrator for it.")
        return _("There is nothing to answer here.")


def screen_of(request: HttpRequest, pk: Any = None, **fields: Any) -> Screen:
    """The screen of an address, with a conversation open. Raises Http404 where that is absent or foreign."""
    filters = Filters.read(_asked(request))
    talk = None
    if pk:
        talk = open_talk(request.user, get_visible_conversation(request.user, pk))
        fields.setdefault("pane", "cust" if request.GET.get("pane") == "cust" else "thread")
    return Screen(request, filters, talk, **fields)


def neighbour(screen: Screen, conversation: Conversation) -> Conversation | None:
    """The conversation after this one in the list, else the first other one."""
    listed = [row.conversation for row in screen.page.rows]
    at = next((n for n, talk in enumerate(listed) if talk.pk == conversation.pk), -1)
    others = [talk for talk in (*listed[at + 1 :], *listed[:at][::-1]) if talk.pk != conversation.pk]
    return others[0] if others else None


def in_inbox(request: HttpRequest) -> int:
    """The conversation in which a composer or a reply stands, 0 where it stands on a contact's page."""
    return key(request.POST.get("c") or request.GET.get("c"))


def answered(request: HttpRequest, *, toast: str = "", **composing: Any) -> HttpResponse:
    """The open conversation after something was done with an answer; `composing` is what the composer begins with."""
    screen = screen_of(request, in_inbox(request), composing=composing)
    return fragment(request, "socialcrm/inbox/answered.html", {"screen": screen}, toast=toast)


def _asked(request: HttpRequest) -> QueryDict:
    """The filters of the page: those in the address, else those of the page that the form stood on."""
    return request.GET or QueryDict(urlsplit(next_url(request)).query)
