"""What the rooms refuse, as problems: each with its code, the room's own sentence, and the next step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from socialcrm import access, inbox, matching, outbox
from socialcrm.contacts import get_adapter
from socialcrm.networks.base import AuthExpired, NetworkError, NotFound, RateLimited, Rejected

from .problems import Problem


@contextmanager
def linking(user: Any) -> Iterator[None]:
    """Turn what matching and a look at the network may raise into problems."""
    try:
        yield
    except NetworkError as error:
        raise network_problem(error) from error
    except matching.LinkingForbidden as error:
        raise Problem(422, "linking-forbidden", str(error)) from error
    except ValueError as error:
        raise Problem(422, "no-such-profile", str(error)) from error
    except matching.AlreadyLinked as error:
        raise _already_linked(error.contact, user) from error


@contextmanager
def answering(user: Any) -> Iterator[None]:
    """Turn what the outbox may raise into problems."""
    try:
        yield
    except outbox.AlreadyAnswered as error:
        raise _already_answered(error, user) from error
    except outbox.ThreadMovedOn as error:
        step = _("Read the new post; to send yours as well, repeat the call with its id as `seen_in_conversation`.")
        raise Problem(409, "thread-moved-on", str(error), next_step=step, post=error.post.pk) from error
    except outbox.KeyReused as error:
        step = _("Use a new Idempotency-Key for a new reply.")
        raise Problem(422, "key-reused", str(error), next_step=step, reply=error.reply.pk) from error
    except outbox.TextRefused as error:
        said = {"length": error.check.length, "limit": error.check.limit}
        raise Problem(422, "text-refused", str(error), next_step=_("Change the text."), **said) from error
    except outbox.NotEligible as error:
        raise _not_eligible(error) from error
    except outbox.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except outbox.NotWritten as error:
        step = _("Repeat the call with the same Idempotency-Key.")
        raise Problem(503, "not-written", str(error), next_step=step) from error
    except outbox.OutboxError as error:
        raise Problem(409, "not-now", str(error)) from error


@contextmanager
def working() -> Iterator[None]:
    """Turn what the inbox may raise into problems."""
    try:
        yield
    except inbox.TakenByAnother as error:
        step = _("Leave it to them, or have it assigned to you.")
        raise Problem(409, "taken-by-another", str(error), next_step=step) from error
    except inbox.ChangedSince as error:
        raise Problem(409, "changed-since", str(error)) from error
    except inbox.NotThere as error:
        raise Http404 from error
    except inbox.NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except inbox.InboxError as error:
        raise Problem(422, "refused", str(error)) from error


def network_problem(error: NetworkError) -> Problem:
    """What a network's error means to the caller."""
    if isinstance(error, (NotFound, Rejected)):
        return Problem(422, "network-refused", str(error))
    if isinstance(error, RateLimited):
        return Problem(503, "network-busy", _("The network asks us to wait."))
    if isinstance(error, AuthExpired):
        return Problem(409, "needs-reconnect", _("Our account has lost access."), next_step=_("Reconnect the account."))
    return Problem(502, "network-unreachable", _("The network did not answer in a way that we can read."))


def _already_linked(contact: Any, user: Any) -> Problem:
    if not get_adapter().can_view(user, contact):
        return Problem(409, "already-linked", _("This profile is linked to a contact that you may not see."))
    sentence = _("This profile is linked to %(name)s.") % {"name": get_adapter().name(contact)}
    step = _("Unlink it there first, if it is not that person's.")
    return Problem(409, "already-linked", sentence, next_step=step, contact=str(contact.pk))


def _already_answered(error: Any, user: Any) -> Problem:
    step = _("Read the other answer; to send yours as well, repeat the call with `another`: true.")
    if not access.may_see(user, error.reply):
        return Problem(409, "already-answered", _("Colleagues of another group are answering this already."))
    extra = {"reply": error.reply.pk} if error.reply.pk else {}
    return Problem(409, "already-answered", str(error), next_step=step, **extra)


def _not_eligible(error: Any) -> Problem:
    said = error.verdict
    step = _("Answer on the network itself: %(url)s") % {"url": said.open_url} if said.open_url else ""
    return Problem(422, "not-eligible", said.sentence, next_step=step, reason=said.code, open_url=said.open_url)
