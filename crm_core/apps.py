"""The host's app configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmCoreConfig(AppConfig):
    """Companies, contacts, deals, activities and teams."""

    name = "crm_core"
    verbose_name = _("CRM")
    default_auto_field = "django.db.models.BigAutoField"
