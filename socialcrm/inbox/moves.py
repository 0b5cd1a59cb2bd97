"""What moves conversations without anyone's click: our answers, snoozes that end, colleagues who leave.

That their new word reopens is computed where it is stored, see `sync.sql.RECOMPUTE_CONVERSATIONS`.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from socialcrm.models import Conversation, ConversationEvent, Reply, SocialAccount

from .history import write
from .people import WORK, may_work_on, workers
from .routing import route_to_owners

Kind = ConversationEvent.Kind
Status = Conversation.Status
AT_ONCE = 500


def answered(reply: Reply) -> None:
    """Our answer is out: wait for them, and whoever answered what nobody had looks after it. In a transaction."""
    if reply.conversation_id is None:
        return
    talk = Conversation.objects.select_for_update().filter(pk=reply.conversation_id).first()
    if talk is None:
        return  # erased, or joined to another, since the reply was read
    values: dict[str, Any] = {}
    if talk.status != Status.PENDING:
        values |= {"status": Status.PENDING, "snoozed_until": None}
    if talk.assignee_id is None and reply.user is not None and may_work_on(reply.user, talk):
        values["assignee"] = reply.user_id
    if values:
        write(reply.user, [(talk, Kind.ANSWERED, values)])
    Conversation.objects.filter(pk=talk.pk).update(
        waiting_since=None, first_reply_at=Coalesce("first_reply_at", Now()), last_post_at=Now()
    )


def tend() -> int:
    """What time brings: snoozes end, who left loses their work, new conversations find an owner. How many moved."""
    return wake_due() + release_lost() + route_to_owners()


def wake_due() -> int:
    """Open what was put off until now; how many. One query when there is nothing."""
    due = Conversation.objects.filter(status=Status.SNOOZED, snoozed_until__lte=Now()).order_by("snoozed_until")
    return _change(due, Kind.WOKE, {"status": Status.OPEN, "snoozed_until": None})


def release_lost() -> int:
    """Take conversations from colleagues who may no longer work on them: inactive, without the permission, or no longer
    of the account's groups. How many."""
    held = Conversation.objects.filter(assignee__isnull=False).exclude(status=Status.RESOLVED)
    doubtful = get_user_model()._default_manager.filter(pk__in=held.values("assignee"))
    doubtful = doubtful.exclude(pk__in=workers().values("pk"))
    # A host's own backend may grant the permission in a way that no query knows: ask it about these few.
    gone = [user.pk for user in doubtful if not (user.is_active and user.has_perm(WORK))]
    ours = SocialAccount.objects.filter(pk=OuterRef("account"), groups__user=OuterRef("assignee"))
    closed = SocialAccount.objects.filter(pk=OuterRef("account"), groups__isnull=False)
    shut_out = Q(Exists(closed), ~Exists(ours), assignee__is_superuser=False)
    return _change(held.filter(Q(assignee__in=gone) | shut_out).order_by("pk"), Kind.RELEASED, {"assignee": None})


def _change(rows: QuerySet[Conversation], kind: str, values: dict[str, Any]) -> int:
    with transaction.atomic():
        locked = list(rows.select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
        if locked:
            write(None, [(talk, kind, values) for talk in locked])
    return len(locked)
