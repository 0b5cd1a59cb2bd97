"""The one verdict on an answer: said before typing, asked again at the click and in the worker."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from socialcrm import conf, connect
from socialcrm.models import Mention, Post, SocialAccount, SocialProfile
from socialcrm.networks import get_network
from socialcrm.networks.base import Network, ReplyFacts, Verdict

from .about import About

_rules: dict[str, tuple[Any, Network]] = {}


def rules_of(network_id: str) -> Network:
    """The network as nobody's account: its addresses, counts and rules. Made once for each set of options."""
    options = conf.get("NETWORK_OPTIONS")
    known = _rules.get(network_id)
    if known is None or known[0] is not options:
        known = _rules[network_id] = (options, get_network(network_id))
    return known[1]


def eligibility(account: SocialAccount, post: Post, about: About | None = None) -> Verdict:
    """Whether this post may be answered from here as this account, why, and where else it can be answered.

    No query for a post that its page has loaded; `about` is what is known of it instead.
    """
    network = connect.rules_of(account)
    closed = _account_problem(account, post) or _post_problem(post)
    if closed:
        code, sentence = closed
        return Verdict(False, code, sentence, answer_url(network, post))
    if not network.can("reply"):
        return Verdict(False, "no_replies", _("Answer on the network itself."), answer_url(network, post))
    about = about or About.of(post)
    found = Verdict(True, "open", "", answer_url(network, post))
    if network.can("may_reply"):
        found = network.may_reply(_facts(account, post, about))
    refusal = about.refusal(account)
    return _refused(found, network, refusal) if found.allowed and refusal else found


def answer_url(network: Network, post: Post, text: str = "") -> str:
    """Where the post can be answered on the network itself."""
    return network.intent_url(post.external_id, text) if network.can("intent_url") else post.url


def address_of(post: Post) -> str:
    """Where the post is: as its network said, else as the network makes addresses. It may be no web address."""
    network = rules_of(post.network)
    made = network.post_url(post.author.handle, post.external_id) if network.can("post_url") else ""
    return post.url or made


def _refused(found: Verdict, network: Network, refusal: str) -> Verdict:
    """By the rules as we know them it could be answered, and yet the network did not take the last answer."""
    said = _("%(network)s did not take an answer from here, and says: “%(why)s”") % {
        "network": network.label,
        "why": refusal,
    }
    return replace(found, allowed=False, code="refused_there", sentence=said)


def _account_problem(account: SocialAccount, post: Post) -> tuple[str, str] | None:
    if account.network != post.network:
        return "other_network", _("%(account)s is on another network.") % {"account": account}
    if account.state == SocialAccount.State.NEEDS_RECONNECT:
        return "reconnect", _("%(account)s has lost its access: connect it again first.") % {"account": account}
    if account.state == SocialAccount.State.DISCONNECTED:
        return "disconnected", _("%(account)s is disconnected: connect it first.") % {"account": account}
    if account.state == SocialAccount.State.PAUSED:
        return "paused", _("%(account)s is paused: an administrator can start it again.") % {"account": account}
    return None


def _post_problem(post: Post) -> tuple[str, str] | None:
    if post.state == Post.State.DELETED:
        return "deleted", _("This post was deleted by its author: it cannot be answered.")
    if post.state == Post.State.WITHHELD:
        return "withheld", _("The network no longer shows this post: it cannot be answered.")
    author = {"who": f"@{post.author.handle}"}
    return {
        SocialProfile.State.PROTECTED.value: ("protected", _("%(who)s now shows posts to followers only.") % author),
        SocialProfile.State.SUSPENDED.value: ("suspended", _("%(who)s was suspended by the network.") % author),
        SocialProfile.State.GONE.value: ("gone", _("%(who)s has left the network.") % author),
    }.get(post.author.state)


def _facts(account: SocialAccount, post: Post, about: About) -> ReplyFacts:
    """What a network's rule needs to know. A mention counts also where the text does not name the account."""
    reason = about.reason(account)
    named = [account.external_id] if reason in (Mention.Reason.MENTION, Mention.Reason.REPLY) else []
    return ReplyFacts(
        own_id=account.external_id,
        own_handle=account.handle,
        post_id=post.external_id,
        author_id=post.author.external_id,
        author_handle=post.author.handle,
        mentioned_ids=tuple({*map(str, post.mentioned_ids), *named}),
        quoted_author_id=account.external_id if reason == Mention.Reason.QUOTE else about.quoted_author,
        tier=account.tier,
    )
