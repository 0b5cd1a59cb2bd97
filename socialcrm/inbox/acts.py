"""What people do with conversations. Each act locks its rows, changes them and writes one history line for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm.access import visible_conversations
from socialcrm.models import Conversation, ConversationEvent, ConversationNote

from .errors import ChangedSince, InboxError, NotAllowed, NotThere, TakenByAnother
from .history import write
from .named import named, remember
from .people import may_work_on

Kind = ConversationEvent.Kind
Status = Conversation.Status
# The new values of a conversation and the kind of line, or None where there is nothing to change. Raises InboxError.
Decision = Callable[[Conversation], tuple[str, dict[str, Any]] | None]

LONGEST_SNOOZE = timedelta(days=366)
LONGEST_NOTE = 10_000
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one conversation of several: its line (None: nothing to change), or why not, in a sentence."""

    pk: int
    event: ConversationEvent | None = None
    error: InboxError | None = None

    @property
    def done(self) -> bool:
        """Whether it is now as was asked."""
        return self.error is None


def take(user: Any, conversation: Conversation) -> ConversationEvent | None:
    """Become the one who looks after it. Raises TakenByAnother where a colleague has it."""
    return _one(user, conversation, taking(user))


def assign(user: Any, conversation: Conversation, assignee: Any) -> ConversationEvent | None:
    """Give it to a colleague, or back to everyone (None). Raises NotAllowed and InboxError."""
    return _one(user, conversation, assigning(user, assignee))


def snooze(user: Any, conversation: Conversation, until: datetime) -> ConversationEvent | None:
    """Put it off until then; their next word brings it back before. Raises InboxError for a moment in the past."""
    return _one(user, conversation, snoozing(until))


def resolve(user: Any, conversation: Conversation) -> ConversationEvent | None:
    """There is nothing more to do; their next word opens it again."""
    return _one(user, conversation, resolving)


def reopen(user: Any, conversation: Conversation) -> ConversationEvent | None:
    """There is something to do after all."""
    return _one(user, conversation, reopening)


def note(user: Any, conversation: Conversation, text: str) -> ConversationNote:
    """Tell colleagues something that never leaves the house; who is named with an @ finds it.

    Raises InboxError for an empty or endless text, and for one that names somebody who may not see the conversation.
    """
    _must_work(user)
    text = text.replace("\x00", "").strip()
    if not text:
        raise InboxError(_("Write the note first."))
    if len(text) > LONGEST_NOTE:
        raise InboxError(_("A note has at most %(most)d characters.") % {"most": LONGEST_NOTE})
    people = named(user, conversation, text)
    with transaction.atomic():
        # Locked, so that an erasure at this moment comes before the note or takes it along.
        there = visible_conversations(user).filter(pk=conversation.pk).order_by("pk")
        if not there.select_for_update(of=("self",), no_key=True).values_list("pk"):
            raise NotThere
        written = ConversationNote.objects.create(conversation=conversation, user=user, text=text)
        remember(written, people)
    return written


def undo(user: Any, event: ConversationEvent) -> ConversationEvent | None:
    """Put back what this act of the user's changed. Raises NotAllowed, ChangedSince."""
    return _one(user, event.conversation, undoing(user, [event]))


def act_on_many(user: Any, pks: Iterable[int], decide: Decision) -> list[Outcome]:
    """Do one thing to several conversations: `resolving`, `reopening`, `taking(user)`, `assigning(user, other)`, ...

    One outcome for each key, in the given order, at most MOST_AT_ONCE; a refusal of one hinders no other.
    A fixed number of queries. Raises NotAllowed for who may not work on conversations at all.
    """
    _must_work(user)
    wanted = list(dict.fromkeys(pks))[:MOST_AT_ONCE]
    with transaction.atomic():
        rows = visible_conversations(user).filter(pk__in=wanted).select_related("assignee").order_by("pk")
        locked = {row.pk: row for row in rows.select_for_update(of=("self",))}
        outcomes = {pk: _decide(locked.get(pk), pk, decide) for pk in wanted}
        changes = {pk: done for pk, done in outcomes.items() if isinstance(done, tuple)}
        events = write(user, [(locked[pk], kind, values) for pk, (kind, values) in changes.items()])
    lines = {event.conversation_id: event for event in events}
    return [one if isinstance(one, Outcome) else Outcome(pk, lines[pk]) for pk, one in outcomes.items()]


def taking(user: Any) -> Decision:
    """The decision of `take`."""

    def decide(talk: Conversation) -> tuple[str, dict[str, Any]] | None:
        if talk.assignee_id == user.pk:
            return None
        if talk.assignee is not None:
            raise TakenByAnother(talk.assignee)
        return Kind.TAKEN, {"assignee": user.pk}

    return decide


