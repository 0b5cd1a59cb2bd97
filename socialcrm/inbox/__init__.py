"""The inbox: conversations are listed, counted, read, taken, assigned, snoozed, resolved and opened again."""

from __future__ import annotations

from .acts import (
    LONGEST_NOTE,
    MOST_AT_ONCE,
    Decision,
    Outcome,
    act_on_many,
    assign,
    assigning,
    note,
    reopen,
    reopening,
    resolve,
    resolving,
    snooze,
    snoozing,
    take,
    taking,
    undo,
    undoing,
)
from .canned import Filled, canned_replies, delete_canned, fill, fill_all, get_canned_reply, may_change, write_canned
from .counting import Counts, badge, counts, waiting
from .customer import Customer
from .errors import ChangedSince, InboxError, NotAllowed, NotThere, TakenByAnother
from .filters import KINDS, PEOPLE, SORTS, STATUSES, VIEWS, Filters
from .moves import answered, release_lost, tend, wake_due
from .named import pieces
from .pages import ContactBrief, InboxPage, Row, listing, row_of, version
from .people import colleagues, colleagues_who_see, holders, may_work_on
from .presence import Around, around, show_up
from .reading import Line, Thread, mark_seen, see_mentions, thread, thread_version
from .routing import route_to_owners

__all__ = [
    "colleagues_who_see",
    "pieces",
    "see_mentions",
    "Around",
    "around",
    "show_up",
    "LONGEST_NOTE",
    "row_of",
    "Decision",
    "route_to_owners",
    "wake_due",
    "tend",
    "release_lost",
    "answered",
    "write_canned",
    "may_change",
    "get_canned_reply",
    "fill",
    "fill_all",
    "delete_canned",
    "canned_replies",
    "Filled",
    "KINDS",
    "PEOPLE",
    "SORTS",
    "STATUSES",
    "VIEWS",
    "ChangedSince",
    "ContactBrief",
    "Counts",
    "Customer",
    "Filters",
    "InboxError",
    "InboxPage",
    "Line",
    "MOST_AT_ONCE",
    "NotAllowed",
    "NotThere",
    "Outcome",
    "Row",
    "TakenByAnother",
    "Thread",
    "act_on_many",
    "assign",
    "assigning",
    "badge",
    "colleagues",
    "counts",
    "holders",
    "listing",
    "mark_seen",
    "may_work_on",
    "note",
    "reopen",
    "reopening",
    "resolve",
    "resolving",
    "snooze",
    "snoozing",
    "take",
    "taking",
    "thread",
    "thread_version",
    "undo",
    "undoing",
    "version",
    "waiting",
]
