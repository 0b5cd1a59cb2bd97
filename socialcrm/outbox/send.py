"""Send one reply: claim it, call the network outside any transaction, write down what came of it."""

from __future__ import annotations

import time
import uuid

from django.utils.translation import gettext as _

from socialcrm import conf, connect, ledger
from socialcrm.contacts import person_name
from socialcrm.models import Reply, SocialAccount
from socialcrm.networks import network_class
from socialcrm.networks.base import (
    AuthExpired,
    Duplicate,
    Network,
    NetworkError,
    NotFound,
    RateLimited,
    Rejected,
    Sent,
    Unreachable,
)

from . import finish, rules
from .claim import claim
from .errors import NotAllowed, OutboxError

# A worker that was frozen for this share of its lease between claim and call no longer calls: someone else may.
STALE = 0.25


def send(reply_id: int) -> None:
    """Send a queued reply whose time has come. Safe to call often, from anywhere, at once."""
    started = time.monotonic()
    attempt = claim(reply_id)
    if attempt is None:
        return
    reply = _load(reply_id, attempt)
    if reply is None or _refused(reply):
        return
    try:
        sent = _speak(reply, started)
    except NetworkError as error:
        _write_down(reply, error)
    except Exception:
        # A mistake in our own code: whether it had spoken already is not known.
        finish.unknown(reply, "crashed", _("Something went wrong here while it was sent."))
        raise
    else:
        finish.sent(reply, sent.external_id, sent.url)


def _load(reply_id: int, attempt: uuid.UUID) -> Reply | None:
    rows = Reply.objects.select_related("account", "post__author", "user")
    return rows.filter(pk=reply_id, attempt_id=attempt).first()


def _refused(reply: Reply) -> bool:
    """Look again at everything: between the click and now, people lose rights and posts disappear."""
    if reply.post is None:
        return finish.failed(reply, "gone", _("The post that this answers was erased."))
    try:
        rules.must_be_allowed(reply.user, reply.account, reply.post)
        rules.must_be_sendable(reply.account, reply.post, reply.text, reply.audience, but=reply.pk)
    except NotAllowed:
        return finish.failed(reply, NotAllowed.__name__, _lost_right(reply))
    except OutboxError as error:
        if reply.account.state != SocialAccount.State.WORKING:
            paused = reply.account.state == SocialAccount.State.PAUSED
            return finish.held(reply, "paused" if paused else "reconnect", 0, error.sentence)
        return finish.failed(reply, type(error).__name__, error.sentence)
    if not ledger.may_spend(reply.account, "reply"):
        return finish.held(reply, "budget", 600, _("The month's budget for this account is spent."))
    return False


def _lost_right(reply: Reply) -> str:
    """What a colleague who looks into the outbox can do about it."""
    if reply.user is None:
        return _("Its writer has left. Nothing was sent: whoever sends it again sends it in their own name.")
    said = {"who": person_name(reply.user), "account": reply.account}
    return (
        _(
            "%(who)s may no longer answer this as %(account)s. Nothing was sent: whoever sends it again sends it "
            "in their own name."
        )
        % said
    )


def _speak(reply: Reply, started: float) -> Sent:
    post = reply.post
    assert post is not None

    def say(network: Network) -> Sent:
        if time.monotonic() - started > STALE * float(conf.get("LEASE_SECONDS")):
            raise Unreachable(_("This machine was too slow to send; it will try again."))
        # One key for all attempts of this reply, and for no other one.
        return network.reply(post.external_id, reply.text, f"{reply.pk}:{reply.client_key}", reply.audience)

    return connect.use(reply.account, "reply", say)


def _write_down(reply: Reply, error: NetworkError) -> None:
    label, sentence = network_class(reply.account.network).label, error.detail
    if isinstance(error, Duplicate):
        finish.unknown(reply, "duplicate", sentence, 0)
    elif isinstance(error, Rejected | NotFound):
        finish.refused(reply, type(error).__name__, sentence)
    elif isinstance(error, AuthExpired):
        finish.held(reply, "reconnect", 0, sentence)
    elif isinstance(error, RateLimited):
        finish.limited(reply, error.retry_at, sentence)
    elif isinstance(error, Unreachable):
        finish.later(reply, "unreachable", _("%(network)s cannot be reached.") % {"network": label})
    else:
        finish.unknown(reply, "no_answer", _("%(network)s did not say whether it took it.") % {"network": label})
