"""Merge two contacts or two companies: find the other, choose field by field, undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_core.access import get_visible_company, get_visible_contact
from crm_core.merging import MergeRefused, duplicates_of, merge, side_by_side, undo, undoable, what_moves
from crm_core.models import Company, CompanyMergeLog, Contact, MergeLog
from crm_core.search import matching_companies, matching_contacts


@dataclass(frozen=True)
class Pages:
    """What the pages of one kind of row find, where they lead and how they say it."""

    get_visible: Callable[[Any, int], Any]
    rows: QuerySet[Any]
    matching: Callable[[QuerySet[Any], str], QuerySet[Any]]
    log: type[Any]
    list_url: str
    list_name: str | Promise
    merge_title: str | Promise
    merge_url: str
    avatar: str
    question: str | Promise
    hint: str | Promise
    search: str | Promise
    placeholder: str | Promise
    no_match: str | Promise
    nobody: str | Promise
    try_this: str | Promise
    merged: str | Promise
    apart: str | Promise


CONTACTS = Pages(
    get_visible=get_visible_contact,
    rows=Contact.objects.select_related("company"),
    matching=matching_contacts,
    log=MergeLog,
    list_url="crm:contacts",
    list_name=gettext_lazy("Contacts"),
    merge_title=gettext_lazy("Make one contact of two"),
    merge_url="crm:merge",
    avatar="",
    question=gettext_lazy("Who is the same person as %(name)s?"),
    hint=gettext_lazy("Contacts with the same name or e-mail come first. A merge can be undone."),
    search=gettext_lazy("Search contacts"),
    placeholder=gettext_lazy("Name, e-mail or company"),
    no_match=gettext_lazy("No contact matches"),
    nobody=gettext_lazy("Nobody looks alike"),
    try_this=gettext_lazy("Search for the name or the e-mail of the other contact."),
    merged=gettext_lazy("%(name)s is now part of this contact."),
    apart=gettext_lazy("%(name)s is a contact of its own again."),
)
COMPANIES = Pages(
    get_visible=get_visible_company,
    rows=Company.objects.all(),
    matching=matching_companies,
    log=CompanyMergeLog,
    list_url="crm:companies",
    list_name=gettext_lazy("Companies"),
    merge_title=gettext_lazy("Make one company of two"),
    merge_url="crm:company_merge",
    avatar="sc-avatar--square",
    question=gettext_lazy("Which company is the same as %(name)s?"),
    hint=gettext_lazy("Companies with a similar name or the same website come first. A merge can be undone."),
    search=gettext_lazy("Search companies"),
    placeholder=gettext_lazy("Name, city or website"),
    no_match=gettext_lazy("No company matches"),
    nobody=gettext_lazy("No company looks alike"),
    try_this=gettext_lazy("Search for the name or the website of the other company."),
    merged=gettext_lazy("%(name)s is now part of this company."),
    apart=gettext_lazy("%(name)s is a company of its own again."),
)
may_merge_contacts = permission_required("crm_core.merge_contact", raise_exception=True)
may_merge_companies = permission_required("crm_core.merge_company", raise_exception=True)


@login_required
@may_merge_contacts
@require_safe
def contact_merge_pick(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for the contact that is the same person: those that look alike first, or by search."""
    return _pick(request, CONTACTS, pk)


@login_required
@may_merge_companies
@require_safe
def company_merge_pick(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for the company that is the same: those that look alike first, or by search."""
    return _pick(request, COMPANIES, pk)


def _pick(request: HttpRequest, pages: Pages, pk: int) -> HttpResponse:
    row = pages.get_visible(request.user, pk)
    text = request.GET.get("q", "")[:200].strip()
    visible: Any = pages.rows.all()
    visible = visible.visible_to(request.user)
    found = pages.matching(visible.exclude(pk=pk), text) if text else duplicates_of(row, visible)
    context = {
        "row": row,
        "pages": pages,
        "question": pages.question % {"name": row},
        "q": text,
        "found": found.order_by("sort_name", "pk")[:20],
    }
    return render(request, "crm_core/merge_pick.html", context)


@login_required
@may_merge_contacts
@require_http_methods(["GET", "HEAD", "POST"])
def contact_merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Both contacts side by side; POST makes one of them. The first in the address survives."""
    return _confirm(request, CONTACTS, pk, other)


@login_required
@may_merge_companies
@require_http_methods(["GET", "HEAD", "POST"])
def company_merge(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Both companies side by side; POST makes one of them. The first in the address survives."""
    return _confirm(request, COMPANIES, pk, other)


def _confirm(request: HttpRequest, pages: Pages, pk: int, other: int) -> HttpResponse:
    survivor, merged = pages.get_visible(request.user, pk), pages.get_visible(request.user, other)
    if pk == other:
        raise Http404
    if request.method == "POST" and _merge(request, pages, survivor, merged):
        return redirect(survivor)
    context = {
        "pages": pages,
        "survivor": survivor,
        "merged": merged,
        "choices": side_by_side(survivor, merged),
        "moves": what_moves(request.user, merged),
    }
    return render(request, "crm_core/merge.html", context)


def _merge(request: HttpRequest, pages: Pages, survivor: Any, merged: Any) -> bool:
    name = str(merged)
    try:
        merge(request.user, survivor, merged, request.POST.dict(), _seen(request.POST))
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, pages.merged % {"name": name})
    return True


def _seen(data: Any) -> tuple[int, int]:
    versions = (data.get("seen_survivor", ""), data.get("seen_merged", ""))
    first, second = (int(value) if value.isdecimal() and len(value) < 10 else 0 for value in versions)
    return first, second


@login_required
@may_merge_contacts
@require_POST
def contact_merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge of contacts back."""
    return _undo(request, CONTACTS, pk)


@login_required
@may_merge_companies
@require_POST
def company_merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge of companies back."""
    return _undo(request, COMPANIES, pk)


def _undo(request: HttpRequest, pages: Pages, pk: int) -> HttpResponse:
    log = pages.log.objects.filter(pk=pk, survivor__isnull=False).first()
    if log is None:
        raise Http404
    survivor = pages.get_visible(request.user, log.survivor_id)
    if not log.undone_at and not undoable(request.user, survivor).filter(pk=pk).exists():
        raise Http404
    try:
        back = undo(request.user, log)
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(survivor)
    messages.success(request, pages.apart % {"name": back})
    return redirect(back)
