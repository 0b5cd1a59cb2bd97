"""Contacts: list, social summary, timeline, score."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from socialcrm import access, scoring, timeline
from socialcrm.api.base import ApiView, ListView
from socialcrm.api.filters import ContactFilter
from socialcrm.api.loading import contact_rows
from socialcrm.api.pages import OnePage, envelope, read_limit
from socialcrm.api.problems import Problem
from socialcrm.api.schema import described
from socialcrm.api.serializers import (
    ContactBriefSerializer,
    ContactScoreSerializer,
    ContactSummarySerializer,
    SaidSerializer,
)
from socialcrm.api.timelines import read_timeline, summary


class ContactList(ListView):
    """Contacts that you may see."""

    serializer_class = ContactBriefSerializer
    filterset_class = ContactFilter

    def rows(self) -> QuerySet[Any]:
        """Visible contacts."""
        return access.visible_contacts(self.request.user)

    def prepare(self, rows: list[Any]) -> list[Any]:
        """With their profiles."""
        return contact_rows(rows)


class ContactDetail(ApiView):
    """A contact's social summary: profiles, score, counts, last touch."""

    serializer_class = ContactSummarySerializer

    def get(self, request: Request, key: str) -> Response:
        """The summary."""
        return self.show(summary(access.get_visible_contact(request.user, key), request.user))


class ContactScore(ApiView):
    """A contact's score with its parts and its days."""

    serializer_class = ContactScoreSerializer

    def get(self, request: Request, key: str) -> Response:
        """The score; a contact without one answers 404 and says so."""
        score = scoring.for_contact(access.get_visible_contact(request.user, key))
        if score is None:
            step = _("Link a profile to this contact; the score follows within minutes.")
            raise Problem(404, "no-score", _("This contact has no score yet."), next_step=step)
        return self.show(score)


class ContactTimeline(ApiView):
    """What a contact and we said to each other, newest first."""

    serializer_class = SaidSerializer
    pagination_class = OnePage
    is_list = True

    @described(
        parameters=[
            OpenApiParameter("kind", str, enum=timeline.KINDS, default="all"),
            OpenApiParameter("network", str, description="A network's id or alias."),
            OpenApiParameter("cursor", str, description="From `next`."),
            OpenApiParameter("limit", int),
        ],
    )
    def get(self, request: Request, key: str) -> Response:
        """One page."""
        contact = access.get_visible_contact(request.user, key)
        said, cursor = read_timeline(contact, request, read_limit(request))
        here = request.build_absolute_uri()
        data = self.get_serializer(said, many=True).data
        return Response(envelope(data, replace_query_param(here, "cursor", cursor) if cursor else None))
