"""ContactImport: a file of contacts on its way in; RefusedRow: a row that stayed outside, and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .team import Team


class ContactImport(models.Model):
    """A file of contacts on its way in. The row is the task: `done` is where a killed worker goes on."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Waiting for you")
        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    class Known(models.TextChoices):
        UPDATE = "update", _("Fill what is empty in the contact we have")
        SKIP = "skip", _("Leave the contact we have as it is")
        CREATE = "create", _("Create a second contact")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="crm_imports")
    filename = models.CharField(max_length=255)
    format = models.CharField(max_length=10)
    encoding = models.CharField(max_length=20)
    header = models.JSONField(default=list)
    rows = models.JSONField(default=list)  # lists of cells; a card that can't be read is {"bad", "raw"}
    mapping = models.JSONField(default=list)  # one field name, or "", per column
    known = models.CharField(max_length=10, choices=Known.choices, default=Known.UPDATE)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        """The import's page: mapping, progress or report."""
        return reverse("crm:import", args=[self.pk])

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return 100 if not self.total else self.done * 100 // self.total


class RefusedRow(models.Model):
    """A row of an import that stayed outside, and why."""

    batch = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.PositiveIntegerField()
    reason = models.CharField(max_length=500)
    cells = models.JSONField()

    class Meta:
        verbose_name = _("refused row")
        verbose_name_plural = _("refused rows")
        ordering = ["line"]

    def __str__(self) -> str:
        return self.reason
