"""What people do with a reply that is in the outbox: cancel, retry, settle, mark as answered outside."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from socialcrm import audit
from socialcrm.models import Mention, Post, Reply, SocialAccount

from . import bell, echo, rules
from .clock import db_now
from .errors import AlreadyAnswered, OutboxError
from .intake import typed_outside, unseen_reply


def cancel(reply: Reply, user: Any) -> Reply:
    """Keep a reply from leaving. Raises OutboxError once it has left the queue, NotAllowed for others' replies."""
    rules.must_own(user, reply)
    _change(reply, user, "reply_cancel", (Reply.State.QUEUED,), _("It is too late to cancel: it has left."))
    return reply


def retry(reply: Reply, user: Any) -> Reply:
    """Send a reply that failed once more, really, in the name of who asks for it. Raises what enqueue raises."""
    rules.must_own(user, reply)
    post = _post_of(reply)
    rules.must_be_allowed(user, reply.account, post)
    rules.must_be_sendable(reply.account, post, reply.text, reply.audience, but=reply.pk)
    newer = unseen_reply(reply, seen=reply.pk) or typed_outside(reply, stored_at__gt=reply.created_at)
    if newer:
        raise AlreadyAnswered(newer)
    _requeue(reply, user, "reply_retry", (Reply.State.FAILED,), _("Only a reply that was not sent can be retried."))
    return reply


def settle(reply: Reply, user: Any, sent: bool) -> Reply:
    """A person has looked on the network: it was sent, or it was not and is sent again."""
    rules.must_own(user, reply)
    too_late = _("This reply is settled already.")
    if not sent:
        _requeue(reply, user, "reply_settle", (Reply.State.UNKNOWN,), too_late)
        return reply
    with transaction.atomic():
        _change(reply, user, "reply_settle", (Reply.State.UNKNOWN,), too_late)
        echo.after_sent(reply)
    return reply


def mark_outside(post: Post, account: SocialAccount, user: Any, text: str = "") -> Reply:
    """Write down that this post was answered on the network itself."""
    rules.must_be_allowed(user, account, post)
    mention = Mention.objects.filter(post=post, account=account).first()
    now = db_now()
    with transaction.atomic():
        reply = Reply.objects.create(
            account=account,
            post=post,
            user=user,
            text=text.replace("\x00", ""),
            conversation_id=mention.conversation_id if mention else None,
            client_key=uuid.uuid4().hex,
            state=Reply.State.SENT,
            outside=True,
            sent_at=now,
        )
        audit.record(user, "reply_outside", reply, post=post.pk)
        echo.after_sent(reply)
    return reply


def hold_back(account: SocialAccount, sentence: str) -> int:
    """The account is paused: what is queued says so, in this sentence, and waits for `release`. How many."""
    waiting = Reply.objects.filter(account=account, state=Reply.State.QUEUED, hold="")
    return waiting.update(hold="paused", error_detail=sentence[:1000], changed_at=Now())


def release(account: SocialAccount) -> int:
    """The account works again: what waited for it leaves now, and what was in doubt is looked for. How many."""
    waiting = Reply.objects.filter(
        Q(state=Reply.State.QUEUED, hold__in=("reconnect", "paused"))
        | Q(state=Reply.State.UNKNOWN) & ~Q(hold="person"),
        account=account,
    )
    with transaction.atomic():
        rows = list(waiting.values_list("pk", "state"))
        Reply.objects.filter(pk__in=[pk for pk, _state in rows], state__in=("queued", "unknown")).update(
            hold="", not_before=Now(), rung_at=Now(), changed_at=Now()
        )
        for pk, state in rows:
            bell.ring(bell.SEND if state == Reply.State.QUEUED else bell.RECONCILE, pk)
    return len(rows)


_TARGETS: dict[str, dict[str, Any]] = {
    "reply_cancel": {"state": Reply.State.CANCELLED, "hold": ""},
    "reply_settle": {"state": Reply.State.SENT, "outside": True, "sent_at": Now(), "hold": ""},
}
_FRESH: dict[str, Any] = {
    "state": Reply.State.QUEUED,
    "hold": "",
    "failures": 0,
    "looks": 0,
    "attempt_id": None,
    "lease_until": None,
    "error_class": "",
    "error_detail": "",
}


def _change(reply: Reply, user: Any, action: str, states: tuple[str, ...], too_late: str) -> None:
    with transaction.atomic():
        mine = Reply.objects.filter(pk=reply.pk, state__in=states)
        if not mine.update(**_TARGETS[action], changed_at=Now()):
            raise OutboxError(too_late)
        audit.record(user, action, reply, state=str(_TARGETS[action]["state"]))
    reply.refresh_from_db()


def _requeue(reply: Reply, user: Any, action: str, states: tuple[str, ...], too_late: str) -> None:
    writer = reply.user_id
    try:
        with transaction.atomic():
            mine = Reply.objects.filter(pk=reply.pk, state__in=states, external_id="")
            # The worker asks again for the sender's rights: the writer's may be gone.
            if not mine.update(**_FRESH, user=user, not_before=Now(), rung_at=Now(), changed_at=Now()):
                raise OutboxError(too_late)
            audit.record(user, action, reply, state="queued", writer=writer)
            bell.ring(bell.SEND, reply.pk)
    except IntegrityError:
        newer = unseen_reply(reply, seen=0)
        raise (AlreadyAnswered(newer) if newer else OutboxError(too_late)) from None
    reply.refresh_from_db()


def _post_of(reply: Reply) -> Post:
    if reply.post is None:
        raise OutboxError(_("The post that this answers was erased."))
    return reply.post
