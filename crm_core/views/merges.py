"""Stub."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def merge_pick(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Not there yet."""
    raise Http404


def merge_confirm(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Not there yet."""
    raise Http404


def merge_undo(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Not there yet."""
    raise Http404
