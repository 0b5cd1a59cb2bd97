"""What a page tells of a reply: where it is, where else it can be sent, and why it was not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from socialcrm import takedown
from socialcrm.models import Reply
from socialcrm.timeline import answer_url, rules_of

from .display import safe_href


def sent_url(reply: Reply) -> str:
    """Where a sent reply is on its network."""
    network = rules_of(reply.account.network)
    if not reply.external_id or not network.can("post_url"):
        return ""
    return safe_href(network.post_url(reply.account.handle, reply.external_id))


def outside_url(reply: Reply) -> str:
    """Where a reply's post can be answered on the network itself, with the reply's text."""
    return safe_href(answer_url(rules_of(reply.post.network), reply.post, reply.text)) if reply.post else ""


def can_take_down(reply: Reply, user: Any) -> bool:
    """Whether this person is shown a button that deletes it on the network."""
    return takedown.is_offered(reply, user)


def why_not_sent(reply: Reply) -> str:
    """Our sentence, or the network's own words, marked as such: they come in a language of its own."""
    if reply.error_class not in Reply.REFUSALS:
        return reply.error_detail
    said = {"network": rules_of(reply.account.network).label, "words": reply.error_detail}
    if not reply.error_detail:
        return _("%(network)s refused the reply.") % said
    return _("%(network)s refused the reply, and says: “%(words)s”") % said
