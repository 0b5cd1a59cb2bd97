"""Conversation: the work item, the posts of one thread with one account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Conversation(models.Model):
    """The posts of one thread with one account, and where the work on it stands."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PENDING = "pending", _("Waiting for them")
        SNOOZED = "snoozed", _("Snoozed")
        RESOLVED = "resolved", _("Resolved")

    account = models.ForeignKey("SocialAccount", on_delete=models.CASCADE, related_name="conversations", db_index=False)
    thread_id = models.CharField(max_length=500)
    profile = models.ForeignKey("SocialProfile", on_delete=models.CASCADE, related_name="conversations")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
    )
    opened_at = models.DateTimeField()
    waiting_since = models.DateTimeField(null=True, blank=True)
    last_post_at = models.DateTimeField()
    first_reply_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [models.UniqueConstraint(fields=["account", "thread_id"], name="socialcrm_conversation_once")]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.thread_id}"
