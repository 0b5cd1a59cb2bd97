"""MergeLog: what a merge of two contacts moved, so that it can be undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .contact import Contact


class MergeLog(models.Model):
    """One merge: the snapshot holds the merged contact, the survivor's old values and the keys of all that moved."""

    survivor = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="merges")
    merged_id = models.BigIntegerField()
    merged_name = models.CharField(max_length=250)
    snapshot = models.JSONField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-merged_at", "-pk"]

    def __str__(self) -> str:
        return self.merged_name
