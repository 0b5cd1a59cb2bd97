"""Encrypt every stored secret anew with the first key of SOCIALCRM_KEYS."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError

from socialcrm.models import SocialAccount
from socialcrm.models.fields import Sealed, key_ring


class Command(BaseCommand):
    """Safe while the site runs: a row that changes meanwhile is encrypted with the first key anyway."""

    help = "Encrypt every stored secret anew with the first key. Afterwards the other keys can be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate row by row; a row that no key opens is kept and named."""
        done, lost = 0, []
        for pk in list(SocialAccount.objects.values_list("pk", flat=True)):
            if rotate(pk):
                done += 1
            else:
                lost.append(pk)
        self.stdout.write(f"{done} accounts are encrypted with the first key.")
        if lost:
            raise CommandError(f"No key opens the secrets of the accounts {lost}: put the old key back, or reconnect.")


def rotate(pk: int) -> bool:
    """Encrypt one account's secrets anew; False where no key opens them."""
    ring = key_ring()
    while True:
        secrets = SocialAccount.objects.values_list("credentials", flat=True).filter(pk=pk).first()
        if not isinstance(secrets, Sealed):
            return True
        try:
            fresh = Sealed(ring.rotate(secrets.token.encode()).decode())
        except InvalidToken:
            return False
        # Compare and swap: a token that was refreshed in between must not be overwritten with the old one.
        if SocialAccount.objects.filter(pk=pk, credentials=secrets).update(credentials=fresh):
            return True
