"""Suppressed: people who were erased, by digest only, so that the next sync does not bring them back."""

from __future__ import annotations

import hashlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Suppressed(models.Model):
    """One person on one network who asked to be erased. The digest tells yes or no, and names nobody."""

    network = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("erased person")
        verbose_name_plural = _("erased people")
        constraints = [models.UniqueConstraint(fields=["network", "digest"], name="socialcrm_suppressed_once")]

    def __str__(self) -> str:
        return f"{self.network} {self.digest[:8]}"

    @staticmethod
    def digest_of(network: str, external_id: str) -> str:
        """The digest under which a person is remembered."""
        return hashlib.sha256(f"socialcrm:{network}:{external_id}".encode()).hexdigest()
