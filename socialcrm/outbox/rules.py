"""What may be answered, by whom, and with which text: the same rules before typing, at the click and in the worker."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from socialcrm import access, connect, placeholders
from socialcrm.models import Mention, Post, SocialAccount, SocialProfile
from socialcrm.networks import network_class
from socialcrm.networks.base import ReplyFacts, TextCheck, Verdict
from socialcrm.timeline import answer_url, reply_facts

from .errors import NotAllowed, NotEligible, OutboxError, TextRefused


def verdict(account: SocialAccount, post: Post) -> Verdict:
    """Whether this post may be answered from here as this account, why, and where else it can be answered."""
    network = connect.rules_of(account)
    closed = _account_problem(account, post) or _post_problem(post)
    if closed:
        code, sentence = closed
        return Verdict(False, code, sentence, answer_url(network, post))
    if not network.can("reply"):
        return Verdict(False, "no_replies", _("Answer on the network itself."), answer_url(network, post))
    if not network.can("may_reply"):
        return Verdict(True, "open", "", answer_url(network, post))
    return network.may_reply(facts(account, post))


def facts(account: SocialAccount, post: Post) -> ReplyFacts:
    """What the network's rule needs to know, from what we have stored."""
    reasons = set(Mention.objects.filter(post=post, account=account).values_list("reason", flat=True))
    named = bool(reasons & {Mention.Reason.MENTION, Mention.Reason.REPLY})
    return reply_facts(account, post, named=named, quoted_author_id=_quoted_author(account, post, reasons))


def check_text(account: SocialAccount, post: Post, text: str) -> TextCheck:
    """The network's own count of a reply's text, and what is wrong with it in one sentence."""
    network = connect.rules_of(account)
    problem = _unsendable(text)
    if problem:
        return TextCheck(len(text), network.text_limit, problem)
    if not network.can("check_text"):
        too_long = _("The text is too long.") if len(text) > network.text_limit else ""
        return TextCheck(len(text), network.text_limit, too_long)
    return network.check_text(text, to_handles=(post.author.handle,))


def must_be_allowed(user: Any, account: SocialAccount, post: Post) -> None:
    """Raise NotAllowed unless this person may answer this post as this account, now."""
    if user is None or not user.is_active or not account.may_be_used_by(user):
        raise NotAllowed(_("You may not answer as %(account)s.") % {"account": account})
    if not access.visible_posts(user).filter(pk=post.pk).exists():
        raise NotAllowed(_("You may not see this post any more."))


def must_be_sendable(account: SocialAccount, post: Post, text: str, audience: str) -> None:
    """Raise TextRefused, NotEligible or OutboxError unless this text may answer this post for this audience."""
    check = check_text(account, post, text)
    if check.problem:
        raise TextRefused(check)
    must_reach(account, post, audience)
    found = verdict(account, post)
    if not found.allowed:
        raise NotEligible(found)


def audience_of(account: SocialAccount, post: Post, asked: str = "") -> str:
    """Who reads an answer to this post: whom the writer asked for; "" and "public" mean whoever could read the post."""
    anyone = not asked or (asked == "public" and not post.is_private)
    return network_class(account.network).audiences(post.visibility)[0] if anyone else asked


def must_reach(account: SocialAccount, post: Post, audience: str) -> None:
    """Raise OutboxError where the answer would reach others than the network's rules let it."""
    if audience in network_class(account.network).audiences(post.visibility):
        return
    if post.is_private:
        raise OutboxError(_("This is a private message: a public answer would give it away. Nothing was sent."))
    if audience == "private":
        raise OutboxError(_("This was said in public and can only be answered in public here. Nothing was sent."))
    raise OutboxError(_("An answer reaches those who could read the post, and nobody else. Nothing was sent."))


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


def _quoted_author(account: SocialAccount, post: Post, reasons: set[str]) -> str:
    if Mention.Reason.QUOTE in reasons:
        return account.external_id
    if not post.quoted:
        return ""
    quoted = Post.objects.filter(network=post.network, external_id=post.quoted)
    return quoted.values_list("author__external_id", flat=True).first() or ""


def _unsendable(text: str) -> str:
    if not any(unicodedata.category(character)[0] not in "ZC" for character in text):
        return _("Write something first.")
    places = placeholders.unfilled(text)
    if places:
        return _("Nobody filled in %(place)s: write what should stand there.") % {"place": places[0]}
    if "\x00" in text:
        return _("The text holds a NUL character, which no network takes: delete it.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        return _("The text holds half a character, which no network takes: delete it.")
    return ""
