"""The outbox page: every reply by state, with what can be done about it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from socialcrm import outbox
from socialcrm.access import key, usable_accounts, visible_contacts, visible_replies, with_hidden
from socialcrm.contacts import get_adapter
from socialcrm.models import ProfileLink, Reply

from .answer import back, needs, page

PAGE = 30
MOST_AT_ONCE = 100


@login_required
@require_GET
def outbox_page(request: HttpRequest) -> HttpResponse:
    """Replies of one state or all; filters and place are in the address."""
    query = {name: request.GET.get(name, "") for name in ("state", "account", "mine")}
    seen = visible_replies(request.user)
    rows = _place(_narrow(seen, request.user, query), request.GET.get("before", ""))
    found = list(
        with_hidden(rows, request.user)
        .select_related("account", "user", "post__author")
        .defer("account__credentials", "post__raw")[: PAGE + 1]
    )
    context = {
        "replies": _with_contacts(found[:PAGE], request.user),
        "tabs": _tabs(seen, request.user, query),
        "query": query,
        "accounts": usable_accounts(request.user).defer("credentials"),
        "older": _href(query, before=str(found[PAGE - 1].pk)) if len(found) > PAGE else "",
        "may_reply": request.user.has_perm("socialcrm.reply_as_account"),
        "here": request.get_full_path(),
        "here_is": "outbox",
    }
    return page(request, "socialcrm/outbox.html", context)


@needs("reply_as_account")
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Retry or cancel the chosen replies, at most 100."""
    wanted = [key(pk) for pk in request.POST.getlist("reply")[:MOST_AT_ONCE]]
    verb = outbox.cancel if request.POST.get("do") == "cancel" else outbox.retry
    done, problems = 0, []
    for reply in visible_replies(request.user).filter(pk__in=wanted).select_related("account", "post", "user"):
        try:
            verb(reply, request.user)
            done += 1
        except outbox.OutboxError as error:
            problems.append(error.sentence)
    message = ngettext("%(n)d reply changed.", "%(n)d replies changed.", done) % {"n": done}
    if problems:
        message = _("%(done)s The others stay: %(why)s") % {"done": message, "why": problems[0]}
    return back(request, reverse("socialcrm:outbox"), message, error=bool(problems))


def _with_contacts(replies: list[Reply], user: Any) -> list[tuple[Reply, dict[str, str] | None]]:
    """Each reply with the contact (name, url) that it went to, where this user may see one. One query."""
    authors = {reply.post.author_id for reply in replies if reply.post}
    links = ProfileLink.objects.filter(state="linked", profile__in=authors, contact__in=visible_contacts(user))
    adapter, found = get_adapter(), dict[int, dict[str, str]]()
    for link in links.select_related("contact"):
        found[link.profile_id] = {"name": adapter.name(link.contact), "url": adapter.url(link.contact)}
    return [(reply, found.get(reply.post.author_id) if reply.post else None) for reply in replies]


def _narrow(rows: Any, user: Any, query: dict[str, str]) -> Any:
    if query["mine"]:
        rows = rows.filter(user=user)
    if account := key(query["account"]):
        rows = rows.filter(account=account)
    if query["state"] == "held":
        return rows.filter(state=Reply.State.QUEUED).exclude(hold="")
    return rows.filter(state=query["state"]) if query["state"] in Reply.State.values else rows


def _place(rows: Any, before: str) -> Any:
    last = rows.filter(pk=key(before)).first() if before else None
    if last:
        rows = rows.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk))
    return rows.order_by("-created_at", "-pk")


def _tabs(seen: Any, user: Any, query: dict[str, str]) -> list[dict[str, Any]]:
    rows = _narrow(seen, user, {**query, "state": ""}).order_by()
    counted = {row["state"]: row["n"] for row in rows.values("state").annotate(n=Count("pk", distinct=True))}
    states = [("", _("All"), sum(counted.values()))]
    states += [(state.value, str(state.label), counted.get(state.value, 0)) for state in Reply.State]
    return [
        {"label": label, "n": n, "href": _href({**query, "state": state}), "on": query["state"] == state}
        for state, label, n in states
        if n or not state or query["state"] == state
    ]


def _href(query: dict[str, str], **more: str) -> str:
    return "?" + urlencode({name: value for name, value in {**query, **more}.items() if value})
