"""The Celery application of the host: the database row is the task, Celery only says "look now"."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init, worker_init

from . import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_core.settings")

broker.register()
app = Celery("crm_core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def stop_unsafe_start(**_: object) -> None:
    """No worker and no beat with the demo's secrets in production; Celery swallows all but SystemExit here."""
    from django.core.exceptions import ImproperlyConfigured

    from .checks import refuse_unsafe_start

    try:
        refuse_unsafe_start()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from error
