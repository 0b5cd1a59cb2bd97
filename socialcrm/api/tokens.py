"""API tokens: made once, shown once, stored as a hash, dead with their user."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from socialcrm import audit
from socialcrm.models import ApiToken

MARK = "scrm_"
# A use is written down at most this often, so that reading the API does not mean writing to the database.
USE_NOTED_EVERY = timedelta(minutes=1)


def make_token(user: Any, name: str = "", by: Any = None) -> str:
    """Create a token for the user and return its text: the only time that anyone sees it.

    256 random bits; a plain SHA-256 is enough to store them, since they can't be guessed.
    """
    text = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(user=user, name=name[:100], prefix=text[:12], digest=digest(text))
    audit.record(by or user, "token_made", token, name=token.name)
    return text


def find_token(text: str) -> ApiToken | None:
    """The living token with this text, of an active user, or None; a use is noted now and then."""
    living = ApiToken.objects.select_related("user").filter(revoked_at__isnull=True, user__is_active=True)
    token = living.filter(digest=digest(text)).first()
    if token:
        _note_use(token)
    return token


def revoke_token(token: ApiToken, by: Any) -> None:
    """End the token now; doing it again changes nothing."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        audit.record(by, "token_revoked", token)


def digest(text: str) -> str:
    """What the database knows of a token: SHA-256 in hex."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at and token.last_used_at > now - USE_NOTED_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
