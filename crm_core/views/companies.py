"""Companies: the list, the page of one with all its people's posts, the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import CharField, Count, DateTimeField, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm_core.access import SignedInRequest, get_visible_company
from crm_core.forms import CompanyForm
from crm_core.listing import Listing, Sort
from crm_core.merging import undoable
from crm_core.models import Activity, Company, Contact, Deal
from crm_core.search import matching_companies
from crm_core.simplelist import SimpleList
from crm_core.social import picture, with_profiles

from .contact_edit import default_team
from .contacts import standing, sums

SORTS = {
    "name": Sort("sort_name", CharField()),
    "city": Sort("city", CharField()),
    "industry": Sort("industry", CharField()),
    "created": Sort("created_at", DateTimeField(), descending=True),
}


@login_required
@require_safe
def company_list(request: HttpRequest) -> HttpResponse:
    """Companies that I may see, searched and sorted by the address."""
    asked = SimpleList.read(request.GET, SORTS)
    rows = matching_companies(Company.objects.visible_to(request.user), asked.q)
    if asked.mine:
        rows = rows.filter(owner=request.user)
    open_deals = Deal.objects.visible_to(request.user).filter(stage__in=Deal.OPEN)
    listing = Listing(rows, asked.order, asked.descending)
    seen = Q(contacts__in=Contact.objects.visible_to(request.user))
    listing.rows = (
        listing.rows.select_related("owner")
        .prefetch_related(Prefetch("deals", queryset=open_deals, to_attr="open_deals"))
        .annotate(people=Count("contacts", filter=seen, distinct=True))
    )
    page = listing.page(request.GET)
    for company in page.rows:
        company.amounts = sums(company.open_deals)
    return render(request, "crm_core/company_list.html", {"filter": asked, "page": page})


@login_required
@require_safe
def company_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A company, its people, deals and notes, and all its people's posts together."""
    company = get_visible_company(request.user, pk)
    everyone = Contact.objects.visible_to(request.user).filter(company=company)
    deals = list(Deal.objects.visible_to(request.user).filter(company=company).order_by("-updated_at"))
    deals.sort(key=lambda deal: not deal.is_open)
    activities = Activity.objects.visible_to(request.user).filter(company=company)
    context = {
        "company": company,
        "contacts": people_with_avatars(with_profiles(everyone.order_by("sort_name"), request.user)),
        "everyone": everyone,
        "deals": deals,
        "standing": standing(deals),
        "tasks": activities.open_tasks().select_related("assignee")[:5],
        "notes": activities.exclude(kind=Activity.Kind.TASK, done_at=None).select_related("user")[:20],
        "merges": undoable(request.user, company)[:3] if request.user.has_perm("crm_core.merge_company") else [],
        "pane": request.GET.get("pane", "feed"),
    }
    return render(request, "crm_core/company_detail.html", context)


def people_with_avatars(rows: Any, limit: int = 50) -> list[Any]:
    """The first contacts of a company or deal, each with the address of its picture, if it has one."""
    people = list(rows[:limit])
    for contact in people:
        contact.avatar = picture(contact)
    return people


@login_required
@permission_required("crm_core.add_company", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def company_new(request: SignedInRequest) -> HttpResponse:
    """A new company."""
    return _edit(request, Company(owner=request.user, team=default_team(request.user)))


@login_required
@permission_required("crm_core.change_company", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def company_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a company that I may see."""
    return _edit(request, get_visible_company(request.user, pk))


def _edit(request: HttpRequest, company: Company) -> HttpResponse:
    form = CompanyForm(request.POST if request.method == "POST" else None, instance=company, user=request.user)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, _("%(name)s is saved.") % {"name": saved})
        return redirect(saved)
    context = {
        "form": form,
        "row": company,
        "list_url": "crm:companies",
        "list_name": _("Companies"),
        "new_name": _("New company"),
    }
    return render(request, "crm_core/record_form.html", context)


@login_required
@permission_required("crm_core.delete_company", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def company_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a company after asking; people and deals stay without it."""
    company = get_visible_company(request.user, pk)
    if request.method == "POST":
        name = str(company)
        company.delete()
        messages.success(request, _("%(name)s is deleted.") % {"name": name})
        return redirect("crm:companies")
    lines = [
        _("Contacts that stay, without a company: %(n)d") % {"n": company.contacts.count()},
        _("Deals that stay, without a company: %(n)d") % {"n": company.deals.count()},
        _("Notes and tasks that go too: %(n)d") % {"n": company.activities.count()},
    ]
    context = {"title": _("Delete %(name)s?") % {"name": company}, "lines": lines, "cancel": company.get_absolute_url()}
    return render(request, "crm_core/confirm_delete.html", context)
