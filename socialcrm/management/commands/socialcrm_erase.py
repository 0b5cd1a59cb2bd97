"""Erase what we hold about a contact on networks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialcrm import compliance

from .socialcrm_export import find_contact


class Command(BaseCommand):
    """A person asks to be forgotten: this does it, at once and for good."""

    help = "Erase everything that is held about a contact on social networks. There is no undo."

    def add_arguments(self, parser: CommandParser) -> None:
        """The contact's key, and the word that it is meant."""
        parser.add_argument("contact", help="the contact's key in the CRM")
        parser.add_argument("--yes", action="store_true", help="do it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, and say how much went."""
        contact = find_contact(options["contact"])
        if not options["yes"]:
            raise CommandError(f"This erases the social data of {contact} for good. Say --yes if it is meant.")
        gone = compliance.erase_contact(contact, None)
        self.stdout.write(", ".join(f"{count} {name}" for name, count in gone.items()))
