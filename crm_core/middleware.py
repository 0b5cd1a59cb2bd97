"""The Content-Security-Policy of the site: nothing inline, nothing from elsewhere but pictures."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

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
