"""NetworkApp: this site's app on one server of a network that has many."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .fields import EncryptedJSONField


class NetworkApp(models.Model):
    """The keys that a server gave this site when its first account there was connected; used again by the next one.

    Rows are never changed: an account is signed out through the app that it was signed in through.
    """

    network = models.CharField(max_length=40)
    server = models.CharField(max_length=500)
    client_id = models.CharField(max_length=500)
    secrets = EncryptedJSONField(default=dict, blank=True)
    scopes = models.CharField(max_length=500, blank=True)
    redirect_uri = models.CharField(max_length=2000)
    registered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("app on a server")
        verbose_name_plural = _("apps on servers")
        constraints = [
            models.UniqueConstraint(fields=["network", "server", "client_id"], name="socialcrm_app_once"),
        ]

    def __str__(self) -> str:
        return f"{self.network} {self.server}"
