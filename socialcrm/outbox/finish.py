"""Write down what came of an attempt. Every change names the attempt it belongs to: a late worker changes nothing."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Now

from socialcrm import audit
from socialcrm.models import Reply, SocialAccount

from . import bell, echo
from .clock import after, db_now

log = logging.getLogger(__name__)

MAX_FAILURES = 8
LONGEST_PAUSE = 300.0


def sent(reply: Reply, external_id: str, url: str = "") -> bool:
    """It is on the network under this id: say so, store our post, move the conversation on, tell the host."""
    values: dict[str, Any] = {"external_id": external_id, "sent_at": Now(), "error_class": "", "error_detail": ""}
    with transaction.atomic():
        if not (_move(reply, Reply.State.SENT, **values) or _truth_wins(reply, values)):
            return False
        audit.record(None, "reply_result", reply, state="sent", external_id=external_id)
        echo.after_sent(reply, url)
    return True


def failed(reply: Reply, error_class: str, sentence: str) -> bool:
    """It did not go, and will not by itself: the sentence is for the person, the text is kept."""
    return _record(reply, Reply.State.FAILED, error_class=error_class, error_detail=sentence[:1000], hold="")


def refused(reply: Reply, error_class: str, said: str) -> bool:
    """The network did not take it, in words of its own. The post may be gone: it is looked for at once."""
    done = failed(reply, error_class, said)
    if done:
        bell.ring(bell.LOOK, reply.pk)
    return done


def held(reply: Reply, hold: str, seconds: float, sentence: str = "") -> bool:
    """It waits, and leaves by itself once its reason is gone."""
    return _record(reply, Reply.State.QUEUED, hold=hold, not_before=after(seconds), error_detail=sentence[:1000])


def later(reply: Reply, hold: str, sentence: str) -> bool:
    """Try again after a growing, jittered pause; after some times it is a failure that the person sees."""
    failures = reply.failures + 1
    if failures >= MAX_FAILURES:
        return failed(reply, hold, sentence)
    pause = random.uniform(0.5, 1) * min(LONGEST_PAUSE, 2.0**failures)
    values = {"hold": hold, "not_before": after(pause), "failures": failures, "error_detail": sentence[:1000]}
    done = _record(reply, Reply.State.QUEUED, **values)
    if done:
        bell.ring(bell.SEND, reply.pk, pause)
    return done


def unknown(reply: Reply, error_class: str, sentence: str, seconds: float = 1.0) -> bool:
    """It may be on the network: look there, and never repeat it blindly. The attempt itself is over."""
    values = {"error_class": error_class, "error_detail": sentence[:1000], "lease_until": Now()}
    done = _record(reply, Reply.State.UNKNOWN, not_before=after(seconds), hold="", **values)
    if done:
        bell.ring(bell.RECONCILE, reply.pk, seconds)
    return done


def limited(reply: Reply, retry_at: datetime, sentence: str) -> bool:
    """The network asks to wait: this reply, and all others of the account, wait until then (5 s to a day)."""
    now = db_now()
    until = min(max(retry_at, now + timedelta(seconds=5)), now + timedelta(days=1))
    SocialAccount.objects.filter(pk=reply.account_id).update(replies_wait_until=until)
    done = _record(reply, Reply.State.QUEUED, hold="rate_limited", not_before=_at(until), error_detail=sentence[:1000])
    waiting = Reply.objects.filter(account=reply.account_id, state=Reply.State.QUEUED, not_before__lt=until)
    waiting.update(hold="rate_limited", not_before=until, changed_at=Now())
    return done


def _record(reply: Reply, state: str, **values: Any) -> bool:
    with transaction.atomic():
        done = _move(reply, state, **values)
        if done:
            why = values.get("error_class") or values.get("hold") or ""
            audit.record(None, "reply_result", reply, state=str(state), why=why, attempt=str(reply.attempt_id))
    return done


def _move(reply: Reply, state: str, **values: Any) -> bool:
    """Leave SENDING or UNKNOWN, if this attempt is still the one that counts."""
    values = {"rung_at": None, "changed_at": Now(), **values}
    if state == Reply.State.QUEUED:
        values.update(attempt_id=None, lease_until=None)
    mine = Reply.objects.filter(
        pk=reply.pk, attempt_id=reply.attempt_id, state__in=(Reply.State.SENDING, Reply.State.UNKNOWN)
    )
    done = mine.update(state=state, **values) == 1
    if done:
        reply.state = state
        reply.external_id = values.get("external_id", reply.external_id)
    return done


def _truth_wins(reply: Reply, values: dict[str, Any]) -> bool:
    """This attempt was given up, and yet it landed: say so, unless another attempt is on its way."""
    others = (Reply.State.SENT, Reply.State.SENDING)
    done = Reply.objects.filter(pk=reply.pk, external_id="").exclude(state__in=others)
    if not done.update(state=Reply.State.SENT, hold="", changed_at=Now(), **values):
        log.info("reply %s: the outcome of an attempt that no longer counts was dropped", reply.pk)
        return False
    reply.state, reply.external_id = Reply.State.SENT, values["external_id"]
    return True


def _at(moment: datetime) -> Value:
    return Value(moment, output_field=DateTimeField())
