"""Reply: our answer on its way out. The row is the task; the outbox room moves it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Reply(models.Model):
    """Our answer to a post, from intent to the network's id. It is `sent` only with an external_id or `outside`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("May have been sent")
        FAILED = "failed", _("Not sent")
        CANCELLED = "cancelled", _("Cancelled")

    # Errors that the network gave: `error_detail` holds its own words, in its language, or none.
    REFUSALS = ("Rejected", "MayNotReply", "NotFound")
    IN_FLIGHT = ("queued", "sending", "unknown")
    is_new = False  # True on the very object that was written, as the outbox hands it out

    account = models.ForeignKey("SocialAccount", on_delete=models.PROTECT, related_name="replies")
    post = models.ForeignKey("Post", on_delete=models.SET_NULL, null=True, related_name="replies")
    conversation = models.ForeignKey(
        "Conversation", on_delete=models.SET_NULL, null=True, blank=True, related_name="replies"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    audience = models.CharField(max_length=20, default="public")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    hold = models.CharField(max_length=40, blank=True)  # why a queued reply waits: reconnect, rate_limited, unreachable
    client_key = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    attempt_id = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    external_id = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_post = models.ForeignKey("Post", on_delete=models.SET_NULL, null=True, blank=True, related_name="sent_replies")
    outside = models.BooleanField(
        default=False, help_text=_("Answered on the network itself and marked so by a person.")
    )
    failures = models.PositiveSmallIntegerField(default=0)  # times in a row that the network could not be reached
    looks = models.PositiveSmallIntegerField(default=0)  # times that an unknown reply was looked for on the network
    rung_at = models.DateTimeField(null=True, blank=True)  # when Celery was last told of it; the sweep's memory
    error_class = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        constraints = [
            models.UniqueConstraint(fields=["user", "client_key"], name="socialcrm_reply_once"),
            # Two people at once: one answer is on its way, the other person is told.
            models.UniqueConstraint(
                fields=["post"],
                condition=Q(state__in=["queued", "sending", "unknown"]),
                name="socialcrm_reply_one_in_flight",
            ),
            models.UniqueConstraint(
                fields=["account", "external_id"],
                condition=~Q(external_id=""),
                name="socialcrm_reply_external_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | ~Q(external_id="") | Q(outside=True),
                name="socialcrm_sent_has_proof",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(state__in=["queued", "sending", "unknown"]),
                name="socialcrm_reply_open",
            ),
            models.Index(
                fields=["post"],
                condition=Q(state__in=["queued", "sending", "unknown", "failed"]),
                name="socialcrm_reply_unsent",
            ),
            models.Index(fields=["-created_at", "-id"], name="socialcrm_reply_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
