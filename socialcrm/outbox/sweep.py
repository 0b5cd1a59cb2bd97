"""Find what was missed: lost rings, dead workers, waits that are over. The broker may forget everything."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from socialcrm.models import AuditEntry, Reply

from . import bell
from .claim import OVERDUE, ready_accounts
from .clock import after

# A row that was rung for is left in peace for so long: its message may still be in a queue.
PATIENCE = 15.0
AT_ONCE = 500


def sweep() -> int:
    """Ring for every reply whose time has come and for which nobody rang lately; how many. One query when idle."""
    unrung = Q(rung_at__isnull=True) | Q(rung_at__lte=after(-PATIENCE))
    able = Q(state=Reply.State.SENDING) | Q(account_id__in=ready_accounts().values("pk"))
    due = Reply.objects.filter(able, unrung, state__in=Reply.IN_FLIGHT, not_before__lte=Now())
    rows = list(due.exclude(hold="person").order_by("not_before").values_list("pk", "state")[:AT_ONCE])
    if not rows:
        return 0
    _expire([pk for pk, state in rows if state == Reply.State.SENDING])
    doubtful = _doubt([pk for pk, state in rows if state == Reply.State.QUEUED])
    Reply.objects.filter(pk__in=[pk for pk, _state in rows]).update(rung_at=Now())
    for pk, state in rows:
        bell.ring(bell.SEND if state == Reply.State.QUEUED and pk not in doubtful else bell.RECONCILE, pk)
    return len(rows)


def _expire(pks: list[int]) -> None:
    """Their worker was not heard of again: nobody knows whether it had spoken."""
    silent = Reply.objects.filter(state=Reply.State.SENDING, lease_until__lte=Now())
    with transaction.atomic():
        lost = list(silent.select_for_update().filter(pk__in=pks).values_list("pk", flat=True))
        silent.filter(pk__in=lost).update(
            state=Reply.State.UNKNOWN, error_class="worker_lost", hold="", not_before=Now(), looks=0, changed_at=Now()
        )
        detail = {"state": "unknown", "why": "worker_lost"}
        AuditEntry.objects.bulk_create(
            AuditEntry(action="reply_result", model="reply", object_id=str(pk), detail=detail) for pk in lost
        )


def _doubt(pks: list[int]) -> set[int]:
    """Those that were due long ago: an old backup may have queued what has left since. They are looked for first."""
    late = Reply.objects.filter(pk__in=pks, state=Reply.State.QUEUED, not_before__lt=after(-OVERDUE))
    values = {"error_class": "overdue", "hold": "", "not_before": Now(), "lease_until": Now(), "looks": 0}
    with transaction.atomic():
        found = set(late.select_for_update().values_list("pk", flat=True))
        if found:
            late.filter(pk__in=found).update(state=Reply.State.UNKNOWN, changed_at=Now(), **values)
            detail = {"state": "unknown", "why": "overdue"}
            AuditEntry.objects.bulk_create(
                AuditEntry(action="reply_result", model="reply", object_id=str(pk), detail=detail) for pk in found
            )
    return found
