"""The host's own Celery tasks."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from . import notices
from .importing.running import run
from .models import ContactImport, Heartbeat

SILENT = timedelta(seconds=60)


@shared_task(name="crm_core.heartbeat", expires=60)
def heartbeat() -> None:
    """Sign that beat, broker and worker went round; /readyz reads it."""
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


@worker_ready.connect
def sign_at_start(**_: object) -> None:
    """The first sign does not wait for beat."""
    heartbeat()


@shared_task(name="crm_core.mail_lost_access", autoretry_for=(OSError,), retry_backoff=30, max_retries=6)
def mail_lost_access(pk: int) -> None:
    """Tell the administrators by mail that an account has to be connected again; a mail server may be away."""
    notices.mail_lost_access(pk)


@shared_task(name="crm_core.run_import")
def run_import(pk: int) -> None:
    """Import the rows of one file that are not in yet; safe to run twice."""
    run(pk)


@shared_task(name="crm_core.sweep_imports", expires=60)
def sweep_imports() -> None:
    """Go on with imports whose worker died or whose message was lost."""
    unfinished = [ContactImport.State.QUEUED, ContactImport.State.RUNNING]
    silent = ContactImport.objects.filter(state__in=unfinished, beat_at__lt=timezone.now() - SILENT)
    for pk in silent.values_list("pk", flat=True):
        run_import.delay(pk)
