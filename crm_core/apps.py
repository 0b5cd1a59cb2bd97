"""The host's app configuration."""

from __future__ import annotations

from django.apps import AppConfig, apps
from django.db.models.signals import m2m_changed, post_migrate
from django.utils.translation import gettext_lazy as _


class CrmCoreConfig(AppConfig):
    """Companies, contacts, deals, activities and teams."""

    name = "crm_core"
    verbose_name = _("CRM")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the production checks and the notices; keep the roles complete after each migrate."""
        from django.contrib.auth.models import User

        from . import checks, notices  # noqa: F401
        from .roles import after_migrate, staff_follows_group

        # Migrate speaks to apps with models only; when it speaks to the last one, all permissions exist.
        last = [config for config in apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(after_migrate, sender=last, dispatch_uid="crm_core.roles")
        m2m_changed.connect(staff_follows_group, sender=User.groups.through, dispatch_uid="crm_core.staff")
