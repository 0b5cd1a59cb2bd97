"""The extension's app configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialCrmConfig(AppConfig):
    """One app, one INSTALLED_APPS line, one url include."""

    name = "socialcrm"
    verbose_name = _("Social networks")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of the installation."""
        from . import checks  # noqa: F401
