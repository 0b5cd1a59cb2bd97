"""Who did what: one row per deed, written in the transaction of the deed."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from .models import AuditEntry


def record(user: Any, action: str, obj: Model, **detail: Any) -> AuditEntry:
    """Write an audit row. `detail` holds ids and states, never a secret nor a post's text."""
    actor = user if user is not None and user.is_authenticated else None
    return AuditEntry.objects.create(
        user=actor, action=action, model=str(obj._meta.model_name), object_id=str(obj.pk), detail=detail
    )
