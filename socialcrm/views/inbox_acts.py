"""What people do with conversations: take, assign, snooze, resolve, reopen, undo; one or several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from socialcrm import inbox
from socialcrm.access import get_visible_conversation, key, usable_accounts
from socialcrm.models import Conversation, ConversationEvent, SocialAccount

from .answer import back, fragment, is_fragment, needs, next_url
from .display import short_time
from .inbox_presence import show_up
from .inbox_screen import neighbour, screen_of
from .inbox_undo import done, undo_url
from .inbox_words import called, snoozes

Act = Callable[[Any, Conversation], Any]


@needs("work_inbox")
@require_POST
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Look after it oneself."""
    return _do(request, pk, inbox.take, _("It is yours now."))


@needs("work_inbox")
@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to a colleague, or to nobody."""
    found = get_visible_conversation(request.user, pk)
    other = _colleague(request, [found.account])
    if other == request.user:
        said = _("It is yours now.")
    else:
        said = _("Assigned to %(who)s.") % {"who": called(other)} if other else _("Nobody has it now.")
    return _do(request, pk, lambda user, talk: inbox.assign(user, talk, other), said)


@needs("work_inbox")
@require_POST
def snooze(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it off until a chosen time."""
    until = _until(request)
    if until is None:
        return _refused(request, pk, _("Choose a day and a time first."))
    said = _("Snoozed until %(time)s.") % {"time": short_time(until)}
    return _do(request, pk, lambda user, talk: inbox.snooze(user, talk, until), said)


@needs("work_inbox")
@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """It is done; with `then` the next conversation of the list opens."""
    following = None
    if request.POST.get("then") == "next":
        following = neighbour(screen_of(request), get_visible_conversation(request.user, pk))
    return _do(request, pk, inbox.resolve, _("Done. Their next word brings it back."), following=following)


@needs("work_inbox")
@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """There is something to do after all."""
    return _do(request, pk, inbox.reopen, _("Open again."))


@needs("work_inbox")
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Put back what one's own acts changed, named by their history lines."""
    wanted = [key(pk) for pk in request.GET.getlist("event")[: inbox.MOST_AT_ONCE]]
    mine = list(ConversationEvent.objects.filter(pk__in=wanted, user=request.user.pk).order_by("pk"))
    talks = [event.conversation_id for event in mine]
    outcomes = inbox.act_on_many(request.user, talks, inbox.undoing(request.user, mine))
    problem = next((one.error.sentence for one in outcomes if one.error), "")
    said = problem or (_("Undone.") if outcomes else _("There is nothing to undo."))
    if not is_fragment(request):
        return back(request, reverse("socialcrm:inbox"), said, error=bool(problem))
    return fragment(request, "socialcrm/inbox/nothing.html", {}, toast=said)


@needs("work_inbox")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """Resolve, take or assign the chosen conversations; those that refuse say why and hinder no other."""
    wanted = [key(pk) for pk in request.POST.getlist("c")]
    try:
        outcomes = inbox.act_on_many(request.user, wanted, _decision(request))
    except inbox.InboxError as error:
        return _told(request, error.sentence, [], error=True)
    problems = [one.error.sentence for one in outcomes if one.error]
    done = len(outcomes) - len(problems)
    said = ngettext("%(n)d conversation changed.", "%(n)d conversations changed.", done) % {"n": done}
    if problems:
        said = _("%(done)s The others stay: %(why)s") % {"done": said, "why": problems[0]}
    return _told(request, said, [one.event for one in outcomes if one.event], error=bool(problems))


def _decision(request: HttpRequest) -> Any:
    verb = request.POST.get("do")
    if verb == "resolve":
        return inbox.resolving
    if verb == "take":
        return inbox.taking(request.user)
    if verb != "assign":
        raise Http404
    return inbox.assigning(request.user, _colleague(request, usable_accounts(request.user)))


def _do(request: HttpRequest, pk: int, act: Act, said: str, *, following: Conversation | None = None) -> HttpResponse:
    found = get_visible_conversation(request.user, pk)
    try:
        event = act(request.user, found)
    except inbox.InboxError as error:
        return _refused(request, pk, error.sentence)
    leads_on = request.POST.get("then") == "next"
    events = [event] if event else []
    if not is_fragment(request):
        where = _address(following, request) if following else next_url(request) or _address(found)
        return done(request, where, said, events)
    screen = screen_of(request, (following.pk if following else None) if leads_on else pk)
    if following and screen.talk:
        show_up(request, screen.talk.conversation, opened=True)
    template = "socialcrm/inbox/opened.html" if leads_on else "socialcrm/inbox/_head.html"
    return fragment(request, template, {"screen": screen}, toast=said, undo=undo_url(events))


def _refused(request: HttpRequest, pk: int, sentence: str) -> HttpResponse:
    screen = screen_of(request, pk)
    if not is_fragment(request):
        return back(request, screen.here, sentence, error=True)
    return fragment(request, "socialcrm/inbox/_head.html", {"screen": screen}, status=409, toast=sentence)


def _told(request: HttpRequest, said: str, events: Iterable[ConversationEvent], *, error: bool = False) -> HttpResponse:
    if not is_fragment(request):
        home = next_url(request) or reverse("socialcrm:inbox")
        return back(request, home, said, error=True) if error else done(request, home, said, events)
    return fragment(request, "socialcrm/inbox/nothing.html", {}, toast=said, undo=undo_url(events))


def _until(request: HttpRequest) -> datetime | None:
    chosen = request.POST.get("until")
    known = {choice.value: choice.at for choice in snoozes(timezone.localtime())}
    if chosen in known:
        return known[chosen]
    try:
        typed = parse_datetime(request.POST.get("custom", ""))
    except ValueError:
        return None
    return timezone.make_aware(typed) if typed and timezone.is_naive(typed) else typed


def _colleague(request: HttpRequest, accounts: Iterable[SocialAccount]) -> Any:
    """The chosen colleague, None for nobody. Raises Http404 for who may not work on any of these accounts."""
    wanted = request.POST.get("assignee", "")
    if not wanted:
        return None
    if str(request.user.pk) == wanted:
        return request.user
    known = {str(user.pk): user for account in accounts for user in inbox.colleagues(account)}
    found = known.get(wanted)
    if found is None:
        raise Http404
    return found


def _address(talk: Conversation, request: HttpRequest | None = None) -> str:
    query = request.META.get("QUERY_STRING", "") if request else ""
    return reverse("socialcrm:inbox_conversation", args=[talk.pk]) + (f"?{query}" if query else "")
