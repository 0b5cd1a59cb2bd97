"""The pages of errors: what happened and what to do, and nothing about the inside."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

KEPT = gettext_noop("Nothing was saved. Go back: what you typed is still there. Shorten it, or send it in parts.")


def _page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """A page that stands alone; inside the frame, with its menu, for those who are signed in."""
    context = {"status": status, "title": title, "sentence": sentence}
    is_inside = status != 500 and getattr(request, "user", None) and request.user.is_authenticated
    return render(request, f"crm_core/error{'_inside' if is_inside else ''}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400; a form that holds more than the site takes is told how much that is."""
    if isinstance(exception, RequestDataTooBig):
        limit = _("A form takes at most %(size)s.") % {"size": filesizeformat(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)}
        return _page(request, 400, _("That is too much for one form"), f"{limit} {_(KEPT)}")
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        return _page(request, 400, _("That is too much for one form"), _(KEPT))
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
