"""What every answer of the site carries and what no request may: the Content-Security-Policy, and NUL in the admin."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from .views.errors import bad_request

HEADER = "Content-Security-Policy"


def policy() -> str:
    """The policy. CRM_IMAGE_HOSTS lists where pictures may come from, besides the site itself."""
    images = " ".join(["'self'", "data:", *getattr(settings, "CRM_IMAGE_HOSTS", ())])
    return (
        f"default-src 'self'; img-src {images}; style-src 'self'; script-src 'self'; "
        "object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
    )


class ContentSecurityPolicy:
    """Sets the policy on every answer that has none of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the header."""
        response = self.get_response(request)
        response.headers.setdefault(HEADER, policy())
        return response


class NoNulInAdmin:
    """Refuses NUL in an address of the admin, whose filters hand it to the database as it is: PostgreSQL has none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """400 for NUL, else the page."""
        if "%00" in request.META.get("QUERY_STRING", "") and request.path.startswith(reverse("admin:index")):
            return bad_request(request)
        return self.get_response(request)
