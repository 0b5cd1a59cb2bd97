"""SocialAccount: our own login on a network."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fields import EncryptedJSONField


class SocialAccountQuerySet(models.QuerySet["SocialAccount"]):
    """Questions about many accounts."""

    def connected(self) -> SocialAccountQuerySet:
        """Accounts that can read and send now."""
        return self.filter(state=SocialAccount.State.WORKING)

    def usable_by(self, user: Any) -> SocialAccountQuerySet:
        """Accounts that this user may act as: those of the user's groups, and those open to everyone."""
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        open_or_mine = Q(groups__isnull=True) | Q(groups__in=user.groups.all())
        return self.filter(open_or_mine).distinct()


class SocialAccount(models.Model):
    """Our own login on a network, e.g. @acme. Credentials are encrypted and leave only through `connect`."""

    class State(models.TextChoices):
        WORKING = "working", _("Working")
        NEEDS_RECONNECT = "needs_reconnect", _("Lost access")
        PAUSED = "paused", _("Paused")
        DISCONNECTED = "disconnected", _("Disconnected")

    network = models.CharField(max_length=40)
    external_id = models.CharField(max_length=500)
    handle = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    avatar_url = models.URLField(max_length=2000, blank=True)
    profile = models.ForeignKey(
        "SocialProfile", on_delete=models.SET_NULL, null=True, blank=True, related_name="accounts"
    )
    # On networks of many servers: the address of the one that the account lives on, and what it said of itself.
    server = models.CharField(max_length=500, blank=True)
    server_facts = models.JSONField(default=dict, blank=True)
    server_asked_at = models.DateTimeField(null=True, blank=True)
    app = models.ForeignKey("NetworkApp", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.WORKING)
    state_detail = models.CharField(max_length=500, blank=True)
    state_since = models.DateTimeField(default=timezone.now)
    tier = models.CharField(max_length=20, default="self_serve")
    credentials = EncryptedJSONField(default=dict, blank=True)
    credentials_version = models.PositiveIntegerField(default=0)
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_id = models.UUIDField(null=True, blank=True)
    refreshing_until = models.DateTimeField(null=True, blank=True)  # one process refreshes the token, the others wait
    replies_wait_until = models.DateTimeField(null=True, blank=True)  # the network's limit on writing
    scopes = models.CharField(max_length=500, blank=True)
    groups = models.ManyToManyField(Group, blank=True, related_name="+")
    monthly_cap = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    connected_by = models.CharField(max_length=150, blank=True)
    connected_at = models.DateTimeField(default=timezone.now)

    objects = SocialAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("connected account")
        verbose_name_plural = _("connected accounts")
        constraints = [models.UniqueConstraint(fields=["network", "external_id"], name="socialcrm_account_once")]
        permissions = [
            ("reply_as_account", _("Can answer as a connected account")),
            ("manage_accounts", _("Can connect and manage accounts")),
            ("view_all_outbox", _("Can see everyone's replies in the outbox")),
            ("read_private_posts", _("Can read private messages to the accounts that they may use")),
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"

    @property
    def is_working(self) -> bool:
        """Whether it can read and send now."""
        return self.state == self.State.WORKING

    def may_be_used_by(self, user: Any) -> bool:
        """Whether the user may answer as this account."""
        allowed = SocialAccount.objects.usable_by(user).filter(pk=self.pk).exists()
        return allowed and user.has_perm("socialcrm.reply_as_account")

    def change_state(self, state: str, detail: str = "") -> None:
        """Move to another state and remember since when and why; the same state keeps its date."""
        if state != self.state:
            self.state_since = timezone.now()
        self.state, self.state_detail = state, detail[:500]
        self.save(update_fields=["state", "state_detail", "state_since"])
