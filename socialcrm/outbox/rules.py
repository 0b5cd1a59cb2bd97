"""What may be answered, by whom, and with which text: the same rules before typing, at the click and in the worker."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.utils.translation import gettext as _

from socialcrm import access, connect, placeholders
from socialcrm.models import Post, Reply, SocialAccount
from socialcrm.networks import network_class
from socialcrm.networks.base import TextCheck, Verdict
from socialcrm.timeline import About, eligibility

from .errors import NotAllowed, NotEligible, OutboxError, TextRefused


def verdict(account: SocialAccount, post: Post, but: int = 0) -> Verdict:
    """The verdict that the pages say before typing, on what is stored now: one query.

    `but` is the id of a reply that a person sends again or replaces: that the network refused that one is no news.
    """
    return eligibility(account, post, About.asked(post, but))


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


def must_own(user: Any, reply: Reply) -> None:
    """Raise NotAllowed unless this person wrote the reply, or looks after everyone's, and may use its account."""
    own = reply.user_id == user.pk or user.has_perm("socialcrm.view_all_outbox")
    if not (own and reply.account.may_be_used_by(user)):
        raise NotAllowed(_("Only the person who wrote it, or a manager, may do this."))


def must_be_sendable(account: SocialAccount, post: Post, text: str, audience: str, but: int = 0) -> None:
    """Raise TextRefused, NotEligible or OutboxError unless this text may answer this post for this audience."""
    check = check_text(account, post, text)
    if check.problem:
        raise TextRefused(check)
    must_reach(account, post, audience)
    found = verdict(account, post, but)
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
