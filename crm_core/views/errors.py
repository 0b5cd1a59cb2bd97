"""The pages of errors: what happened and what to do, and nothing about the inside."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    context = {"status": status, "title": title, "sentence": sentence}
    return render(request, "crm_core/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400."""
    return _page(request, 400, _("This request can't be read"), _("Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return _page(request, 403, _("Your role does not include this"), _("Ask an administrator if you need it."))


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404: absent, or somebody else's."""
    return _page(request, 404, _("There is nothing here"), _("It was deleted, or it belongs to another team."))


def failed(request: HttpRequest) -> HttpResponse:
    """500. No database is asked: it may be what failed."""
    return _page(request, 500, _("The page could not be made"), _("The fault is noted. Try again in a minute."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old, or came from elsewhere."""
    return _page(request, 403, _("The page was open for too long"), _("Go back, reload the page and send it again."))
