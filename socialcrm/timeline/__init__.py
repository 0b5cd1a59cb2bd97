"""The timeline: what contacts and we said to each other, by thread, newest first, in a fixed number of queries.

A post by one of the contact's profiles, or by us to one of them, is an event; so is a reply that is not yet out.
Threads that we took part in are shown whole, once, where their newest event is.
"""

from __future__ import annotations

from .about import About, columns
from .eligible import address_of, answer_url, eligibility, rules_of
from .pages import counts, item_of, people, timeline
from .seen import Seen
from .shape import KINDS, Cursor, Entry, Item, People, TimelinePage, name_of
from .surround import surround

__all__ = [
    "KINDS",
    "About",
    "Cursor",
    "Entry",
    "Item",
    "People",
    "Seen",
    "TimelinePage",
    "address_of",
    "answer_url",
    "columns",
    "counts",
    "eligibility",
    "item_of",
    "name_of",
    "people",
    "rules_of",
    "surround",
    "timeline",
]
