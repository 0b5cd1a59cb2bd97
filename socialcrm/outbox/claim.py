"""Take a queued reply in hand: one UPDATE, committed before the network hears a word."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from socialcrm import audit, conf
from socialcrm.models import Reply, SocialAccount

from .clock import after

# Who was due for longer than this waited out a long stop, or was queued again by an old backup and may be out already:
# the sweep has such a reply looked for on the network before it is sent.
OVERDUE = 600.0


def claim(reply_id: int) -> uuid.UUID | None:
    """Move one reply from QUEUED to SENDING; the attempt's id, or None: not its time, or someone else has it."""
    attempt = uuid.uuid4()
    lease = after(float(conf.get("LEASE_SECONDS")))
    # The conditions are on this row itself: after waiting for a lock, PostgreSQL looks again at it, and at no other.
    mine = Reply.objects.filter(pk=reply_id, state=Reply.State.QUEUED, not_before__range=(after(-OVERDUE), Now()))
    with transaction.atomic():
        took = mine.filter(account_id__in=ready_accounts().values("pk")).update(
            state=Reply.State.SENDING,
            attempt_id=attempt,
            attempts=F("attempts") + 1,
            attempted_at=Now(),
            lease_until=lease,
            not_before=lease,
            hold="",
            changed_at=Now(),
        )
        if not took:
            return None
        audit.record(None, "reply_attempt", Reply(pk=reply_id), attempt=str(attempt))
    return attempt


def ready_accounts() -> QuerySet[SocialAccount]:
    """Accounts that may write now: working, and not told by the network to wait."""
    free = Q(replies_wait_until__isnull=True) | Q(replies_wait_until__lte=Now())
    return SocialAccount.objects.filter(free, state=SocialAccount.State.WORKING)
