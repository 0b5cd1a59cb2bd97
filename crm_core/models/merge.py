"""What a merge of two contacts, or of two companies, moved, so that it can be undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .company import Company
from .contact import Contact


class Merge(models.Model):
    """One merge: the snapshot holds the merged row, the survivor's old values and the keys of all that moved.

    Each kind adds `survivor`, the row that stayed; it is None once that row was deleted.
    """

    merged_id = models.BigIntegerField()
    merged_name = models.CharField(max_length=250)
    snapshot = models.JSONField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True
        ordering = ["-merged_at", "-pk"]

    def __str__(self) -> str:
        return self.merged_name


class MergeLog(Merge):
    """A merge of two contacts."""

    survivor = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="merges")

    class Meta(Merge.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")


class CompanyMergeLog(Merge):
    """A merge of two companies."""

    survivor = models.ForeignKey(Company, on_delete=models.SET_NULL, null=True, related_name="merges")

    class Meta(Merge.Meta):
        verbose_name = _("merge of companies")
        verbose_name_plural = _("merges of companies")
