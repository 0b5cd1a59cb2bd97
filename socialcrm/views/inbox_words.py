"""The inbox's words: views, statuses, waiting times, snoozes and keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from socialcrm import conf
from socialcrm.inbox import InboxPage

MORNING = 9
MONDAY = 0

KEYS = (
    (("j", "k"), gettext_lazy("next, previous conversation")),
    (("Enter",), gettext_lazy("open it")),
    (("x",), gettext_lazy("choose it, for several at once")),
    (("/",), gettext_lazy("search")),
    (("r",), gettext_lazy("answer")),
    (("n",), gettext_lazy("write a note")),
    (("Ctrl", "Enter"), gettext_lazy("send")),
    (("t",), gettext_lazy("take it")),
    (("a",), gettext_lazy("assign it")),
    (("s",), gettext_lazy("snooze it")),
    (("e",), gettext_lazy("done")),
    (("E",), gettext_lazy("done, and open the next one")),
    (("o",), gettext_lazy("reopen it")),
    (("Esc",), gettext_lazy("one step back")),
    (("?",), gettext_lazy("show these keys")),
)


@dataclass(frozen=True)
class Snooze:
    """A time to choose: `value` comes back with the form."""

    value: str
    label: str
    at: datetime


def view_label(view: str) -> str:
    """The name of a view."""
    return {
        "mine": pgettext("conversations", "Mine"),
        "mentions": _("Mentions of me"),
        "unassigned": pgettext("conversations", "Unassigned"),
        "unattended": pgettext("conversations", "Unattended"),
        "all": pgettext("conversations", "All open"),
    }[view]


def status_labels(view: str) -> dict[str, str]:
    """The statuses to filter by, and their names; in the view of mentions no status is asked for at first."""
    words = {
        "": _("Open or waiting for them"),
        "open": pgettext("conversation", "Open"),
        "pending": _("Waiting for them"),
        "snoozed": pgettext("conversation", "Snoozed"),
        "resolved": pgettext("conversation", "Done"),
        "any": _("Any status"),
    }
    if view == "mentions":
        words[""] = words.pop("any")
    return words


def snoozes(now: datetime) -> list[Snooze]:
    """The times to choose from, in the person's time zone: in an hour, tomorrow and on Monday at nine."""
    tomorrow = _morning(now + timedelta(days=1))
    monday = _morning(now + timedelta(days=(MONDAY - now.weekday()) % 7 or 7))
    choices = [
        Snooze("hour", _("In an hour"), now + timedelta(hours=1)),
        Snooze("tomorrow", pgettext("snooze", "Tomorrow"), tomorrow),
    ]
    return choices if monday == tomorrow else [*choices, Snooze("monday", pgettext("snooze", "Monday"), monday)]


def searched(page: InboxPage, goes_on: bool) -> str:
    """How far a search has looked; nothing where none was asked for. `goes_on` where it went on from another page."""
    n = page.searched
    if not n and not page.to_the_end:
        return ""
    if not page.to_the_end:
        said = ngettext(
            "Looked through %(n)s conversation. There are more.",
            "Looked through %(n)s conversations. There are more.",
            n,
        )
    elif goes_on and not n:
        said = _("This is the end of the list.")
    elif goes_on:
        said = ngettext(
            "Looked through %(n)s more conversation, the last of this list.",
            "Looked through %(n)s more conversations, the last of this list.",
            n,
        )
    else:
        said = ngettext(
            "Looked through %(n)s conversation: all of this list.",
            "Looked through %(n)s conversations: all of this list.",
            n,
        )
    return said % {"n": number_format(n, force_grouping=True, use_l10n=True)}


def _morning(day: datetime) -> datetime:
    # Made anew from its parts: at nine by the clock, also where summer time begins in between.
    return timezone.make_aware(datetime(day.year, day.month, day.day, MORNING), day.tzinfo)


def urgency(since: datetime | None) -> str:
    """How pressing a wait is: "", "soon" or "over", by the hours that the site has set."""
    hours = (timezone.now() - since).total_seconds() / 3600 if since else 0
    if since is None or hours < conf.get("WAITING_SOON_HOURS"):
        return ""
    return "over" if hours >= conf.get("WAITING_LATE_HOURS") else "soon"


def waits(since: datetime | None) -> str:
    """How long somebody has waited, as the script says it too: "Waiting 2 h"."""
    minutes = int((timezone.now() - since).total_seconds() // 60) if since else 0
    if minutes < 1:
        return _("Waiting")
    if minutes < 60:
        return _("Waiting %s min") % minutes
    return _("Waiting %s h") % (minutes // 60) if minutes < 2880 else _("Waiting %s d") % (minutes // 1440)


def brief_time(when: datetime | None) -> str:
    """A time in the least space: 15:31 today, Wed within a week, 18 Nov, 18 Nov 2025."""
    if when is None:
        return ""
    local, today = timezone.localtime(when), timezone.localdate()
    if local.date() == today:
        return formats.date_format(local, "H:i")
    if today - timedelta(days=6) <= local.date() <= today:
        return formats.date_format(local, "D")
    return formats.date_format(local, _("j M") if local.year == today.year else _("j M Y"))


def brief_day(when: datetime) -> str:
    """A time to come: 15:31 today, else Mon 9:00 with the weekday."""
    local = timezone.localtime(when)
    return formats.date_format(local, "H:i" if local.date() == timezone.localdate() else "D H:i")


def called(user: Any) -> str:
    """A colleague's name; nothing for nobody."""
    return str(user.get_full_name() or user.get_username()) if user else ""
