"""What was done, with a button that takes it back: in the script's message, or once on the page that follows."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from socialcrm.models import ConversationEvent

from .answer import back

KEPT = "socialcrm_undo"


def undo_url(events: Iterable[ConversationEvent]) -> str:
    """Where a POST takes these acts back; nothing where nothing was changed."""
    pairs = [("event", event.pk) for event in events]
    return f"{reverse('socialcrm:inbox_undo')}?{urlencode(pairs)}" if pairs else ""


def done(request: HttpRequest, where: str, said: str, events: Iterable[ConversationEvent]) -> HttpResponseRedirect:
    """Lead a browser without the script on, to a page of the inbox that says what was done and can take it back."""
    undo = undo_url(events)
    if not undo or not urlsplit(where).path.startswith(reverse("socialcrm:inbox")):
        return back(request, where, said)
    request.session[KEPT] = {"said": said, "undo": undo}
    return redirect(where)


def just_done(request: HttpRequest) -> dict[str, str] | None:
    """What the page shall say of the act before it; said once."""
    kept: dict[str, str] | None = request.session.pop(KEPT, None) if KEPT in request.session else None
    return kept
