"""InfluenceScore: how far a profile's voice carries on a day, with its parts."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class InfluenceScore(models.Model):
    """0-100 for one profile on one day, with the parts that add up to it, their inputs, version and confidence."""

    profile = models.ForeignKey("SocialProfile", on_delete=models.CASCADE, related_name="scores", db_index=False)
    day = models.DateField()
    version = models.PositiveSmallIntegerField()
    value = models.FloatField()
    confidence = models.FloatField(help_text=_("Share of the signals that were known, 0 to 1."))
    parts = models.JSONField()  # [{"signal", "input", "points", "of"}], in the order of the card
    computed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("influence score")
        verbose_name_plural = _("influence scores")
        permissions = [("view_reports", _("Can see the reports"))]
        constraints = [models.UniqueConstraint(fields=["profile", "day"], name="socialcrm_score_once")]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.day} {self.value:.0f}"
