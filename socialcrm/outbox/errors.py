"""Why a reply was not taken. Each carries one sentence for the person, and what the screen needs beside it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from socialcrm.models import Post, Reply
from socialcrm.networks import network_class
from socialcrm.networks.base import TextCheck, Verdict


class OutboxError(Exception):
    """The reply was not taken, or not changed; nothing was sent. `str()` is a sentence for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(OutboxError):
    """This person may not answer as this account, or not this post."""


class TextRefused(OutboxError):
    """The text cannot be sent as it is."""

    def __init__(self, check: TextCheck) -> None:
        super().__init__(check.problem)
        self.check = check


class NotEligible(OutboxError):
    """The network's rules do not let this post be answered from here; `verdict.open_url` leads to it there."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.sentence)
        self.verdict = verdict


class AlreadyAnswered(OutboxError):
    """Someone answered, or is answering, and the composer had not seen it: show `reply` (who, when, what).

    An answer typed on the network itself comes as a reply without a key and a user; `sent_post` is the post.
    """

    def __init__(self, reply: Reply) -> None:
        super().__init__(_sentence(reply))
        self.reply = reply


class ThreadMovedOn(OutboxError):
    """They wrote again while this was being written: show `post`; "send anyway" comes with its id as seen."""

    def __init__(self, post: Post) -> None:
        who = post.author.name or f"@{post.author.handle}"
        super().__init__(_("%(who)s wrote again in the meantime. Read it before you send yours.") % {"who": who})
        self.post = post


class KeyReused(OutboxError):
    """The same key came with another text, post or account; `reply` is what the key stands for."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(_("This key was used for another reply: use a new one."))
        self.reply = reply


class NotWritten(OutboxError):
    """The database takes nothing at the moment (it is full, or may only be read): without a row, nothing is sent."""

    def __init__(self) -> None:
        super().__init__(
            _("Nothing can be written down here now, so nothing was sent. Keep your text, and try again later.")
        )


def _sentence(reply: Reply) -> str:
    if reply.pk is None:
        label = network_class(reply.account.network).label
        when = date_format(timezone.localtime(reply.sent_at), "SHORT_DATETIME_FORMAT")
        said = _("%(account)s answered this on %(network)s itself, %(when)s. Read it before you send yours.")
        return said % {"account": reply.account, "network": label, "when": when}
    who = (reply.user.get_full_name() or reply.user.get_username()) if reply.user else _("Someone")
    if reply.state == Reply.State.SENT:
        return _("%(who)s has answered this already. Read it before you send yours.") % {"who": who}
    return _("%(who)s is answering this right now. Nothing of yours was sent.") % {"who": who}
