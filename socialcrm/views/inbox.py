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
from .inbox_screen import MOST_SHOWN, PAGE, Screen, screen_of


@needs("work_inbox")
@require_GET
def inbox_page(request: HttpRequest) -> HttpResponse:
    """The list; with `c` the conversation of that key beside it. What is chosen is all in the address."""
    return _page(request, screen_of(request, key(request.GET.get("c"))))


@needs("work_inbox")
@require_GET
def conversation(request: HttpRequest, pk: int) -> HttpResponse:
    """A conversation beside the list, on a phone alone; for the script only the conversation and the customer."""
    screen = screen_of(request, pk)
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
    """What changed since the page was drawn: 304 when nothing, else the list and the open conversation again."""
    filters = Filters.read(request.GET)
    talk = _still_there(request, key(request.GET.get("c")))
    etag = f'"{inbox.version(request.user, filters)}-{inbox.thread_version(request.user, talk) if talk else ""}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    limit = min(max(PAGE, key(request.GET.get("shown"))), MOST_SHOWN)
    screen = screen_of(request, talk.pk if talk else None, limit=limit)
    response = render(request, "socialcrm/inbox/live.html", {"screen": screen, "next": _next(screen)})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, screen: Screen) -> HttpResponse:
    if is_fragment(request):
        return fragment(request, "socialcrm/inbox/listed.html", {"screen": screen})
    return page(request, "socialcrm/inbox/inbox.html", {"screen": screen, "here_is": "inbox"})


def _still_there(request: HttpRequest, pk: int) -> Conversation | None:
    try:
        return get_visible_conversation(request.user, pk) if pk else None
    except Http404:
        return None


def _next(screen: Screen) -> str:
    return screen.here if screen.talk else screen.home + screen.query
