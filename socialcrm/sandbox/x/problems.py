"""X's error bodies (RFC 7807 and its habits), as observed and as its specification names them."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from .names import to_new

OLD = "https://api.twitter.com/2/problems/"


class Problem(Exception):
    """A refusal: an HTTP status with the body that X sends."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(body.get("detail", ""))
        self.status = status
        self.body = body
        self.headers = headers or {}

    def answer(self, new_names: bool) -> web.Response:
        """The HTTP answer, with type URIs on the host that the dialect uses."""
        text = json.dumps(to_new(self.body) if new_names else self.body, ensure_ascii=False)
        return web.Response(
            status=self.status, text=text, content_type="application/problem+json", headers=self.headers
        )


def _blank(status: int, title: str, detail: str) -> dict[str, Any]:
    return {"title": title, "type": "about:blank", "status": status, "detail": detail}


def unauthorized() -> Problem:
    """401: no credentials, or wrong, expired or revoked ones."""
    return Problem(401, _blank(401, "Unauthorized", "Unauthorized"))


def forbidden(detail: str) -> Problem:
    """403 with a sentence."""
    return Problem(403, _blank(403, "Forbidden", detail))


def too_many() -> Problem:
    """429: this window is used up; the headers say until when."""
    return Problem(429, _blank(429, "Too Many Requests", "Too Many Requests"))


def not_found() -> Problem:
    """404: no such address."""
    return Problem(404, _blank(404, "Not Found", "Not Found"))


def unsupported_auth(allowed: str, used: str) -> Problem:
    """403: this address needs another kind of sign-in."""
    one = {
        "title": "Unsupported Authentication",
        "detail": f"Authenticating with {used} is forbidden for this endpoint.  "
        f"Supported authentication types are [{allowed}].",
        "type": f"{OLD}unsupported-authentication",
        "status": 403,
    }
    return Problem(403, {**one, "errors": [one]})


def missing_scope(scopes: str) -> Problem:
    """403: the OAuth 2.0 token lacks a scope."""
    return forbidden(f"Your client app is not configured with the appropriate oauth2 scopes: {scopes}.")


def invalid(message: str, name: str, value: str) -> Problem:
    """400: a parameter is wrong."""
    return invalid_many([{"message": message, "parameters": {name: [value]}}])


def invalid_many(errors: list[dict[str, Any]]) -> Problem:
    """400: several parameters are wrong, each named."""
    return Problem(
        400,
        {
            "errors": errors,
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{OLD}invalid-request",
        },
    )


def missing(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """A partial error: nothing there by that id or name."""
    return {
        "value": value,
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "title": "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{OLD}resource-not-found",
    }


def suspended(parameter: str, value: str) -> dict[str, Any]:
    """A partial error: the person's account is suspended."""
    return {
        **missing("user", parameter, value),
        "title": "Forbidden",
        "detail": f"User has been suspended: [{value}].",
    }


def not_shown(kind: str, parameter: str, value: str) -> dict[str, Any]:
    """A partial error: it's there, and this caller may not see it."""
    return {
        "value": value,
        "detail": f"Sorry, you are not authorized to see the {kind.title()} with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "section": "data",
        "type": f"{OLD}not-authorized-for-resource",
    }
