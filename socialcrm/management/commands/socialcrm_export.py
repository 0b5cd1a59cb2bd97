"""Everything that we hold about a contact on networks, as JSON on standard output."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from socialcrm import audit, compliance
from socialcrm.contacts import get_contact_model


def find_contact(key: str) -> Any:
    """The contact with this key. Raises CommandError."""
    try:
        return get_contact_model()._default_manager.get(pk=key)
    except (get_contact_model().DoesNotExist, ValueError) as error:  # type: ignore[attr-defined]
        raise CommandError(f"There is no contact {key}.") from error


class Command(BaseCommand):
    """A person asks what we know: this is the answer."""

    help = "Print everything that is held about a contact on social networks, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """The contact's key."""
        parser.add_argument("contact", help="the contact's key in the CRM")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it, and note that it was asked for."""
        contact = find_contact(options["contact"])
        found = compliance.export_contact(contact)
        audit.record(None, "contact_export", contact)
        self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
