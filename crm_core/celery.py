"""The Celery application of the host: the database row is the task, Celery only says "look now"."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_core.settings")

app = Celery("crm_core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
