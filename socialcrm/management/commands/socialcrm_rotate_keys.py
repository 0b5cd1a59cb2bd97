"""Encrypt every stored secret anew with the first key of SOCIALCRM_KEYS."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from socialcrm.models import NetworkApp, SocialAccount
from socialcrm.models.fields import Sealed, key_ring

SECRETS: tuple[tuple[type[Model], str], ...] = ((SocialAccount, "credentials"), (NetworkApp, "secrets"))


class Command(BaseCommand):
    """Safe while the site runs: a row that changes meanwhile is encrypted with the first key anyway."""

    help = "Encrypt every stored secret anew with the first key. Afterwards the other keys can be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate row by row; a row that no key opens is kept and named."""
        lost = []
        for model, column in SECRETS:
            pks = list(model._default_manager.values_list("pk", flat=True))
            kept = [pk for pk in pks if not rotate(model, column, pk)]
            lost += [f"{model._meta.verbose_name} {pk}" for pk in kept]
            done, what = len(pks) - len(kept), model._meta.verbose_name_plural
            self.stdout.write(f"{done} {what} are encrypted with the first key.")
        if lost:
            named = ", ".join(lost)
            raise CommandError(f"No key opens the secrets of {named}: put the old key back, or reconnect.")


def rotate(model: type[Model], column: str, pk: int) -> bool:
    """Encrypt one row's secrets anew; False where no key opens them."""
    ring = key_ring()
    rows = model._default_manager.filter(pk=pk)
    while True:
        secrets = rows.values_list(column, flat=True).first()
        if not isinstance(secrets, Sealed):
            return True
        try:
            fresh = Sealed(ring.rotate(secrets.token.encode()).decode())
        except InvalidToken:
            return False
        # Compare and swap: a token that was refreshed in between must not be overwritten with the old one.
        if rows.filter(**{column: secrets}).update(**{column: fresh}):
            return True
