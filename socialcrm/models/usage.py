"""ApiUsage: the ledger of what calls to a network cost; DayCharge: what was charged today already."""

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


class DayCharge(models.Model):
    """A post or a person that a network charged us for on a day (UTC): read again that day, it costs nothing more.

    `micros` is the highest price so far, `added` what the last reading that cost something added to it. Rows are kept
    for two days.
    """

    pk = models.CompositePrimaryKey("day", "network", "resource")
    day = models.DateField()
    network = models.CharField(max_length=40)
    resource = models.CharField(max_length=200)
    micros = models.PositiveBigIntegerField()
    added = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("charge of a day")
        verbose_name_plural = _("charges of a day")

    def __str__(self) -> str:
        return f"{self.resource} {self.day}"
