"""Who else is at a conversation: soft news that expire by themselves, and hinder nobody at anything."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import blake2s
from typing import Any

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from socialcrm.access import visible_conversations
from socialcrm.models import Conversation, Presence

from .errors import name_of_user

# Who says nothing for so long is gone; who stays says so again after so long, which is one small write.
LASTS = timedelta(seconds=30)
SAID_AGAIN = timedelta(seconds=10)


@dataclass
class Around:
    """Colleagues at the conversations that a user may see; `me` is where the user is, for what was said before."""

    me: Presence | None = None
    others: dict[int, list[Presence]] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """Changes when somebody comes, goes, begins or ends to write."""
        facts = [(talk, one.user_id, one.writing) for talk, people in self.others.items() for one in people]
        return blake2s(repr(sorted(facts, key=str)).encode(), digest_size=4).hexdigest()

    def at(self, conversation: int) -> list[Presence]:
        """Who else is at this conversation, writers first."""
        return self.others.get(conversation, [])


def around(user: Any) -> Around:
    """Who is at work now, as far as the user may know: nobody learns of a conversation that is not theirs to see."""
    seen = visible_conversations(user).values("pk")
    fresh = Presence.objects.filter(Q(user=user) | Q(conversation__in=seen), at__gt=timezone.now() - LASTS)
    found, others = Around(), defaultdict(list)
    for one in sorted(fresh.select_related("user"), key=lambda row: (not row.writing, name_of_user(row.user))):
        if one.user_id == user.pk:
            found.me = one
        elif one.user.is_active:
            others[one.conversation_id].append(one)
    found.others = dict(others)
    return found


def show_up(
    user: Any, conversation: Conversation, before: Presence | None, *, opened: bool = False, writing: bool = False
) -> bool:
    """The user looks at a conversation that the user may see, or writes an answer there; whether that was written down.

    Going elsewhere counts when something is opened or written there, so that two windows do not quarrel. What did not
    change is said again after SAID_AGAIN. A database that can't take it now does not matter.
    """
    now = timezone.now()
    if before is not None and now - before.at < SAID_AGAIN:
        moved = before.conversation_id != conversation.pk
        if not (opened and moved or writing and (moved or not before.writing)):
            return False
    row = Presence(user=user, conversation=conversation, writing=writing, at=now)
    try:
        Presence.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["user"],
            update_fields=["conversation", "writing", "at"],
        )
    except DatabaseError:
        return False
    return True
