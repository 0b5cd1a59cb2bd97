"""Table of contents: the rooms' Celery tasks, for autodiscovery. A task gets the row and calls the room."""

from __future__ import annotations

from celery import shared_task

from . import outbox

# The outbox


@shared_task(name="socialcrm.send_reply")
def send_reply(reply_id: int) -> None:
    """Send one reply whose time has come."""
    outbox.send(reply_id)


@shared_task(name="socialcrm.reconcile_reply")
def reconcile_reply(reply_id: int) -> None:
    """Find out what became of one reply."""
    outbox.reconcile(reply_id)


@shared_task(name="socialcrm.sweep_outbox")
def sweep_outbox() -> int:
    """Find replies that nobody looks at."""
    return outbox.sweep()
