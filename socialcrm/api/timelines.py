"""A contact's timeline and summary, taken from the rooms that the contact's page reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max, prefetch_related_objects
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from socialcrm import access, scoring, timeline
from socialcrm.contacts import get_adapter
from socialcrm.models import Mention, Post
from socialcrm.networks import canonical_id

from .loading import contact_rows, usable_mentions

ONE_OF = {"posts": "post", "mentions": "mention", "replies": "reply"}


def read_timeline(contact: Any, request: Request, limit: int) -> tuple[list[dict[str, Any]], str]:
    """A page of the timeline and the cursor of the next one, or "". Raises ValidationError."""
    asked = request.query_params
    kind, network, before = asked.get("kind", "all"), asked.get("network", ""), asked.get("cursor", "")
    if kind not in timeline.KINDS:
        raise ValidationError({"kind": _("Give one of: %(kinds)s.") % {"kinds": ", ".join(timeline.KINDS)}})
    if before and timeline.Cursor.parse(before) is None:
        raise ValidationError({"cursor": _("This cursor is not one of ours; take it from `next`.")})
    page = timeline.timeline(contact, request.user, kind, canonical_id(network), before, limit)
    _load(page.items, request.user)
    return [_said(entry, item.key) for item in page.items for entry in reversed(item.entries)], page.next_cursor


def summary(contact: Any, user: Any) -> dict[str, Any]:
    """A contact's social summary."""
    who = timeline.people(contact, user)
    return {
        **contact_rows([contact])[0],
        "emails": get_adapter().emails(contact),
        "links": who.links,
        "suggestions": len(who.suggestions),
        "score": scoring.for_profiles(link.profile for link in who.links),
        "counts": who.counts,
        "last_touch": _last_touch(who.profile_ids(), user),
    }


def _said(entry: Any, thread: str) -> dict[str, Any]:
    said = entry.post or entry.reply
    return {
        "kind": ONE_OF[entry.kind],
        "at": entry.at,
        "thread": thread,
        "ours": entry.ours,
        "text": said.text,
        "external_id": said.external_id,
        "post": entry.post,
        "reply": entry.reply or entry.sent_by,
    }


def _load(items: list[Any], user: Any) -> None:
    entries = [entry for item in items for entry in item.entries]
    prefetch_related_objects([entry.post for entry in entries if entry.post], usable_mentions(user))
    replies = [entry.reply or entry.sent_by for entry in entries]
    prefetch_related_objects([reply for reply in replies if reply], "sent_post")


def _last_touch(profiles: list[int], user: Any) -> datetime | None:
    accounts = access.usable_accounts(user).values("pk")
    heard = Mention.objects.filter(access.readable_mentions(user), author__in=profiles, account__in=accounts)
    said = Post.objects.filter(access.readable(user), to_profile__in=profiles, account__in=accounts)
    theirs, ours = (rows.aggregate(at=Max("posted_at"))["at"] for rows in (heard, said))
    return max((at for at in (theirs, ours) if at), default=None)
