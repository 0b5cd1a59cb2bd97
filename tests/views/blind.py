"""A host where nobody sees anybody."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from socialcrm.contacts import ContactAdapter, get_contact_model


class Blind(ContactAdapter):
    """Shows no contact to anyone."""

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """Nobody."""
        return get_contact_model()._default_manager.none()


class OnlyBob(ContactAdapter):
    """Shows Bob alone."""

    def visible_to(self, user: Any) -> QuerySet[Any]:
        """Bob."""
        return get_contact_model()._default_manager.filter(first_name="Bob")
