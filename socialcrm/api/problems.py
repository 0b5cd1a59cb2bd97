"""Errors as problem details (RFC 9457), each with the next step to take."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:socialcrm:problem:"

NEXT_STEPS = {
    400: gettext_lazy("Correct what `errors` or `detail` names, and send the request again."),
    401: gettext_lazy("Send `Authorization: Token <token>`; an administrator makes one with `manage.py api_token`."),
    403: gettext_lazy("Ask an administrator for this permission."),
    404: gettext_lazy("Check the address and the id; what you may not see looks absent."),
    405: gettext_lazy("Use one of the methods in the Allow header."),
    409: gettext_lazy("Read what changed, then decide again."),
    413: gettext_lazy("Send less in one request."),
    415: gettext_lazy("Send JSON with `Content-Type: application/json`."),
    422: gettext_lazy("Correct what `errors` or `detail` names, and send the request again."),
    429: gettext_lazy("Wait for as many seconds as the Retry-After header says."),
    500: gettext_lazy("Try again later; if it happens again, tell the administrator of this site the time of it."),
    502: gettext_lazy("Try again in a minute."),
    503: gettext_lazy("Try again in a minute."),
}


class Problem(Exception):
    """An error with a code of its own. `extra` are further members of the answer, ids only."""

    def __init__(self, status: int, code: str, detail: str, *, next_step: str = "", **extra: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.next_step, self.extra = status, code, detail, next_step, extra


class TooLarge(exceptions.APIException):
    """The body is over the limit."""

    status_code = 413
    default_detail = gettext_lazy("The body is too large.")
    default_code = "too-large"


def body(
    status: int, detail: str, *, code: str = "", path: str = "", next_step: str = "", **extra: Any
) -> dict[str, Any]:
    """The members of a problem."""
    title = HTTPStatus(status).phrase
    return {
        "type": TYPE_PREFIX + (code or title.lower().replace(" ", "-")),
        "title": title,
        "status": status,
        "detail": detail or title,
        "instance": path,
        "next_step": next_step or str(NEXT_STEPS.get(status, NEXT_STEPS[400])),
        **extra,
    }


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every error becomes a problem, the unforeseen ones without a word of their inside."""
    request = context["request"]
    data, headers = _members(error, request)
    data["instance"] = request.path
    set_rollback()
    return Response(data, status=data["status"], headers=headers, content_type=MEDIA_TYPE)


def _members(error: Exception, request: Any) -> tuple[dict[str, Any], dict[str, str]]:
    if isinstance(error, Http404):
        return body(404, _("There is nothing here that you may see.")), {}
    if isinstance(error, PermissionDenied):
        return body(403, str(error) or _("You may not do this.")), {}
    if isinstance(error, Problem):
        return body(error.status, error.detail, code=error.code, next_step=error.next_step, **error.extra), {}
    if isinstance(error, exceptions.ValidationError):
        return _invalid(error, request), {}
    if isinstance(error, exceptions.APIException):
        return body(error.status_code, str(error.detail)), _headers(error)
    return _unforeseen(error, request), {}


def _invalid(error: exceptions.ValidationError, request: Any) -> dict[str, Any]:
    status = 400 if request.method in ("GET", "HEAD", "OPTIONS") else 422
    listed = list(_each(error.get_full_details(), ""))
    return body(status, _("Some values can't be accepted."), code="invalid", errors=listed)


def _each(details: Any, field: str) -> Any:
    if isinstance(details, list):
        for item in details:
            yield from _each(item, field)
    elif isinstance(details, dict) and set(details) == {"message", "code"}:
        yield {"field": field, "message": str(details["message"]), "code": str(details["code"])}
    else:
        for name, inner in details.items():
            yield from _each(inner, f"{field}.{name}" if field else str(name))


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    auth_header, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    if auth_header:
        headers["WWW-Authenticate"] = auth_header
    if wait is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _unforeseen(error: Exception, request: Any) -> dict[str, Any]:
    logger.error("Unforeseen error in the API: %s", type(error).__name__, exc_info=error)
    # What watches Django for errors (trackers, the test client) hears of it as if it had not been caught.
    got_request_exception.send(sender=handle, request=request._request)
    return body(500, _("Something went wrong on our side."))
