"""Colleagues who are named in notes: "@ben have a look" reaches Ben, where Ben may see the conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet, Sum
from django.db.models.functions import Lower
from django.utils.translation import ngettext

from socialcrm.models import Conversation, ConversationNote, NoteMention

from .errors import InboxError, name_of_user
from .people import colleagues_who_see

# What Django allows in a username; not within a word, an e-mail address or a link.
NAME = re.compile(r"(?<![\w@./+-])@([\w.@+-]+)")
ENDS = ".@+-"


def named(user: Any, conversation: Conversation, text: str) -> list[Any]:
    """The colleagues whom a note's text names by their usernames, but for its writer.

    Raises InboxError where one of them may not see the conversation. An @ that is nobody's stays a word like others.
    """
    people = [one for one in _users(text) if one.pk != user.pk]
    if not people:
        return []
    able = {one.pk for one in colleagues_who_see(conversation)}
    shut_out = [name_of_user(one) for one in people if one.pk not in able]
    if shut_out:
        raise InboxError(
            ngettext(
                "%(who)s may not see this conversation, so the note would not be found. Leave out the @, or name "
                "someone else.",
                "%(who)s may not see this conversation, so the note would not be found. Leave out the @, or name "
                "others.",
                len(shut_out),
            )
            % {"who": ", ".join(shut_out)}
        )
    return people


def remember(note: ConversationNote, people: Sequence[Any]) -> None:
    """Write down who is named, in one query; in the transaction of the note."""
    if people:
        NoteMention.objects.bulk_create(NoteMention(note=note, user=one) for one in people)


def pieces(note: ConversationNote) -> Iterator[tuple[str, Any]]:
    """The note's text in pieces, each with the colleague whom it names, or None."""
    known = {one.user.get_username().casefold(): one.user for one in note.mentions.all()}
    done = 0
    for found in NAME.finditer(note.text):
        name = found[1].rstrip(ENDS)
        if name.casefold() in known:
            yield note.text[done : found.start()], None
            done = found.start() + 1 + len(name)
            yield note.text[found.start() : done], known[name.casefold()]
    yield note.text[done:], None


def unseen(user: Any) -> QuerySet[NoteMention]:
    """Where the user is named and has not looked since."""
    return NoteMention.objects.filter(user=user, seen_at=None)


def unseen_mark(user: Any) -> QuerySet[Any]:
    """A number that changes with what is unseen, as a subquery."""
    return unseen(user).order_by().values("user").annotate(mark=Sum("pk")).values("mark")


def _users(text: str) -> list[Any]:
    """Whose usernames stand in the text, large letters or small; where several fit, who is written exactly so."""
    asked = {found[1].rstrip(ENDS) for found in NAME.finditer(text)} - {""}
    if not asked:
        return []
    model = get_user_model()
    rows = model._default_manager.annotate(low=Lower(model.USERNAME_FIELD))
    there = list(rows.filter(low__in={name.lower() for name in asked}).order_by("pk"))
    exact = {one.get_username() for one in there}
    return [one for one in there if one.get_username() in asked or not (_spellings(one, asked) & exact)]


def _spellings(user: Any, asked: set[str]) -> set[str]:
    return {name for name in asked if name.lower() == user.get_username().lower()}
