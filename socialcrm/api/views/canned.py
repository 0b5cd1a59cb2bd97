"""Canned replies: yours, and those of everyone."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from socialcrm import access, inbox
from socialcrm.api.base import ApiView, ListView
from socialcrm.api.filters import CannedReplyFilter
from socialcrm.api.inputs import CannedReplyInput, FillQuery
from socialcrm.api.schema import described
from socialcrm.api.serializers import CannedReplySerializer, FilledSerializer
from socialcrm.api.troubles import working
from socialcrm.models import CannedReply

WORK = "socialcrm.work_inbox"


class CannedReplyList(ListView):
    """Canned replies that you may use."""

    serializer_class = CannedReplySerializer
    filterset_class = CannedReplyFilter

    def rows(self) -> QuerySet[CannedReply]:
        """Yours and everyone's."""
        self.need(WORK)
        return inbox.canned_replies(self.request.user)

    @described(request=CannedReplyInput, responses={201: CannedReplySerializer})
    def post(self, request: Request) -> Response:
        """Write one."""
        self.need(WORK)
        with working():
            return self.show(inbox.write_canned(request.user, **self.read(CannedReplyInput)), status=201)


class CannedReplyView(ApiView):
    """One canned reply that you may use."""

    serializer_class: Any = CannedReplySerializer

    def find(self, pk: int) -> CannedReply:
        """The canned reply. Raises Http404 for another person's."""
        canned = inbox.get_canned_reply(self.request.user, pk)
        self.need(WORK)
        return canned


class CannedReplyDetail(CannedReplyView):
    """One canned reply."""

    def get(self, request: Request, pk: int) -> Response:
        """The canned reply."""
        return self.show(self.find(pk))

    @described(request=CannedReplyInput, responses={200: CannedReplySerializer})
    def put(self, request: Request, pk: int) -> Response:
        """Rewrite it."""
        canned = self.find(pk)
        with working():
            return self.show(inbox.write_canned(request.user, **self.read(CannedReplyInput), canned=canned))

    @described(request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete it."""
        with working():
            inbox.delete_canned(request.user, self.find(pk))
        return Response(status=204)


class FilledCannedReply(CannedReplyView):
    """A canned reply with the names of one person put in."""

    serializer_class = FilledSerializer

    @described(parameters=[OpenApiParameter("conversation", int, required=True)], responses={200: FilledSerializer})
    def get(self, request: Request, pk: int) -> Response:
        """The text, and what nobody can fill."""
        canned, asked = self.find(pk), FillQuery(data=request.query_params)
        if not asked.is_valid():
            raise ValidationError(asked.errors)
        conversation = access.get_visible_conversation(request.user, asked.validated_data["conversation"])
        return self.show(inbox.fill(canned, conversation, request.user))
