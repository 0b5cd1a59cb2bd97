"""Linking a profile to a contact: find and preview, link with its basis, unlink with undo, answer a suggestion."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from socialcrm import matching, sync
from socialcrm.access import get_visible_contact, key, usable_accounts, visible_contacts, visible_profiles
from socialcrm.contacts import get_adapter
from socialcrm.forms import BasisForm, FindProfileForm
from socialcrm.models import ProfileLink, SocialProfile
from socialcrm.networks import network_of_text, networks
from socialcrm.networks.base import NetworkError
from socialcrm.timeline import people

from .answer import back, fragment, is_fragment, needs, page
from .inbox_screen import in_inbox, screen_of
from .panel import Panel, build_panel

TICKET_LASTS = 24 * 3600  # seconds
REFUSALS = (matching.AlreadyLinked, matching.LinkingForbidden)


@needs("link_socialprofile")
def link(request: HttpRequest, pk: str) -> HttpResponse:
    """Find a profile (POST text), then link it (POST profile and basis)."""
    contact = get_visible_contact(request.user, pk)
    if request.method != "POST":
        return _form(request, contact, {})
    if "profile" in request.POST:
        return _link(request, contact)
    return _find(request, contact)


@needs("link_socialprofile")
@require_POST
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a link away; what was said stays with the profile."""
    found = _visible_link(request, pk)
    if found.state != ProfileLink.State.LINKED:
        return _aside(request, found.contact)
    matching.unlink(found, request.user)
    undo = reverse("socialcrm:relink", args=[found.pk])
    return _aside(request, found.contact, _("@%(handle)s is unlinked.") % {"handle": found.profile.handle}, undo)


