"""The inbox's pages: list, conversation and customer side by side, and what keeps them fresh."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from socialcrm import inbox
from socialcrm.access import get_visible_conversation, key
from socialcrm.inbox import Filters
from socialcrm.models import Conversation

from .answer import fragment, is_fragment, needs, page
from .inbox_presence import around, show_up
from .inbox_screen import MOST_SHOWN, PAGE, Screen, screen_of
from .inbox_undo import just_done


@needs("work_inbox")
@require_GET
def inbox_page(request: HttpRequest) -> HttpResponse:
    """The list; with `c` the conversation of that key beside it. What is chosen is all in the address."""
    screen = screen_of(request, key(request.GET.get("c")))
    if screen.talk:
        show_up(request, screen.talk.conversation, opened=True)
    return _page(request, screen)


@needs("work_inbox")
@require_GET
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """A conversation beside the list, on a phone alone; for the script only the conversation and the customer."""
    screen = screen_of(request, pk)
    assert screen.talk is not None
    show_up(request, screen.talk.conversation, opened=True)
    if is_fragment(request):
        return fragment(request, "socialcrm/inbox/opened.html", {"screen": screen})
    return _page(request, screen)


@needs("link_socialprofile")
@require_GET
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Look for the contact who is the other side of a conversation."""
    screen = screen_of(request, pk)
    if is_fragment(request):
        return fragment(request, "socialcrm/inbox/_customer.html", {"screen": screen})
    return redirect(f"{screen.here}&{urlencode({'pane': 'cust', 'who': screen.sought})}")


@needs("work_inbox")
@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """What changed since the page was drawn: 304 when nothing, who is there when colleagues came or went, else the
    list and the open conversation again. The question tells what the person does: `doing` is looking or writing."""
    filters = Filters.read(request.GET)
    talk = _still_there(request, key(request.GET.get("c")))
    doing = request.GET.get("doing")
    if talk and doing in ("looking", "writing"):
        show_up(request, talk, writing=doing == "writing")
    drawn = f"{inbox.version(request.user, filters)}-{inbox.thread_version(request.user, talk) if talk else ''}"
    etag = f'"{drawn}-{around(request).version}"'
    had = request.headers.get("If-None-Match", "")
    if had == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    if had.startswith(f'"{drawn}-'):
        there = {"around": around(request), "open_pk": talk.pk if talk else 0}
        return _fresh(render(request, "socialcrm/inbox/present.html", there), etag)
    limit = min(max(PAGE, key(request.GET.get("shown"))), MOST_SHOWN)
    screen = screen_of(request, talk.pk if talk else None, limit=limit)
    shown = {"screen": screen, "next": _next(screen), "around": around(request), "open_pk": screen.open_pk}
    return _fresh(render(request, "socialcrm/inbox/live.html", shown), etag)


def _fresh(response: HttpResponse, etag: str) -> HttpResponse:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, screen: Screen) -> HttpResponse:
    if is_fragment(request):
        return fragment(request, "socialcrm/inbox/listed.html", {"screen": screen})
    shown = {"screen": screen, "here_is": "inbox", "done": just_done(request)}
    return page(request, "socialcrm/inbox/inbox.html", shown)


def _still_there(request: HttpRequest, pk: int) -> Conversation | None:
    try:
        return get_visible_conversation(request.user, pk) if pk else None
    except Http404:
        return None


def _next(screen: Screen) -> str:
    return screen.here if screen.talk else screen.home + screen.query
