"""Profiles, and which contact they are linked to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiResponse
from rest_framework.request import Request
from rest_framework.response import Response

from socialcrm import access, matching, sync
from socialcrm.api.base import ApiView, ListView
from socialcrm.api.filters import ProfileFilter
from socialcrm.api.inputs import BasisInput, LinkInput
from socialcrm.api.loading import contact_of
from socialcrm.api.pages import OnePage
from socialcrm.api.schema import described
from socialcrm.api.serializers import LinkSerializer, ProfileSerializer
from socialcrm.api.troubles import linking
from socialcrm.models import ProfileLink, SocialProfile

MAY_LINK = "socialcrm.link_socialprofile"


class ProfileList(ListView):
    """Profiles that you may see."""

    serializer_class = ProfileSerializer
    filterset_class = ProfileFilter

    def rows(self) -> QuerySet[SocialProfile]:
        """Visible profiles."""
        return access.visible_profiles(self.request.user).defer("raw")

    def prepare(self, rows: list[Any]) -> list[Any]:
        """With the contact of each."""
        self.contact_of = contact_of(rows, self.request.user)
        return rows

    def get_serializer_context(self) -> dict[str, Any]:
        """The contacts of the page's profiles."""
        return {**super().get_serializer_context(), "contact_of": getattr(self, "contact_of", {})}


class ProfileDetail(ApiView):
    """One profile."""

    serializer_class = ProfileSerializer

    def get(self, request: Request, pk: int) -> Response:
        """The profile."""
        profile = _visible_profile(request, pk)
        self.contact_of = contact_of([profile], request.user)
        return self.show(profile)

    def get_serializer_context(self) -> dict[str, Any]:
        """The profile's contact."""
        return {**super().get_serializer_context(), "contact_of": getattr(self, "contact_of", {})}


class ContactProfiles(ApiView):
    """A contact's linked profiles."""

    serializer_class = LinkSerializer
    pagination_class = OnePage
    is_list = True

    def get(self, request: Request, key: str) -> Response:
        """All of them; nobody has many."""
        contact = access.get_visible_contact(request.user, key)
        return self.show_all(_links(contact, ProfileLink.State.LINKED))

    @described(request=LinkInput, responses={201: LinkSerializer})
    def post(self, request: Request, key: str) -> Response:
        """Link a profile, given by its id here, or by @handle or address on a network."""
        contact = access.get_visible_contact(request.user, key)
        self.need(MAY_LINK)
        asked = self.read(LinkInput)
        with linking(request.user):
            profile = self._find(asked)
            link = matching.link(profile, contact, request.user, asked["basis"])
        return self.show(_get_link(contact, ProfileLink.State.LINKED, pk=link.pk), status=201)

    def _find(self, asked: dict[str, Any]) -> SocialProfile:
        if "profile" in asked:
            return _visible_profile(self.request, asked["profile"])
        mine = access.usable_accounts(self.request.user).filter(network=asked["network"], state="working")
        text = asked.get("url") or asked["handle"]
        profile: SocialProfile = sync.resolve_profile(mine.order_by("pk").first(), asked["network"], text)
        return profile


class ContactProfile(ApiView):
    """The link between a contact and a profile."""

    serializer_class = LinkSerializer

    @described(responses={204: OpenApiResponse(description="Unlinked; the profile stays.")})
    def delete(self, request: Request, key: str, profile_id: int) -> Response:
        """Unlink."""
        contact = access.get_visible_contact(request.user, key)
        link = _get_link(contact, ProfileLink.State.LINKED, profile=profile_id)
        self.need(MAY_LINK)
        matching.unlink(link, request.user)
        return Response(status=204)


class ContactSuggestions(ApiView):
    """Profiles that may be this contact's, with the evidence for and against."""

    serializer_class = LinkSerializer
    pagination_class = OnePage
    is_list = True

    def get(self, request: Request, key: str) -> Response:
        """The best first."""
        contact = access.get_visible_contact(request.user, key)
        return self.show_all(matching.suggestions(contact))


class AcceptSuggestion(ApiView):
    """Accept a suggestion."""

    serializer_class = LinkSerializer

    @described(request=BasisInput, responses={200: LinkSerializer})
    def post(self, request: Request, key: str, pk: int) -> Response:
        """Link the suggested profile to the contact."""
        contact = access.get_visible_contact(request.user, key)
        link = _get_link(contact, ProfileLink.State.SUGGESTED, pk=pk)
        self.need(MAY_LINK)
        asked = self.read(BasisInput)
        with linking(request.user):
            accepted = matching.accept(link, request.user, asked["basis"])
        return self.show(_get_link(contact, ProfileLink.State.LINKED, pk=accepted.pk))


class RefuseSuggestion(ApiView):
    """Refuse a suggestion; it does not come back."""

    serializer_class = LinkSerializer

    @described(request=None, responses={204: OpenApiResponse(description="Refused, and remembered.")})
    def post(self, request: Request, key: str, pk: int) -> Response:
        """This profile is somebody else's."""
        contact = access.get_visible_contact(request.user, key)
        link = _get_link(contact, ProfileLink.State.SUGGESTED, pk=pk)
        self.need(MAY_LINK)
        matching.refuse(link.profile, contact, request.user)
        return Response(status=204)


def _links(contact: Any, state: str) -> QuerySet[ProfileLink]:
    rows = ProfileLink.objects.filter(contact=contact, state=state)
    return rows.select_related("profile", "decided_by").defer("profile__raw").order_by("pk")


def _get_link(contact: Any, state: str, **where: Any) -> ProfileLink:
    link = _links(contact, state).filter(**where).first()
    if link is None:
        raise Http404
    return link


def _visible_profile(request: Request, pk: Any) -> SocialProfile:
    profile = access.visible_profiles(request.user).filter(pk=pk).first()
    if profile is None:
        raise Http404
    return profile
