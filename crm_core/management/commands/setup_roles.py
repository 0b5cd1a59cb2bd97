"""Give the four roles their permissions."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from crm_core.roles import setup_roles


class Command(BaseCommand):
    """Create the groups of the roles and give them what they lack; safe to run again."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say so."""
        setup_roles()
        self.stdout.write("The roles have their permissions.")
