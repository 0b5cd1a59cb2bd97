"""The second host's app configuration."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People, and nothing else."""

    name = "tests.hosts.other_crm.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
