"""Who calls: a token in the Authorization header, or the session of a signed-in person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from socialcrm.models import ApiToken

from .tokens import find_token

KEYWORDS = (b"token", b"bearer")


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token <token>` or `Authorization: Bearer <token>`; the same answer whatever is wrong with it."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        """The user and the token. Raises AuthenticationFailed for a token that is malformed, unknown or dead."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() not in KEYWORDS:
            return None
        token = find_token(words[1].decode("latin-1")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or revoked, or its user may no longer sign in."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What the WWW-Authenticate header of a 401 says."""
        return 'Bearer realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token, as the OpenAPI document names it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "`manage.py api_token USER` prints one."}
