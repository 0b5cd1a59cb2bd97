"""What every view of the API shares; the host's own REST_FRAMEWORK settings are neither used nor changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import SessionAuthentication
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from socialcrm.contacts import get_contact_model

from . import problems
from .authentication import TokenAuthentication
from .pages import KeysetPages, OnePage, envelope
from .parsers import BoundedJSONParser
from .schema import OurSchema
from .throttles import TokenThrottle, WriteThrottle


class AlwaysJson(BaseContentNegotiation):
    """JSON whatever the Accept header says: a program that asks for something else can still read the answer."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """The parser whose media type is the request's; None (415) for any other."""
        wanted = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        """The first renderer."""
        return renderers[0], renderers[0].media_type


class ApiView(GenericAPIView[Any]):
    """A view of the API: token or session, JSON in and out, problems as errors, throttled."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]
    parser_classes = [BoundedJSONParser]
    renderer_classes = [JSONRenderer]
    throttle_classes = [TokenThrottle, WriteThrottle]
    content_negotiation_class = AlwaysJson
    pagination_class: type[OnePage] | None = None
    filter_backends: Any = []
    versioning_class = None
    schema: AutoSchema = OurSchema()
    # The field that a list is ordered by, newest first.
    order = "pk"
    # Whether GET answers with a list.
    is_list = False

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer with times in UTC, whatever the host's time zone."""
        with timezone.override(UTC):
            return super().dispatch(request, *args, **kwargs)

    def get_exception_handler(self) -> Callable[..., Response]:
        """Problems, whatever the host chose for its own API."""
        return problems.handle

    def read(self, serializer_class: Any) -> dict[str, Any]:
        """The checked body. Raises ValidationError (422)."""
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def need(self, permission: str) -> None:
        """Raise PermissionDenied unless the user has this permission."""
        if not self.request.user.has_perm(permission):
            raise PermissionDenied(_("You may not do this; it needs the permission %(name)s.") % {"name": permission})

    def show(self, row: Any, serializer_class: Any = None, status: int = 200) -> Response:
        """One row as the answer."""
        chosen = serializer_class or self.get_serializer_class()
        return Response(chosen(row, context=self.get_serializer_context()).data, status=status)

    def show_all(self, rows: Any, serializer_class: Any = None) -> Response:
        """A short list as the answer: one page."""
        chosen = serializer_class or self.get_serializer_class()
        return Response(envelope(chosen(rows, many=True, context=self.get_serializer_context()).data))


class ListView(ApiView):
    """A list: filtered, paged, newest first."""

    pagination_class = KeysetPages
    is_list = True
    filterset_class: Any = None
    filter_backends: Any = [DjangoFilterBackend]

    def get(self, request: Request) -> Response:
        """One page."""
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        data = self.get_serializer(self.prepare(rows), many=True).data
        return self.get_paginated_response(data)

    def prepare(self, rows: list[Any]) -> list[Any]:
        """The page's rows, with what they need loaded in a fixed number of queries."""
        return rows

    def get_queryset(self) -> QuerySet[Any]:
        """The rows; none while the OpenAPI document is drawn, for nobody asks then."""
        if getattr(self, "swagger_fake_view", False):
            model = self.filterset_class._meta.model or get_contact_model()
            return QuerySet(model).none()
        return self.rows()

    def rows(self) -> QuerySet[Any]:
        """The rows that this user may see."""
        raise NotImplementedError
