"""Words and counts that several pages share: what an item is called, what needs a person."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from socialcrm import inbox
from socialcrm.access import usable_accounts, visible_replies
from socialcrm.bulk import count_each
from socialcrm.models import Post, Reply, SocialAccount
from socialcrm.timeline import Entry, Item

MOST = 100


def counts(user: Any) -> dict[str, int]:
    """Replies that failed, may have been sent or are held, and accounts that lost access; at most 100 each."""
    if user is None or not user.is_authenticated:
        return {"outbox": 0, "accounts": 0}
    needy = Q(state__in=(Reply.State.FAILED, Reply.State.UNKNOWN)) | Q(state=Reply.State.QUEUED, hold="reconnect")
    lost = usable_accounts(user).filter(state=SocialAccount.State.NEEDS_RECONNECT)
    outbox, accounts = count_each([visible_replies(user).filter(needy), lost], MOST)
    return {"outbox": outbox, "accounts": accounts}


def inbox_nav(request: HttpRequest | None, screen: Any = None) -> dict[str, Any] | None:
    """The inbox's entry: how many wait for an answer and, inside the inbox, its views. None for who may not enter."""
    user = getattr(request, "user", None)
    if request is None or user is None or not user.has_perm("socialcrm.work_inbox"):
        return None
    canned = request.path.startswith(reverse("socialcrm:canned"))
    return {
        "n": waiting(request),
        "views": screen.views if screen else [],
        "here": canned or screen is not None,
        "canned": canned,
    }


def waiting(request: HttpRequest) -> str:
    """How many wait for an answer, as a badge; counted once for each page, nothing for none."""
    known: str | None = getattr(request, "socialcrm_waiting", None)
    if known is None:
        number = inbox.waiting(request.user) if request.user.has_perm("socialcrm.work_inbox") else 0
        known = inbox.badge(number) if number else ""
        request.socialcrm_waiting = known  # type: ignore[attr-defined]
    return known


def title(item: Item, name: str) -> str:
    """What an item of the timeline is: "Ada mentioned us", "Conversation", "Our reply failed"."""
    trouble = next((e.reply for e in item.entries if e.reply and e.reply.state == Reply.State.FAILED), None)
    if trouble and item.entries[-1].reply == trouble:
        return _("Our reply failed")
    if len(item.entries) > 1:
        return _("Conversation")
    return _single(item.entries[0], name)


def icon(item: Item) -> str:
    """The icon that goes with the title."""
    last = item.entries[-1]
    if last.reply and last.reply.state == Reply.State.FAILED:
        return "circle-alert"
    if len(item.entries) > 1:
        return "message-circle"
    post = item.entries[0].post
    if post is None or post.account_id:
        return "reply"
    if post.state != Post.State.LIVE:
        return "trash-2"
    return "at-sign" if getattr(post, "mention_reason", None) else "pen-line"


def span(item: Item) -> str:
    """How many messages a conversation holds."""
    n = len(item.entries)
    return ngettext("%(n)d post", "%(n)d posts", n) % {"n": n}


def _single(entry: Entry, name: str) -> str:
    post, who = entry.post, {"name": name}
    if post is None or post.account_id:
        return _("We answered %(name)s") % who if name else _("We posted")
    reason = getattr(post, "mention_reason", None)
    said = {
        "mention": _("%(name)s mentioned us"),
        "reply": _("%(name)s answered us"),
        "quote": _("%(name)s quoted us"),
    }.get(str(reason))
    kinds = {"reply": _("%(name)s replied"), "repost": _("%(name)s reposted"), "quote": _("%(name)s quoted a post")}
    return (said or kinds.get(post.kind) or _("%(name)s posted")) % who
