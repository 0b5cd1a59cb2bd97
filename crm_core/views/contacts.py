"""The list of contacts and the page of one."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm_core.access import get_visible_contact
from crm_core.filters import ContactFilter, known_teams
from crm_core.listing import Place
from crm_core.merging import undoable
from crm_core.models import Activity, Company, Contact, Deal
from crm_core.social import has_profile, has_suggestion, influence, picture, with_profiles


@login_required
@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    """The contacts that the address asks for, one page."""
    narrowed = ContactFilter.read(request.GET)
    listing = narrowed.listing(request.user)
    listing.rows = _for_rows(listing.rows, request.user)
    page = listing.page(request.GET, counts={"with_profile": has_profile(), "to_check": has_suggestion()})
    rows = [_row(contact) for contact in page.rows]
    context = {"filter": narrowed, "labels": narrowed.labels(request.user), "page": page, "rows": rows}
    return render(request, "crm_core/contact_list.html", context)


@login_required
@require_safe
def contact_filter(request: HttpRequest) -> HttpResponse:
    """The form that narrows the list: a page of its own, or a fragment that htmx opens over the list."""
    fragment = request.headers.get("HX-Request") == "true"
    context = {"filter": ContactFilter.read(request.GET), **_choices(request.user)}
    return render(request, "crm_core/parts/filter.html" if fragment else "crm_core/contact_filter.html", context)


def _for_rows(rows: Any, user: Any) -> Any:
    deals = Prefetch("deals", queryset=Deal.objects.visible_to(user).filter(stage__in=Deal.OPEN), to_attr="open_deals")
    tasks = Prefetch("activities", queryset=Activity.objects.open_tasks(), to_attr="open_tasks")
    rows = rows.select_related("company", "owner").prefetch_related(deals, tasks)
    return with_profiles(rows.annotate(influence=influence()), user)


def _row(contact: Any) -> dict[str, Any]:
    """What the list shows of one contact."""
    return {
        "contact": contact,
        "avatar": picture(contact),
        "networks": sorted({link.profile.network for link in contact.linked}),
        "influence": round(contact.influence) if contact.influence >= 0 else None,
        "last_post": max((link.last_post for link in contact.linked if link.last_post), default=None),
        "amounts": sums(contact.open_deals),
        "task": contact.open_tasks[0] if contact.open_tasks else None,
    }


def sums(deals: list[Any]) -> list[tuple[Decimal, str]]:
    """(sum, currency) of the deals, one pair a currency."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for deal in deals:
        totals[deal.currency] += deal.amount or 0
    return [(amount, currency) for currency, amount in sorted(totals.items())]


def _choices(user: Any) -> dict[str, Any]:
    """What the filter form offers."""
    visible = Contact.objects.visible_to(user)
    owners = get_user_model()._default_manager.filter(pk__in=visible.values("owner")).order_by("first_name", "username")
    return {
        "owners": owners,
        "teams": known_teams(user),
        "languages": visible.exclude(language="").order_by("language").values_list("language", flat=True).distinct(),
        "cities": visible.exclude(city="").order_by("city").values_list("city", flat=True).distinct()[:200],
    }


@login_required
@require_safe
def contact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one person: facts here, the social panel from the extension."""
    contact = get_visible_contact(request.user, pk)
    way = request.GET.get("list", "")
    narrowed = ContactFilter.read(QueryDict(way))
    context = {
        "contact": _load(contact, request.user),
        "way": narrowed.query(),
        "place": _place(narrowed, request.user, pk),
        "pane": request.GET.get("pane", "feed"),
        **_facts(request.user, contact),
    }
    return render(request, "crm_core/contact_detail.html", context)


def _load(contact: Contact, user: Any) -> Contact:
    """The contact with what its page shows; `sees_company`: more of its company than the name."""
    company = Company.objects.visible_to(user).filter(pk=OuterRef("company"))
    rows = (
        with_profiles(Contact.objects.filter(pk=contact.pk), user)
        .annotate(sees_company=Exists(company))
        .prefetch_related("email_set", "phone_set", "website_set")
    )
    loaded: Any = rows.get()
    for name in ("company", "owner", "team"):
        setattr(loaded, name, getattr(contact, name))
    loaded.avatar = picture(loaded)
    return cast(Contact, loaded)


def _place(narrowed: ContactFilter, user: Any, pk: int) -> Place | None:
    return narrowed.listing(user).place(pk) or ContactFilter().listing(user).place(pk)


def _facts(user: Any, contact: Contact) -> dict[str, Any]:
    activities = Activity.objects.visible_to(user).filter(contact=contact)
    deals = list(Deal.objects.visible_to(user).filter(contacts=contact).order_by("-updated_at"))
    deals.sort(key=lambda deal: not deal.is_open)
    return {
        "tasks": activities.open_tasks().select_related("assignee")[:5],
        "deals": deals,
        "notes": activities.exclude(kind=Activity.Kind.TASK, done_at=None).select_related("user")[:20],
        "standing": standing(deals),
        "merges": undoable(user, contact)[:3] if user.has_perm("crm_core.merge_contact") else [],
    }


def standing(deals: list[Deal]) -> str:
    """`customer` with a won deal, `prospect` with an open one, else an empty string."""
    if any(deal.is_won for deal in deals):
        return "customer"
    return "prospect" if any(deal.is_open for deal in deals) else ""