def assigning(user: Any, assignee: Any) -> Decision:
    """The decision of `assign`: oneself and back is everyone's right, others need `assign_conversation`."""
    may_assign = user.has_perm("socialcrm.assign_conversation")

    def decide(talk: Conversation) -> tuple[str, dict[str, Any]] | None:
        if talk.assignee_id == (assignee.pk if assignee else None):
            return None
        own = talk.assignee_id in (None, user.pk) and (assignee is None or assignee.pk == user.pk)
        if not (own or may_assign):
            raise NotAllowed(_("You may take conversations, but not assign them to others."))
        if assignee is None:
            return Kind.UNASSIGNED, {"assignee": None}
        if not may_work_on(assignee, talk):
            raise InboxError(_("%(who)s may not work on this conversation.") % {"who": assignee})
        return Kind.TAKEN if assignee.pk == user.pk else Kind.ASSIGNED, {"assignee": assignee.pk}

    return decide


def snoozing(until: datetime) -> Decision:
    """The decision of `snooze`."""
    now = timezone.now()

    def decide(talk: Conversation) -> tuple[str, dict[str, Any]] | None:
        if not now < until <= now + LONGEST_SNOOZE:
            raise InboxError(_("Choose a time within the next year."))
        return Kind.SNOOZED, {"status": Status.SNOOZED, "snoozed_until": until}

    return decide


def resolving(talk: Conversation) -> tuple[str, dict[str, Any]] | None:
    """The decision of `resolve`."""
    if talk.status == Status.RESOLVED:
        return None
    return Kind.RESOLVED, {"status": Status.RESOLVED, "snoozed_until": None}


def reopening(talk: Conversation) -> tuple[str, dict[str, Any]] | None:
    """The decision of `reopen`."""
    if talk.status == Status.OPEN:
        return None
    return Kind.REOPENED, {"status": Status.OPEN, "snoozed_until": None}


def undoing(user: Any, events: Iterable[ConversationEvent]) -> Decision:
    """The decision of `undo`, for each conversation the one of these lines that is its own; two queries for all."""
    told = {event.conversation_id: event for event in events}
    facts: list[tuple[dict[int, int], set[str]]] = []

    def decide(talk: Conversation) -> tuple[str, dict[str, Any]] | None:
        event = told[talk.pk]
        if event.user_id != user.pk or not event.data.get("before"):
            raise NotAllowed(_("Only what you did yourself can be undone by you."))
        if not facts:  # asked once the rows are locked, so that nothing comes in between
            facts.append((_newest_lines(told), _assignees_before(told.values())))
        newest, there = facts[0]
        if newest.get(talk.pk) != event.pk:
            raise ChangedSince
        before = dict(event.data["before"])
        if before.get("snoozed_until"):
            before["snoozed_until"] = datetime.fromisoformat(before["snoozed_until"])
        if str(before.get("assignee")) not in there and "assignee" in before:
            before["assignee"] = None
        return Kind.UNDONE, before

    return decide


def _newest_lines(talks: Iterable[int]) -> dict[int, int]:
    lines = ConversationEvent.objects.filter(conversation__in=list(talks)).order_by()
    return dict(lines.values("conversation").annotate(newest=Max("pk")).values_list("conversation", "newest"))


def _assignees_before(events: Iterable[ConversationEvent]) -> set[str]:
    """Keys, as text, of those who had the conversations before and are still there."""
    wanted = {event.data["before"].get("assignee") for event in events if event.data.get("before")} - {None}
    users = get_user_model()._default_manager.filter(pk__in=wanted)
    return set(map(str, users.values_list("pk", flat=True)))


def _one(user: Any, conversation: Conversation, decide: Decision) -> ConversationEvent | None:
    [outcome] = act_on_many(user, [conversation.pk], decide)
    if outcome.error:
        raise outcome.error
    conversation.refresh_from_db(fields=["status", "assignee", "snoozed_until", "waiting_since"])
    return outcome.event


def _decide(talk: Conversation | None, pk: int, decide: Decision) -> Outcome | tuple[str, dict[str, Any]]:
    if talk is None:
        return Outcome(pk, error=NotThere())
    try:
        return decide(talk) or Outcome(pk)
    except InboxError as error:
        return Outcome(pk, error=error)


def _must_work(user: Any) -> None:
    if not (user.is_active and user.has_perm("socialcrm.work_inbox")):
        raise NotAllowed(_("You may not work on conversations; ask an administrator for it."))
