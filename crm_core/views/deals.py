"""Deals: the list with its totals, the page of one, the form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    F,
    FloatField,
    IntegerField,
    Prefetch,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_core.access import SignedInRequest, get_visible_company, get_visible_contact, get_visible_deal
from crm_core.forms import DealForm
from crm_core.listing import Listing, Sort
from crm_core.models import Activity, Company, Contact, Deal
from crm_core.search import matching_deals
from crm_core.simplelist import SimpleList
from crm_core.social import Origin, came_from, with_profiles

from .companies import people_with_avatars
from .contact_edit import default_team
from .person import back

NO_DATE = Value(parse_date("9999-01-01"), output_field=DateField())
STEPS = [When(stage=stage, then=Value(step)) for step, stage in enumerate([*Deal.PIPELINE, Deal.Stage.LOST])]
SORTS = {
    "closes": Sort(Coalesce("closes_on", NO_DATE), DateField()),
    "name": Sort("sort_name", CharField()),
    "stage": Sort(Case(*STEPS, default=Value(0), output_field=IntegerField()), IntegerField()),
    "amount": Sort(Coalesce(Cast("amount", FloatField()), 0.0), FloatField(), descending=True),
    "company": Sort(
        Case(When(company__isnull=True, then=Value("")), default=F("company__sort_name"), output_field=CharField()),
        CharField(),
    ),
}


@login_required
@require_safe
def deal_list(request: HttpRequest) -> HttpResponse:
    """Deals that I may see: the open ones, one stage, or all, with what they add up to."""
    asked = SimpleList.read(request.GET, SORTS)
    rows = matching_deals(Deal.objects.visible_to(request.user), asked.q)
    if asked.mine:
        rows = rows.filter(owner=request.user)
    stages = _stages(rows)
    shown = _shown(rows, asked.show)
    listing = Listing(shown, asked.order, asked.descending)
    listing.rows = listing.rows.select_related("company", "owner").prefetch_related(
        Prefetch("contacts", queryset=Contact.objects.visible_to(request.user).order_by("pk"))
    )
    context = {
        "filter": asked,
        "page": listing.page(request.GET),
        "stages": stages,
        "totals": _totals(shown),
    }
    return render(request, "crm_core/deal_list.html", context)


def _shown(rows: QuerySet[Any], show: str) -> QuerySet[Any]:
    if show == "all":
        return rows
    if show in Deal.Stage.values:
        return rows.filter(stage=show)
    return rows.filter(stage__in=Deal.OPEN)


def _stages(rows: QuerySet[Any]) -> list[dict[str, Any]]:
    counts = dict(rows.order_by().values_list("stage").annotate(n=Count("pk")))
    stages = [{"value": value, "label": label, "n": counts.get(value, 0)} for value, label in Deal.Stage.choices]
    still_open = sum(counts.get(stage, 0) for stage in Deal.OPEN)
    everything = {"value": "all", "label": _("All"), "n": sum(counts.values())}
    return [{"value": "", "label": _("Open"), "n": still_open}, *stages, everything]


def _totals(rows: QuerySet[Any]) -> list[tuple[Decimal, str]]:
    sums = rows.order_by("currency").values_list("currency").annotate(total=Sum("amount"))
    return [(total, currency) for currency, total in sums if total is not None]


@login_required
@require_safe
def deal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A deal, its people, tasks and notes, and all its people's posts together."""
    deal = get_visible_deal(request.user, pk)
    everyone = Contact.objects.visible_to(request.user).filter(deals=deal)
    activities = Activity.objects.visible_to(request.user).filter(deal=deal)
    companies = Company.objects.visible_to(request.user).filter(pk=deal.company_id)
    context = {
        "deal": deal,
        "sees_company": companies.exists(),
        "contacts": people_with_avatars(with_profiles(everyone.order_by("sort_name"), request.user)),
        "everyone": everyone,
        "tasks": activities.open_tasks().select_related("assignee")[:5],
        "notes": activities.exclude(kind=Activity.Kind.TASK, done_at=None).select_related("user")[:20],
        "pane": request.GET.get("pane", "feed"),
        "stages": Deal.Stage.choices,
    }
    return render(request, "crm_core/deal_detail.html", context)


@login_required
@permission_required("crm_core.add_deal", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def deal_new(request: SignedInRequest) -> HttpResponse:
    """A new deal, with the contact or the company in the address."""
    deal = Deal(owner=request.user, team=default_team(request.user))
    return _edit(request, deal, _initial(request), came_from(request))


def _initial(request: HttpRequest) -> dict[str, Any]:
    contact, company = request.GET.get("contact", ""), request.GET.get("company", "")
    if any(value and (not value.isdecimal() or len(value) > 18) for value in (contact, company)):
        raise Http404
    if contact:
        row = get_visible_contact(request.user, int(contact))
        return {"contacts": [row.pk], "company": row.company_id, "team": row.team_id}
    if company:
        firm = get_visible_company(request.user, int(company))
        return {"company": firm.pk, "team": firm.team_id}
    return {}


@login_required
@permission_required("crm_core.change_deal", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def deal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a deal that I may see."""
    return _edit(request, get_visible_deal(request.user, pk), {})


def _edit(request: HttpRequest, deal: Deal, initial: dict[str, Any], origin: Origin | None = None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = DealForm(data, instance=deal, initial=initial, user=request.user)
    if data is not None and form.is_valid():
        saved = form.save()
        if origin is not None:
            _note_origin(request.user, saved, origin)
        messages.success(request, _("%(name)s is saved.") % {"name": saved})
        return redirect(saved)
    context = {"form": form, "row": deal, "list_url": "crm:deals", "list_name": _("Deals"), "new_name": _("New deal")}
    return render(request, "crm_core/record_form.html", context)


def _note_origin(user: Any, deal: Deal, origin: Origin) -> None:
    """The deal's history says of what post it was made."""
    text = _("From a post by %(handle)s on %(network)s") % {"handle": origin.handle, "network": origin.network}
    Activity.objects.create(kind=Activity.Kind.LOG, deal=deal, text=text, user=user, url=origin.url)


@login_required
@permission_required("crm_core.change_deal", raise_exception=True)
@require_POST
def deal_stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a deal to another stage."""
    deal = get_visible_deal(request.user, pk)
    stage = request.POST.get("stage", "")
    if stage in Deal.Stage.values and stage != deal.stage:
        deal.stage, deal.version = stage, F("version") + 1
        deal.save(update_fields=["stage", "version", "updated_at"])
        messages.success(request, _("%(name)s: %(stage)s") % {"name": deal, "stage": deal.get_stage_display()})
    return redirect(back(request, deal.get_absolute_url()))


@login_required
@permission_required("crm_core.delete_deal", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def deal_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a deal after asking."""
    deal = get_visible_deal(request.user, pk)
    if request.method == "POST":
        name = str(deal)
        deal.delete()
        messages.success(request, _("%(name)s is deleted.") % {"name": name})
        return redirect("crm:deals")
    lines = [_("Notes and tasks that go too: %(n)d") % {"n": deal.activities.count()}]
    context = {"title": _("Delete %(name)s?") % {"name": deal}, "lines": lines, "cancel": deal.get_absolute_url()}
    return render(request, "crm_core/confirm_delete.html", context)
