"""Contacts as a CSV file: those of the filtered list, or the chosen ones."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from crm_core.exporting import COLUMNS, contact_rows
from crm_core.filters import ContactFilter
from socialcrm.exports import as_file

MAX_CHOSEN = 1000


@login_required
@permission_required("crm_core.export_contact", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def contact_export(request: HttpRequest) -> HttpResponseBase:
    """The visible contacts of the list's address; by POST, those among them that were ticked."""
    contacts = ContactFilter.read(request.GET).listing(request.user).all()
    if request.method == "POST":
        chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
        contacts = contacts.filter(pk__in=chosen[:MAX_CHOSEN])
    return as_file("csv", "contacts", COLUMNS, contact_rows(contacts))
