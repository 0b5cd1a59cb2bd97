"""Create, edit and delete a contact."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm_core.access import SignedInRequest, get_visible_contact
from crm_core.forms import ContactForm, Rows
from crm_core.models import Company, Contact

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@permission_required("crm_core.add_contact", raise_exception=True)
@form_methods
def contact_new(request: SignedInRequest) -> HttpResponse:
    """A new contact, mine unless I say otherwise."""
    return _edit(request, Contact(owner=request.user, team=default_team(request.user)))


@login_required
@permission_required("crm_core.change_contact", raise_exception=True)
@form_methods
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a contact that I may see."""
    return _edit(request, get_visible_contact(request.user, pk))


def _edit(request: HttpRequest, contact: Contact) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, instance=contact, user=request.user)
    rows = Rows(data, contact)
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        saved = _save(form, rows)
        messages.success(request, _("%(name)s is saved.") % {"name": saved})
        return redirect(saved)
    context = {"form": form, "rows": rows, "contact": contact, "companies": _companies(request.user)}
    return render(request, "crm_core/contact_form.html", context)


@transaction.atomic
def _save(form: ContactForm, rows: Rows) -> Contact:
    contact: Contact = form.save()
    rows.save(contact)
    return contact


def _companies(user: Any) -> Any:
    return Company.objects.visible_to(user).order_by("sort_name").values_list("name", flat=True)[:500]


def default_team(user: Any) -> Any:
    """The team that a new row gets: the user's, where there is exactly one."""
    teams = list(user.crm_teams.all()[:2])
    return teams[0] if len(teams) == 1 else None


@login_required
@permission_required("crm_core.delete_contact", raise_exception=True)
@form_methods
def contact_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a contact after asking; its notes and tasks go with it, its deals stay."""
    contact = get_visible_contact(request.user, pk)
    if request.method == "POST":
        name = str(contact)
        contact.delete()
        messages.success(request, _("%(name)s is deleted.") % {"name": name})
        return redirect("crm:contacts")
    context = {
        "title": _("Delete %(name)s?") % {"name": contact},
        "lines": _what_goes(contact),
        "cancel": contact.get_absolute_url(),
    }
    return render(request, "crm_core/confirm_delete.html", context)


def _what_goes(contact: Contact) -> list[str]:
    return [
        _("Notes and tasks that go too: %(n)d") % {"n": contact.activities.count()},
        _("Deals that stay, without this contact: %(n)d") % {"n": contact.deals.count()},
        _("Posts and profiles on networks stay, linked to nobody."),
    ]
