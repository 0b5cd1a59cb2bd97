"""How the inbox draws a row of the list and a line of a thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm.inbox import Line, Row
from socialcrm.models import Conversation, ConversationEvent, Reply

ICONS = {
    "taken": "user-round",
    "assigned": "user-plus",
    "unassigned": "users",
    "snoozed": "alarm-clock",
    "resolved": "check",
    "reopened": "rotate-cw",
    "heard": "message-circle",
    "answered": "check-check",
    "woke": "alarm-clock",
    "routed": "user-plus",
    "released": "users",
    "undone": "rotate-cw",
}


@dataclass
class ListRow:
    """A conversation of the list."""

    row: Row

    @property
    def conversation(self) -> Conversation:
        """The conversation itself."""
        return self.row.conversation

    @property
    def name(self) -> str:
        """The contact's name, else the profile's."""
        profile = self.conversation.profile
        return self.row.contact.name if self.row.contact else profile.name or f"@{profile.handle}"

    @property
    def short_name(self) -> str:
        """The first word of the name."""
        return self.name.split()[0] if self.name.split() else self.name

    @property
    def preview(self) -> str:
        """Their newest words."""
        return self.row.preview.text if self.row.preview else _("What was said is no longer there.")

    @property
    def at(self) -> datetime:
        """When the last word was said, theirs or ours: what "newest first" goes by."""
        return self.conversation.last_post_at

    @property
    def unread(self) -> bool:
        """Whether this person has not looked since."""
        return self.row.unread

    @property
    def named(self) -> bool:
        """Whether a colleague names this person in a note that is new."""
        return self.row.named

    @property
    def is_private(self) -> bool:
        """Whether nobody else can read it."""
        return self.row.is_private

    @property
    def trouble(self) -> str:
        """What went wrong with our newest answer."""
        return {Reply.State.FAILED: _("Not sent"), Reply.State.UNKNOWN: _("Not confirmed")}.get(
            Reply.State(self.row.reply_state) if self.row.reply_state else Reply.State.SENT, ""
        )

    @property
    def leaving(self) -> str:
        """That our newest answer is on its way."""
        return _("Answer leaves") if self.row.reply_state in (Reply.State.QUEUED, Reply.State.SENDING) else ""


@dataclass
class Said:
    """A line of the thread: a post, a reply on its way, a note or a history line. `day` where a new day begins."""

    line: Line
    day: date | None = None
    is_first_new: bool = False

    @property
    def kind(self) -> str:
        """What it is: post, reply, note or event."""
        return next(name for name in ("post", "note", "event", "reply") if getattr(self.line, name) is not None)

    @cached_property
    def key(self) -> str:
        """What the line is called in the page."""
        row: Any = getattr(self.line, self.kind)
        return f"{self.kind[0]}{row.pk}"

    @property
    def at(self) -> datetime:
        """When it was said."""
        return self.line.at

    @property
    def post(self) -> Any:
        """The post, or None."""
        return self.line.post

    @property
    def reply(self) -> Reply | None:
        """The reply on its way, or the one that became this post."""
        return self.line.reply or self.line.sent_by

    @property
    def note(self) -> Any:
        """The note, or None."""
        return self.line.note

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return self.line.sentence

    @property
    def icon(self) -> str:
        """The icon of what happened."""
        event: ConversationEvent | None = self.line.event
        return ICONS.get(event.kind if event else "", "info")

    @property
    def ours(self) -> bool:
        """Whether we wrote it for them to read."""
        return self.line.is_said and self.line.ours

    @property
    def theirs(self) -> bool:
        """Whether they said it to us."""
        return bool(getattr(self.line.post, "mention_reason", None))

    @property
    def is_context(self) -> bool:
        """Whether it was said by somebody to somebody else."""
        return self.line.post is not None and not self.ours and not self.theirs


def drawn(lines: list[Line], seen: int | None) -> list[Said]:
    """The lines with their days, and a mark before the first words that are newer than the post `seen`."""
    found, day, marked = [], None, seen is None
    for line in lines:
        said = Said(line)
        local = timezone.localtime(line.at).date()
        if local != day:
            said.day = day = local
        if not marked and said.theirs and line.post is not None and line.post.pk > (seen or 0):
            said.is_first_new = marked = True
        found.append(said)
    return found
