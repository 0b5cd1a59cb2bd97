"""History lines: written with what changed, put into words only when they are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from socialcrm.models import Conversation, ConversationEvent

from .errors import name_of_user

Kind = ConversationEvent.Kind
Change = tuple[Conversation, str, Mapping[str, Any]]
COLUMNS = {"assignee": "assignee_id"}


def write(user: Any, changes: Iterable[Change], **data: Any) -> list[ConversationEvent]:
    """Change locked conversations (new values by field) and write a line for each; rows with the same values go
    together, so that the queries are as many as there are different changes, and one."""
    changes = list(changes)
    alike: dict[Any, list[int]] = defaultdict(list)
    for talk, _kind, values in changes:
        alike[tuple(sorted(values.items()))].append(talk.pk)
    for values, pks in alike.items():
        if values:
            Conversation.objects.filter(pk__in=pks).update(**{COLUMNS.get(name, name): new for name, new in values})
    return ConversationEvent.objects.bulk_create(
        ConversationEvent(conversation=talk, user=user, kind=kind, data={**told(talk, values), **data})
        for talk, kind, values in changes
    )


def told(talk: Conversation, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a line keeps of a change: the fields before and after."""
    before = {name: plain(getattr(talk, COLUMNS.get(name, name))) for name in values}
    return {"before": before, "after": {name: plain(value) for name, value in values.items()}}


def plain(value: Any) -> Any:
    """A field's value as JSON holds it; keys that are no numbers (a UUID) become text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (int, str)) else str(value)


def names(events: Sequence[ConversationEvent]) -> dict[str, str]:
    """The names of the colleagues that these lines speak of besides their author, by key as text: one query."""
    sides = [side for event in events for side in (event.data.get("before"), event.data.get("after")) if side]
    keys = {str(side["assignee"]) for side in sides if side.get("assignee")}
    people = get_user_model()._default_manager.filter(pk__in=keys) if keys else []
    return {str(user.pk): name_of_user(user) for user in people}


def sentence(event: ConversationEvent, colleagues: Mapping[str, str], person: str) -> str:
    """The line in words; `colleagues` from `names`, `person` is how the other side is called."""
    after, before = event.data.get("after") or {}, event.data.get("before") or {}
    given = colleagues.get(str(after.get("assignee")), _("Someone"))
    words = {"who": name_of_user(event.user), "other": given, "person": person, "until": _moment(after)}
    words["former"] = colleagues.get(str(before.get("assignee")), _("Someone"))
    if event.kind == Kind.ASSIGNED and str(after.get("assignee")) == str(event.user_id):
        return _("%(who)s took it") % words
    if event.kind == Kind.ANSWERED and after.get("assignee"):
        return _("%(who)s answered, and looks after it from now on") % words
    return _sentences().get(event.kind, "%(who)s") % words


def _sentences() -> dict[str, str]:
    return {
        Kind.TAKEN: _("%(who)s took it"),
        Kind.ASSIGNED: _("%(who)s assigned it to %(other)s"),
        Kind.UNASSIGNED: _("%(who)s gave it back: nobody has it now"),
        Kind.SNOOZED: _("%(who)s snoozed it until %(until)s"),
        Kind.RESOLVED: _("%(who)s resolved it"),
        Kind.REOPENED: _("%(who)s opened it again"),
        Kind.HEARD: _("Reopened: %(person)s wrote again"),
        Kind.ANSWERED: _("Answered: waiting for %(person)s"),
        Kind.UNANSWERED: _("Reopened: our answer is no longer on the network"),
        Kind.WITHDRAWN: _("Nothing left to answer: the post was taken back"),
        Kind.WOKE: _("Reopened: the snooze is over"),
        Kind.ROUTED: _("Assigned to %(other)s, who looks after this contact"),
        Kind.RELEASED: _("Unassigned: %(former)s no longer works on conversations here"),
        Kind.UNDONE: _("%(who)s undid this"),
    }


def _moment(after: Mapping[str, Any]) -> str:
    until = parse_datetime(str(after.get("snoozed_until") or ""))
    return date_format(timezone.localtime(until), _("D j M, H:i")) if until else ""
