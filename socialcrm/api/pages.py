"""Cursor pages: {results, next, previous}, by key and never by offset, so that page 5,000 costs what page 1 costs."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

DEFAULT_LIMIT, MAX_LIMIT = 20, 100


class OnePage(BasePagination):
    """The envelope of a list that is never long: everything on one page."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The envelope in OpenAPI's words."""
        link = {"type": "string", "format": "uri", "nullable": True}
        members = {"results": schema, "next": link, "previous": link}
        return {"type": "object", "required": list(members), "properties": members}


class KeysetPages(OnePage):
    """Pages of rows in the order of the view's `order`: a field that is never null, newest first, then the key."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The page's rows; one row more is read to know whether there is a next page."""
        self.request, self.field = request, getattr(view, "order", "pk")
        self.limit = read_limit(request)
        backwards, after = self._read_cursor(queryset)
        rows = list(self._slice(queryset, backwards, after)[: self.limit + 1])
        more, rows = len(rows) > self.limit, rows[: self.limit]
        self.has_next, self.has_previous = (True, more) if backwards else (more, after is not None)
        self.rows = rows[::-1] if backwards else rows
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        """The envelope of every list."""
        return Response(envelope(data, next_url=self._link(False), previous_url=self._link(True)))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters `cursor` and `limit`."""
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": "From `next` or `previous`.",
            },
            {"name": "limit", "in": "query", "required": False, "schema": limit, "description": "Rows on a page."},
        ]

    def _slice(self, queryset: QuerySet[Any], backwards: bool, after: list[Any] | None) -> QuerySet[Any]:
        sign, past = ("", "gt") if backwards else ("-", "lt")
        ordered = queryset.order_by(*{f"{sign}{self.field}": 0, f"{sign}pk": 0})
        if after is None:
            return ordered
        value, key = after
        if self.field == "pk":
            return ordered.filter(**{f"pk__{past}": key})
        return ordered.filter(Q(**{f"{self.field}__{past}": value}) | Q(**{self.field: value, f"pk__{past}": key}))

    def _read_cursor(self, queryset: QuerySet[Any]) -> tuple[bool, list[Any] | None]:
        text = self.request.query_params.get("cursor", "")
        if not text:
            return False, None
        try:
            backwards, value, key = signing.loads(text, salt=self._salt(queryset.model))
        except signing.BadSignature as error:
            raise ValidationError({"cursor": _("This cursor is not one of ours; take it from `next`.")}) from error
        meta = queryset.model._meta
        return backwards, [None if self.field == "pk" else meta.get_field(self.field).to_python(value), key]

    def _salt(self, model: type[Model]) -> str:
        return f"socialcrm.api.{model._meta.label}.{self.field}"

    def _link(self, backwards: bool) -> str | None:
        if not self.rows or not (self.has_previous if backwards else self.has_next):
            return None
        row = self.rows[0] if backwards else self.rows[-1]
        mark = [backwards, str(getattr(row, self.field)), str(row.pk)]
        cursor = signing.dumps(mark, salt=self._salt(type(row)))
        return str(replace_query_param(self.request.build_absolute_uri(), "cursor", cursor))


def read_limit(request: Request) -> int:
    """The rows that a page is asked to hold. Raises ValidationError for what is not a number from 1 to MAX_LIMIT."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MAX_LIMIT):
        raise ValidationError({"limit": _("Give a number from 1 to %(most)d.") % {"most": MAX_LIMIT}})
    return int(text)


def envelope(results: Any, next_url: str | None = None, previous_url: str | None = None) -> dict[str, Any]:
    """The shape of every list."""
    return {"results": results, "next": next_url, "previous": previous_url}
