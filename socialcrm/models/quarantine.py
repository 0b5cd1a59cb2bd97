"""Quarantined: what a network sent and nobody here could read, as it came, for a person to look at."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Quarantined(models.Model):
    """Bytes of a network, cut to a bounded size, without secrets; the same again is counted, not kept twice."""

    class Why(models.TextChoices):
        POST = "post", _("A post that cannot be read")
        ANSWER = "answer", _("An answer that cannot be read")
        REFUSED = "refused", _("A page that the database refuses")

    account = models.ForeignKey("SocialAccount", on_delete=models.CASCADE, related_name="quarantine")
    purpose = models.CharField(max_length=40)
    why = models.CharField(max_length=20, choices=Why.choices)
    detail = models.CharField(max_length=500, blank=True)
    body = models.BinaryField()
    size = models.PositiveIntegerField(help_text=_("Bytes before it was cut."))
    digest = models.CharField(max_length=64)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("unreadable answer")
        verbose_name_plural = _("unreadable answers")
        constraints = [
            models.UniqueConstraint(fields=["account", "purpose", "digest"], name="socialcrm_quarantined_once")
        ]

    def __str__(self) -> str:
        return f"{self.why} {self.digest[:8]}"
