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
from crm_core.search import matching_contacts
from crm_core.social import CANNOT_LINK, Origin, came_from

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@permission_required("crm_core.add_contact", raise_exception=True)
@form_methods
def contact_new(request: SignedInRequest) -> HttpResponse:
    """A new contact, mine unless I say otherwise; of the person on a network whom the address names."""
    origin = came_from(request) if request.user.has_perm("socialcrm.link_socialprofile") else None
    if origin is not None and origin.contact is not None:
        messages.info(request, _("%(handle)s is this contact already.") % {"handle": origin.handle})
        return redirect(get_visible_contact(request.user, origin.contact.pk))
    return _edit(request, Contact(owner=request.user, team=default_team(request.user)), origin)


@login_required
@permission_required("crm_core.change_contact", raise_exception=True)
@form_methods
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a contact that I may see."""
    return _edit(request, get_visible_contact(request.user, pk))


def _edit(request: HttpRequest, contact: Contact, origin: Origin | None = None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = ContactForm(data, instance=contact, user=request.user, initial=_names(origin))
    rows = Rows(data, contact)
    if data is not None and all([form.is_valid(), rows.is_valid()]):
        saved = _save(form, rows)
        _link(request, saved, origin)
        messages.success(request, _("%(name)s is saved.") % {"name": saved})
        return redirect(saved)
    context = {"form": form, "rows": rows, "contact": contact, "companies": _companies(request.user)}
    context |= {"origin": origin, "namesakes": _namesakes(request.user, origin)}
    return render(request, "crm_core/contact_form.html", context)


@transaction.atomic
def _save(form: ContactForm, rows: Rows) -> Contact:
    contact: Contact = form.save()
    rows.save(contact)
    return contact


def _names(origin: Origin | None) -> dict[str, str]:
    """First and last name as the person writes them on the network; what is the surname, the reader sees best."""
    if origin is None:
        return {}
    first, _space, last = origin.name.strip().partition(" ")
    return {"first_name": first[:100], "last_name": last[:100]}


def _namesakes(user: Any, origin: Origin | None) -> Any:
    """Contacts who may be the person: asked about before a second one is made."""
    return matching_contacts(Contact.objects.visible_to(user), origin.name[:200])[:5] if origin else ()


def _link(request: HttpRequest, contact: Contact, origin: Origin | None) -> None:
    """The new contact is the person. Somebody else may have been quicker: then the contact stays, and that is said."""
    if origin is None:
        return
    try:
        origin.belongs_to(contact, request.user)
    except CANNOT_LINK as error:
        messages.warning(request, str(error))


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
