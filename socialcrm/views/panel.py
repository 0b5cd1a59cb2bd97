"""What the panel of a contact, or of several, shows; and the fragments that keep it fresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from socialcrm import conf, scoring
from socialcrm.access import get_visible_contact, usable_accounts, visible_contacts
from socialcrm.contacts import get_adapter, get_contact_model
from socialcrm.models import Post, SocialAccount
from socialcrm.timeline import KINDS, People, TimelinePage, name_of, people, timeline

from .composer import Row, rows

MOST_CONTACTS = 200


@dataclass
class Panel:
    """Everything that the panel's templates read."""

    who: People
    page: TimelinePage
    rows: list[Row]
    accounts: list[SocialAccount]
    may_reply: bool
    may_link: bool
    score: Any = None
    base: str = ""

    @property
    def contact(self) -> Any:
        """The contact, where the panel is about one."""
        return self.who.contacts[0] if len(self.who.contacts) == 1 else None

    @property
    def contact_name(self) -> str:
        """What the one contact is called."""
        return name_of(self.contact)

    @property
    def days(self) -> list[tuple[date, list[Row]]]:
        """Rows by local day, newest first."""
        by_day = groupby(self.rows, key=lambda row: timezone.localdate(row.item.at))
        return [(day, list(found)) for day, found in by_day]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The tabs with their counts and addresses."""
        counts = self.who.counts
        return [
            {"kind": kind, "n": counts[kind], "href": self.href(activity=kind), "on": kind == self.page.kind}
            for kind in KINDS
        ]

    @property
    def nets(self) -> list[dict[str, Any]]:
        """The network filter, where there is a choice."""
        on = self.page.network
        return [
            {"id": net, "on": on in ("", net), "href": self.href(network="" if on == net else net)}
            for net in self.who.networks
        ]

    @property
    def write_to(self) -> int | None:
        """The post that "Write" answers: the newest that waits for us, else the newest that can be answered."""
        waits = [row for row in self.rows if row.composer]
        posts = [row.answerable for row in waits or self.rows if row.verdict and row.verdict.allowed]
        return next((post.pk for post in posts if post and post.state == Post.State.LIVE), None)

    @property
    def older(self) -> str:
        """The address of the next page, or nothing."""
        return self.href(before=self.page.next_cursor) if self.page.next_cursor else ""

    @property
    def contact_query(self) -> str:
        """Whose panel it is, for the addresses of fragments."""
        return urlencode([("contact", str(contact.pk)) for contact in self.who.contacts[:MOST_CONTACTS]])

    def href(self, **changes: str) -> str:
        """This page with another tab, network or place."""
        now = {"activity": self.page.kind, "network": self.page.network, **changes}
        if now["activity"] == "all":
            now["activity"] = ""
        query = urlencode({name: value for name, value in now.items() if value})
        return f"{self.base}?{query}" if query else self.base or "?"

    @property
    def live_url(self) -> str:
        """The address that is asked every few seconds."""
        return self._fragment("live")

    @property
    def more(self) -> str:
        """The address of what is older, for a page that grows."""
        return self._fragment("feed", before=self.page.next_cursor or "")

    def _fragment(self, name: str, **more: str) -> str:
        query = {"activity": self.page.kind, "network": self.page.network, "base": self.base, **more}
        return f"{reverse(f'socialcrm:{name}')}?{self.contact_query}&{urlencode(query)}"


class PanelHtml(SafeString):
    """The panel's HTML, and for a host's "Write" button the post that it answers, if there is one."""

    write_to: int | None = None

    @classmethod
    def of(cls, panel: Panel, html: str) -> PanelHtml:
        """The drawn panel."""
        drawn = cls(html)
        drawn.write_to = panel.write_to
        return drawn

    @property
    def write_url(self) -> str:
        """The composer's address; the link gets it as href, and `write_place` as data-sc-write."""
        return reverse("socialcrm:composer", args=[self.write_to]) if self.write_to else ""

    @property
    def write_place(self) -> str:
        """Where on the page the composer is."""
        return f"composer-{self.write_to}"


def build_panel(
    user: Any,
    contacts: Any,
    query: Mapping[str, str],
    base: str = "",
    who: People | None = None,
    accounts: list[SocialAccount] | None = None,
) -> Panel:
    """Load the panel of these contacts, which the user may see: at most 10 queries.

    `who`, and the `accounts` that the user may use, are loaded where the caller does not hand them in.
    """
    accounts = _accounts(user) if accounts is None else accounts
    who = who or people(contacts, user, accounts)
    page = timeline(
        who.contacts,
        user,
        query.get("activity", "all"),
        query.get("network") or None,
        query.get("before"),
        who=who,
    )
    may_reply = user.has_perm("socialcrm.reply_as_account")
    panel = Panel(
        who,
        page,
        rows(page.items, accounts, may_reply, open_first=page.first, may_note=user.has_perm("socialcrm.work_inbox")),
        accounts,
        may_reply,
        user.has_perm("socialcrm.link_socialprofile"),
        base=base,
    )
    if panel.contact is not None:
        panel.score = scoring.for_profiles(link.profile for link in who.links)
    return panel


@login_required
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """What changed since the page was drawn: 304 when nothing, else the first page of the panel again."""
    wanted = request.GET.getlist("contact")[:MOST_CONTACTS]
    accounts = _accounts(request.user)
    who = people(visible_contacts(request.user).filter(pk__in=_keys(wanted)), request.user, accounts)
    etag = f'"{who.version}"'
    if request.headers.get("If-None-Match") == etag or request.GET.get("v") == who.version:
        return HttpResponseNotModified(headers={"ETag": etag})
    query = {name: request.GET.get(name, "") for name in ("activity", "network")}
    panel = build_panel(request.user, None, query, _base(request), who, accounts)
    response = render(request, "socialcrm/panel.html", {"panel": panel, "fragment": True})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_GET
def feed(request: HttpRequest) -> HttpResponse:
    """An older page of the timeline, for "Show older" without a reload."""
    contacts = list(visible_contacts(request.user).filter(pk__in=_keys(request.GET.getlist("contact")[:MOST_CONTACTS])))
    panel = build_panel(request.user, contacts, request.GET, _base(request))
    return render(request, "socialcrm/_days.html", {"panel": panel})


@login_required
@require_GET
def contact(request: HttpRequest, pk: str) -> HttpResponse:
    """The panel as a page of its own, for hosts whose contact page cannot carry it."""
    found = get_visible_contact(request.user, pk)
    adapter = get_adapter()
    context = {"contact": found, "name": adapter.name(found), "url": adapter.url(found)}
    return render(request, "socialcrm/contact.html", {**context, "base": conf.get("BASE_TEMPLATE")})


def _accounts(user: Any) -> list[SocialAccount]:
    return list(usable_accounts(user).defer("credentials"))


def _keys(wanted: list[str]) -> list[Any]:
    field: Any = get_contact_model()._meta.pk
    while field.remote_field:  # a key that is a link to a parent has the parent's form
        field = field.target_field
    good = []
    for key in wanted:
        try:
            good.append(field.clean(key, None))
        except ValidationError:
            continue
    return good


def _base(request: HttpRequest) -> str:
    base = request.GET.get("base", "")
    return base if base.startswith("/") and url_has_allowed_host_and_scheme(base, None) else ""


def today_and_yesterday() -> tuple[date, date]:
    """The two days that have a name of their own."""
    today = timezone.localdate()
    return today, today - timedelta(days=1)
