"""ApiUsage: the ledger of what calls to a network cost, by account, purpose and hour."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiUsage(models.Model):
    """Calls, resources and money of one account for one purpose in one hour (UTC). Money: millionths of a dollar."""

    account = models.ForeignKey("SocialAccount", on_delete=models.CASCADE, related_name="usage")
    purpose = models.CharField(max_length=40)
    hour = models.DateTimeField()
    calls = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    micros = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("API usage")
        verbose_name_plural = _("API usage")
        constraints = [models.UniqueConstraint(fields=["account", "purpose", "hour"], name="socialcrm_usage_once")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.hour:%Y-%m-%d %H}h"
