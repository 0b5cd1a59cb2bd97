"""Merge two contacts: find the other, choose field by field, undo."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm_core.access import get_visible_contact
from crm_core.merging import MergeRefused, duplicates_of, merge, side_by_side, undo, what_moves
from crm_core.models import Contact, MergeLog
from crm_core.search import matching_contacts


@login_required
@permission_required("crm_core.merge_contact", raise_exception=True)
@require_safe
def merge_pick(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for the contact that is the same person: those that look alike first, or by search."""
    contact = get_visible_contact(request.user, pk)
    text = request.GET.get("q", "")[:200].strip()
    visible = Contact.objects.visible_to(request.user)
    if text:
        found = matching_contacts(visible.exclude(pk=pk).select_related("company"), text)
    else:
        found = duplicates_of(contact, visible)
    context = {"contact": contact, "q": text, "found": found.order_by("sort_name", "pk")[:20]}
    return render(request, "crm_core/merge_pick.html", context)


@login_required
@permission_required("crm_core.merge_contact", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def merge_confirm(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Both side by side; POST makes one of them. The first in the address survives."""
    survivor, merged = get_visible_contact(request.user, pk), get_visible_contact(request.user, other)
    if pk == other:
        raise Http404
    if request.method == "POST" and _merge(request, survivor, merged):
        return redirect(survivor)
    context = {
        "survivor": survivor,
        "merged": merged,
        "choices": side_by_side(survivor, merged),
        "moves": what_moves(merged),
    }
    return render(request, "crm_core/merge.html", context)


def _merge(request: HttpRequest, survivor: Contact, merged: Contact) -> bool:
    name = str(merged)
    try:
        merge(request.user, survivor, merged, request.POST.dict(), _seen(request.POST))
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _("%(name)s is now part of this contact.") % {"name": name})
    return True


def _seen(data: Any) -> tuple[int, int]:
    versions = (data.get("seen_survivor", ""), data.get("seen_merged", ""))
    first, second = (int(value) if value.isdecimal() and len(value) < 10 else 0 for value in versions)
    return first, second


def undoable(user: Any, contact: Contact) -> Any:
    """Merges into this contact that this user may take back: the user's own, all of them for who sees everything."""
    logs = MergeLog.objects.filter(survivor=contact, undone_at__isnull=True)
    return logs if user.has_perm("crm_core.view_all_contacts") else logs.filter(user=user)


@login_required
@permission_required("crm_core.merge_contact", raise_exception=True)
@require_POST
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a merge back."""
    log = MergeLog.objects.filter(pk=pk, survivor__isnull=False).first()
    if log is None or log.survivor_id is None:
        raise Http404
    survivor = get_visible_contact(request.user, log.survivor_id)
    if not log.undone_at and not undoable(request.user, survivor).filter(pk=pk).exists():
        raise Http404
    try:
        back = undo(request.user, log)
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(survivor)
    messages.success(request, _("%(name)s is a contact of its own again.") % {"name": back})
    return redirect(back)
