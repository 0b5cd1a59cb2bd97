"""The outbox: replies on their way to the network, each sent once. The row is the task; Celery only says "look now"."""

from __future__ import annotations

from socialcrm.timeline import Seen

from .acts import cancel, hold_back, mark_outside, release, retry, settle
from .echo import adopt_echo, adopt_echoes
from .errors import (
    AlreadyAnswered,
    KeyReused,
    NotAllowed,
    NotEligible,
    NotWritten,
    OutboxError,
    TextRefused,
    ThreadMovedOn,
)
from .intake import enqueue
from .reconcile import reconcile
from .rules import check_text, verdict
from .send import send
from .sweep import sweep

__all__ = [
    "AlreadyAnswered",
    "KeyReused",
    "NotAllowed",
    "NotEligible",
    "NotWritten",
    "OutboxError",
    "Seen",
    "TextRefused",
    "ThreadMovedOn",
    "adopt_echo",
    "adopt_echoes",
    "cancel",
    "check_text",
    "enqueue",
    "hold_back",
    "mark_outside",
    "reconcile",
    "release",
    "retry",
    "send",
    "settle",
    "sweep",
    "verdict",
]