@needs("link_socialprofile")
@require_POST
def relink(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an unlink."""
    found = _visible_link(request, pk)
    if found.state != ProfileLink.State.UNLINKED:
        return _aside(request, found.contact)
    try:
        matching.link(found.profile, found.contact, request.user, found.basis, evidence=found.evidence)
    except REFUSALS as error:
        return _aside(request, found.contact, _why_not(request, error)["error"], error=True)
    return _aside(request, found.contact, _("@%(handle)s is linked again.") % {"handle": found.profile.handle})


@needs("link_socialprofile")
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Same person: a suggestion becomes a link."""
    found = _visible_link(request, pk)
    if found.state != ProfileLink.State.SUGGESTED:
        return _aside(request, found.contact)
    form = BasisForm(request.POST)
    basis = form.cleaned_data["basis"] if form.is_valid() else ProfileLink.Basis.PUBLIC
    try:
        made = matching.accept(found, request.user, basis)
    except REFUSALS as error:
        return _aside(request, found.contact, _why_not(request, error)["error"], error=True)
    return _linked(request, made)


@needs("link_socialprofile")
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Not this person: remembered, never suggested again, unless it is taken back."""
    found = _visible_link(request, pk)
    if found.state != ProfileLink.State.SUGGESTED:
        return _aside(request, found.contact)
    matching.refuse(found.profile, found.contact, request.user)
    undo = reverse("socialcrm:reconsider", args=[found.pk])
    return _aside(request, found.contact, _("Marked as not this person. It is not suggested again."), undo)


@needs("link_socialprofile")
@require_POST
def reconsider(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo a refusal: the suggestion is open again."""
    found = _visible_link(request, pk)
    if found.state != ProfileLink.State.REFUSED:
        return _aside(request, found.contact)
    matching.reconsider(found, request.user)
    return _aside(request, found.contact, _("@%(handle)s is suggested again.") % {"handle": found.profile.handle})


@login_required
@require_GET
def aside(request: HttpRequest, pk: str) -> HttpResponse:
    """The social column of a contact."""
    return _aside(request, get_visible_contact(request.user, pk))


def _find(request: HttpRequest, contact: Any) -> HttpResponse:
    form = FindProfileForm(request.POST)
    context: dict[str, Any] = {"text": request.POST.get("text", "")[:500], "network": request.POST.get("network")}
    if not form.is_valid():
        return _form(request, contact, {**context, "error": _("Paste a profile address or @handle.")}, 422)
    network = network_of_text(form.cleaned_data["text"], form.cleaned_data["network"])
    if network not in networks():
        return _form(request, contact, {**context, "error": _("This site does not know that network.")}, 422)
    reader = usable_accounts(request.user).filter(network=network, state="working").first()
    try:
        found = sync.resolve_profile(reader, network, form.cleaned_data["text"])
    except (NetworkError, ValueError) as error:
        return _form(request, contact, {**context, "error": str(error)}, 422)
    if matching.is_ours(found):
        ours = _("@%(handle)s is an account of ours.") % {"handle": found.handle}
        return _form(request, contact, {**context, "error": ours}, 422)
    taken = matching.linked_to(found)
    if taken and taken.contact != contact:
        return _form(request, contact, {**context, **_taken(request, taken.contact)}, 409)
    if taken:
        return _form(request, contact, {**context, "error": _("This profile is linked here already.")}, 409)
    return _form(request, contact, {"found": found})


def _link(request: HttpRequest, contact: Any) -> HttpResponse:
    profile = _asked_for(request)
    taken = matching.linked_to(profile)
    if taken and taken.contact != contact:
        # Before anything of the profile is shown: the contact may be one that this person may not see.
        return _form(request, contact, _taken(request, taken.contact), 409)
    form = BasisForm(request.POST)
    if not form.is_valid():
        return _form(request, contact, {"found": profile}, 422)
    try:
        made = matching.link(profile, contact, request.user, form.cleaned_data["basis"])
    except REFUSALS as error:
        status = 409 if isinstance(error, matching.AlreadyLinked) else 422
        return _form(request, contact, _why_not(request, error), status)
    return _linked(request, made)


def ticket(user: Any, profile: SocialProfile) -> str:
    """What the form of a profile that this person has just looked up sends: a number alone could be anybody's."""
    return signing.dumps([str(user.pk), profile.pk], salt=__name__)


def _asked_for(request: HttpRequest) -> SocialProfile:
    sent = request.POST["profile"]
    if sent.isdigit():
        return get_object_or_404(visible_profiles(request.user), pk=key(sent))
    try:
        user, pk = signing.loads(sent, salt=__name__, max_age=TICKET_LASTS)
    except signing.BadSignature as error:
        raise Http404 from error
    if user != str(request.user.pk):
        raise Http404
    return get_object_or_404(SocialProfile, pk=pk)


def _linked(request: HttpRequest, made: ProfileLink) -> HttpResponse:
    undo = reverse("socialcrm:unlink", args=[made.pk])
    return _aside(request, made.contact, _("@%(handle)s is linked.") % {"handle": made.profile.handle}, undo)


def _why_not(request: HttpRequest, error: Exception) -> dict[str, Any]:
    """What stands against a link; another contact is named only to who may see it."""
    return _taken(request, error.contact) if isinstance(error, matching.AlreadyLinked) else {"error": str(error)}


def _taken(request: HttpRequest, other: Any) -> dict[str, Any]:
    adapter = get_adapter()
    if other is None or not adapter.can_view(request.user, other):
        return {"error": _("This profile is linked to a contact that you may not see. Ask a manager.")}
    named = {"name": adapter.name(other), "url": adapter.url(other)}
    return {"error": _("This profile is linked to another contact already:"), "other": named}


def _form(request: HttpRequest, contact: Any, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {"contact": contact, "bases": ProfileLink.Basis.choices, "networks": _linkable(), **context}
    if found := context.get("found"):
        context["ticket"] = ticket(request.user, found)
    if is_fragment(request):
        return fragment(request, "socialcrm/_link_form.html", context, status=status)
    return page(request, "socialcrm/link.html", {**context, "name": get_adapter().name(contact)}, status)


def _aside(
    request: HttpRequest, contact: Any, message: str = "", undo: str = "", *, error: bool = False
) -> HttpResponse:
    if not is_fragment(request):
        return back(request, get_adapter().url(contact) or "/", message, error=error)
    if c := in_inbox(request):
        screen = {"screen": screen_of(request, c)}
        return fragment(request, "socialcrm/inbox/_customer.html", screen, toast=message, undo=undo)
    panel: Panel = build_panel(request.user, None, {}, who=people(contact, request.user))
    context = {"panel": panel, "who": panel.who, "may_link": panel.may_link, "may_reply": panel.may_reply}
    return fragment(request, "socialcrm/_aside.html", context, toast=message, undo=undo)


def _visible_link(request: HttpRequest, pk: int) -> ProfileLink:
    rows = ProfileLink.objects.filter(contact__in=visible_contacts(request.user)).select_related("profile", "contact")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _linkable() -> list[str]:
    return [name for name, cls in networks().items() if cls.may_link_contacts]
