"""Presence: which conversation a colleague looks at now, and whether an answer is being written."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Presence(models.Model):
    """Where a colleague was last seen at work: one row a person, written over; an old one says nothing.

    A table rather than a cache, so that several web processes agree without any other server.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    conversation = models.ForeignKey("Conversation", on_delete=models.CASCADE, related_name="+", db_index=False)
    writing = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")

    def __str__(self) -> str:
        return f"{self.user_id} at {self.conversation_id}"
