"""The host's own Celery tasks."""

from __future__ import annotations

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from .models import Heartbeat


@shared_task(name="crm_core.heartbeat", expires=60)
def heartbeat() -> None:
    """Sign that beat, broker and worker went round; /readyz reads it."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@worker_ready.connect
def sign_at_start(**_: object) -> None:
    """The first sign does not wait for beat."""
    heartbeat()
