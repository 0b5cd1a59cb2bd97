"""Make a key for SOCIALCRM_KEYS."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Print a new key; nothing is stored."""

    help = "Print a new key for SOCIALCRM_KEYS. Put it first in the list, then run socialcrm_rotate_keys."
    # Who has no key yet is told by the checks to run this.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(Fernet.generate_key().decode())
