"""Take down: a reply that is out is deleted on its network, for everybody. What was written stays in our outbox."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from . import audit, connect, sync
from .models import Post, Reply
from .networks import network_class
from .networks.base import AuthExpired, NetworkError, NotFound, RateLimited, Rejected
from .outbox import OutboxError
from .outbox.rules import must_own
from .timeline import rules_of


def is_possible(reply: Reply) -> bool:
    """Whether there is something on the network that this site may delete there."""
    sent = reply.state == Reply.State.SENT and reply.external_id != "" and not reply.outside
    return sent and rules_of(reply.account.network).can("delete")


def is_offered(reply: Reply, user: Any) -> bool:
    """Whether this person is shown the button: who wrote it, and who looks after everyone's outbox."""
    mine = reply.user_id == user.pk or user.has_perm("socialcrm.view_all_outbox")
    return bool(mine) and is_possible(reply)


def take_down(reply: Reply, user: Any) -> Reply:
    """Delete it on the network, and empty our copy of the post; who was answered waits again.

    Gone already is as good. Raises NotAllowed for who may not, OutboxError where the network does not do it: then
    nothing has changed here, and the sentence says what to do.
    """
    must_own(user, reply)
    if not is_possible(reply):
        raise OutboxError(_("Only a reply that was sent from here, and is out, can be deleted on the network."))
    _delete(reply)
    audit.record(user, "reply_take_down", reply, external_id=reply.external_id)
    sync.forget(reply.account.network, [reply.external_id], Post.State.DELETED)
    return reply


def _delete(reply: Reply) -> None:
    try:
        connect.use(reply.account, "delete", lambda network: network.delete(reply.external_id))
    except NotFound:
        return
    except NetworkError as error:
        raise OutboxError(_sentence(reply, error)) from error


def _sentence(reply: Reply, error: NetworkError) -> str:
    said: dict[str, Any] = {"network": network_class(reply.account.network).label, "account": reply.account}
    if isinstance(error, AuthExpired):
        return _("%(account)s has lost its access: connect it again, then delete the reply.") % said
    if isinstance(error, RateLimited):
        return _("%(network)s asks us to wait. Nothing was deleted: try again in some minutes.") % said
    if isinstance(error, Rejected):
        return _("%(network)s did not delete it. Open it there to see why.") % said
    return _("%(network)s did not answer. Try again: it deletes a reply once, however often it is asked.") % said
