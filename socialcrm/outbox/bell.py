"""Tell Celery to look at a row. A lost ring is no loss: the sweep finds the row."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

SEND = "socialcrm.send_reply"
RECONCILE = "socialcrm.reconcile_reply"
LOOK = "socialcrm.look_again"
# Longer countdowns are left to the sweep: brokers repeat what waits for long.
LONGEST = 10.0

log = logging.getLogger(__name__)


def ring(task: str, reply_id: int, countdown: float = 0) -> None:
    """Once the transaction is committed, ask a worker to look at this reply (in `countdown` seconds)."""
    if countdown <= LONGEST:
        transaction.on_commit(partial(_tell, task, reply_id, countdown), robust=True)


def _tell(task: str, reply_id: int, countdown: float) -> None:
    try:
        current_app.send_task(task, (reply_id,), countdown=countdown or None, retry=False, ignore_result=True)
    except (OperationalError, OSError):
        log.warning("the broker is away: reply %s waits for the sweep", reply_id)
