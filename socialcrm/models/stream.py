"""Stream: one thing that an account reads again and again, with its cursor; Gap: what it may have missed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class StreamQuerySet(models.QuerySet["Stream"]):
    """Questions about many streams."""

    def due(self) -> StreamQuerySet:
        """Streams whose time has come, of accounts that work, that nobody reads right now."""
        now = timezone.now()
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.filter(free, due_at__lte=now, account__state="working", active=True)


class Stream(models.Model):
    """One thing read from a network with one account: its mentions, its own posts, a linked profile's posts.

    `cursor` moves only in the transaction that stores the page. A walk over several pages keeps `walk_token` (where
    to go on) and `walk_cursor` (what the cursor becomes once the walk has met the old one).
    """

    class Kind(models.TextChoices):
        MENTIONS = "mentions", _("Mentions")
        OWN_POSTS = "own_posts", _("Own posts")
        PROFILE_POSTS = "profile_posts", _("A contact's posts")

    account = models.ForeignKey("SocialAccount", on_delete=models.CASCADE, related_name="streams")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    profile = models.ForeignKey(
        "SocialProfile", on_delete=models.CASCADE, null=True, blank=True, related_name="streams"
    )
    active = models.BooleanField(default=True)
    cursor = models.CharField(max_length=500, blank=True)
    walk_token = models.CharField(max_length=500, blank=True)
    walk_cursor = models.CharField(max_length=500, blank=True)
    walk_oldest = models.CharField(max_length=500, blank=True)
    walk_count = models.PositiveIntegerField(default=0, help_text=_("Posts read in this walk so far."))
    interval = models.PositiveIntegerField(default=60, help_text=_("Seconds between two looks."))
    due_at = models.DateTimeField(default=timezone.now)
    lease_id = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    error_class = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)
    failures = models.PositiveIntegerField(default=0)
    stored = models.PositiveBigIntegerField(default=0)
    limit = models.PositiveIntegerField(null=True, blank=True)
    remaining = models.PositiveIntegerField(null=True, blank=True)
    resets_at = models.DateTimeField(null=True, blank=True)

    objects = StreamQuerySet.as_manager()

    class Meta:
        verbose_name = _("stream")
        verbose_name_plural = _("streams")
        constraints = [
            models.UniqueConstraint(fields=["account", "kind", "profile"], name="socialcrm_stream_once"),
            models.UniqueConstraint(
                fields=["account", "kind"], condition=Q(profile__isnull=True), name="socialcrm_own_stream_once"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="socialcrm_stream_due", condition=Q(active=True))]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}"

    @property
    def is_late(self) -> bool:
        """Whether more than three intervals passed since the last success."""
        since = self.last_success_at or self.account.connected_at
        return (timezone.now() - since).total_seconds() > 3 * max(self.interval, 20)


class Gap(models.Model):
    """A stretch of a stream that may be missing, and why; `filled_at` says that it was fetched after all."""

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="gaps")
    after_id = models.CharField(max_length=500, blank=True)
    before_id = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=40)
    found_at = models.DateTimeField(default=timezone.now)
    filled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("gap")
        verbose_name_plural = _("gaps")

    def __str__(self) -> str:
        return f"{self.why} {self.starts_at} {self.ends_at}"
