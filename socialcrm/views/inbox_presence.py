"""Colleagues at the same conversation, as the inbox's pages tell of them and are told."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from socialcrm import inbox
from socialcrm.models import Conversation, Presence

from .inbox_words import called

# So many are shown above the answer, the first with a sentence; the others are counted.
SHOWN = 4


def around(request: HttpRequest) -> inbox.Around:
    """Who else is at work, asked once for each page."""
    known: inbox.Around | None = getattr(request, "socialcrm_around", None)
    if known is None:
        known = inbox.around(request.user)
        request.socialcrm_around = known  # type: ignore[attr-defined]
    return known


def show_up(request: HttpRequest, talk: Conversation, *, opened: bool = False, writing: bool = False) -> None:
    """Whoever asks for this page looks at this conversation, or writes an answer there."""
    inbox.show_up(request.user, talk, around(request).me, opened=opened, writing=writing)


def sentence(one: Presence) -> str:
    """What a colleague does there."""
    words = {"who": called(one.user)}
    return _("%(who)s is writing an answer") % words if one.writing else _("%(who)s is looking at this") % words


def more(people: list[Presence]) -> str:
    """That there are more than are shown; nothing where all are."""
    n = len(people) - SHOWN
    return ngettext("and %(n)d more", "and %(n)d more", n) % {"n": n} if n > 0 else ""
