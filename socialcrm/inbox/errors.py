"""Why an act on a conversation was refused; `str()` is a sentence for the person, and nothing was changed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


class InboxError(Exception):
    """The act was refused; nothing was changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(InboxError):
    """This person may not do this."""


class NotThere(InboxError):
    """The conversation is gone, or not this person's to see any more."""

    def __init__(self) -> None:
        super().__init__(_("This conversation is not there any more, or you may no longer see it."))


class TakenByAnother(InboxError):
    """A colleague was faster; `who` is the user who has it."""

    def __init__(self, who: Any) -> None:
        super().__init__(_("%(who)s has taken this conversation.") % {"who": name_of_user(who)})
        self.who = who


class ChangedSince(InboxError):
    """It can no longer be undone: something else happened."""

    def __init__(self) -> None:
        super().__init__(_("This can't be undone any more: the conversation has changed since."))


def name_of_user(user: Any) -> str:
    """How a colleague is called."""
    return user.get_full_name() or user.get_username() if user else _("Someone")
