"""Whether a post can be answered, said before typing, from what the page has loaded already: no query."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from socialcrm import conf
from socialcrm.models import Mention, Post, SocialAccount, SocialProfile
from socialcrm.networks import get_network
from socialcrm.networks.base import Network, ReplyFacts, Verdict

_rules: dict[str, tuple[Any, Network]] = {}


def rules_of(network_id: str) -> Network:
    """The network as nobody's account: its addresses, counts and rules. Made once for each set of options."""
    options = conf.get("NETWORK_OPTIONS")
    known = _rules.get(network_id)
    if known is None or known[0] is not options:
        known = _rules[network_id] = (options, get_network(network_id))
    return known[1]


def eligibility(account: SocialAccount, post: Post) -> Verdict:
    """The verdict on an answer by this account to a post of the timeline; the outbox asks again at sending."""
    network = rules_of(account.network)
    if not account.is_working:
        sentence = _("%(account)s must be reconnected before it can answer.") % {"account": account}
        return Verdict(False, "reconnect", sentence, answer_url(network, post))
    if not network.can("may_reply"):
        return Verdict(network.can("reply"), "open", "", answer_url(network, post))
    return network.may_reply(_facts(account, post))


def answer_url(network: Network, post: Post, text: str = "") -> str:
    """Where the post can be answered on the network itself."""
    return network.intent_url(post.external_id, text) if network.can("intent_url") else post.url


def _facts(account: SocialAccount, post: Post) -> ReplyFacts:
    reason = getattr(post, "mention_reason", None)
    about_us = getattr(post, "mentioned_account", None) == account.pk
    named = about_us and reason in (Mention.Reason.MENTION, Mention.Reason.REPLY)
    quoted = about_us and reason == Mention.Reason.QUOTE
    return reply_facts(account, post, named=named, quoted_author_id=account.external_id if quoted else "")


def reply_facts(account: SocialAccount, post: Post, *, named: bool, quoted_author_id: str) -> ReplyFacts:
    """What a network's rule needs to know. `named`: the post names the account, also where its text does not."""
    return ReplyFacts(
        own_id=account.external_id,
        own_handle=account.handle,
        post_id=post.external_id,
        author_id=post.author.external_id,
        author_handle=post.author.handle,
        mentioned_ids=tuple({*map(str, post.mentioned_ids), *([account.external_id] if named else [])}),
        quoted_author_id=quoted_author_id,
        author_protected=post.author.state == SocialProfile.State.PROTECTED,
        deleted=post.state != Post.State.LIVE,
        tier=account.tier,
    )
