"""The authorization code flow of OAuth 2.0 with PKCE (RFC 6749, RFC 7636), as far as it is the same everywhere."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from django.utils.translation import gettext
from oauthlib.oauth2 import WebApplicationClient

from .border import Rejected


def code_start(
    authorize_url: str, client_id: str, redirect_uri: str, scopes: Sequence[str], *, pkce: bool = True
) -> tuple[str, dict[str, str]]:
    """Where the browser goes, and what to keep until it comes back; it is secret."""
    kept = {"state": secrets.token_urlsafe(32), "redirect_uri": redirect_uri}
    query = {"response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri}
    query |= {"scope": " ".join(scopes), "state": kept["state"]}
    if pkce:
        client = WebApplicationClient(client_id)
        kept["verifier"] = client.create_code_verifier(64)
        query["code_challenge"] = client.create_code_challenge(kept["verifier"], "S256")
        query["code_challenge_method"] = "S256"
    return f"{authorize_url}?{urlencode(query, quote_via=quote)}", kept


def check_begun(expected: str, given: str) -> None:
    """Rejected where the browser does not bring back what it was sent away with."""
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Rejected(gettext("This sign-in was not begun here, or it is too old. Start again."), code="state")


def code_form(kept: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """What is sent to the token endpoint for the code that came back."""
    form = {"grant_type": "authorization_code", "code": query.get("code", "")}
    form["redirect_uri"] = kept.get("redirect_uri", "")
    return form | ({"code_verifier": kept["verifier"]} if kept.get("verifier") else {})
