"""Our own post after it was sent, and its echo: the same post, as sync reads it from the network later."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm import inbox, signals
from socialcrm.contacts import get_adapter
from socialcrm.models import Post, ProfileLink, Reply, SocialProfile
from socialcrm.networks import get_network

log = logging.getLogger(__name__)

# The network's clock and ours may differ by so much.
SKEW = timedelta(minutes=10)


def adopt_echo(post: Post) -> Reply | None:
    """Join one post of ours with the reply that it came from; None where it was typed elsewhere."""
    return adopt_echoes([post]).get(post.pk)


def adopt_echoes(posts: Iterable[Post]) -> dict[int, Reply]:
    """Join posts of our accounts with the replies they came from, by post id: by the network's id, else by text.

    Called by sync for own posts, inside its transaction; two queries for a page, and some for each reply found.
    """
    ours = [post for post in posts if post.account_id]
    if not ours:
        return {}
    by_id = Q(state=Reply.State.SENT, sent_post__isnull=True, external_id__in=[post.external_id for post in ours])
    by_text = Q(state__in=(Reply.State.SENDING, Reply.State.UNKNOWN), attempted_at__isnull=False)
    accounts = {post.account_id for post in ours}
    waiting = list(Reply.objects.filter(by_id | by_text, account__in=accounts).select_related("account", "post"))
    known = _known(ours) if waiting else set()
    found: dict[int, Reply] = {}
    for post in sorted(ours, key=lambda post: post.posted_at):
        reply = next((row for row in waiting if _is_echo(post, row, known)), None)
        if reply:
            waiting.remove(reply)
            found[post.pk] = _join(post, reply)
    return found


def same_text(one: str, other: str) -> bool:
    """Whether two texts are one post: the network may add the leading names, shorten links and fold spaces."""
    return _plain(one) == _plain(other)


def after_sent(reply: Reply, url: str = "") -> None:
    """What follows from SENT, in its transaction: our post, the conversation, the host's log, and then the signal."""
    row = Reply.objects.select_related("account__profile", "post__author", "user").get(pk=reply.pk)
    if row.external_id and row.post:
        reply.sent_post = row.sent_post = store_own(row, url)
        Reply.objects.filter(pk=row.pk).update(sent_post=row.sent_post)
    inbox.answered(row)
    _tell_host(row)
    transaction.on_commit(lambda: signals.reply_sent.send_robust(Reply, reply=row), robust=True)


def store_own(reply: Reply, url: str = "") -> Post | None:
    """Our answer as a post, at once; the echo that sync reads later is the same row."""
    account, parent = reply.account, reply.post
    if account.profile is None or parent is None:
        return None
    network = get_network(account.network)
    if not url and network.can("post_url"):
        url = network.post_url(account.handle, reply.external_id)
    post, _created = Post.objects.get_or_create(
        network=account.network,
        external_id=reply.external_id,
        defaults={
            "author": account.profile,
            "account": account,
            "to_profile": parent.author,
            "text": reply.text,
            "posted_at": reply.sent_at or timezone.now(),
            "thread_id": parent.thread_id or parent.external_id,
            "in_reply_to": parent.external_id,
            "kind": Post.Kind.REPLY,
            "visibility": parent.visibility,
            "url": url,
        },
    )
    return post


def _known(posts: list[Post]) -> set[tuple[int, str]]:
    rows = Reply.objects.filter(external_id__in=[post.external_id for post in posts])
    return set(rows.values_list("account_id", "external_id"))


def _is_echo(post: Post, reply: Reply, known: set[tuple[int, str]]) -> bool:
    if post.account_id != reply.account_id:
        return False
    if reply.external_id or (reply.account_id, post.external_id) in known:
        return reply.external_id == post.external_id
    if reply.post is None or reply.attempted_at is None or post.in_reply_to != reply.post.external_id:
        return False
    return post.posted_at >= reply.attempted_at - SKEW and same_text(post.text, reply.text)


def _join(post: Post, reply: Reply) -> Reply:
    from . import finish

    if reply.state == Reply.State.SENT:
        Reply.objects.filter(pk=reply.pk).update(sent_post=post)
        reply.sent_post = post
    else:
        finish.sent(reply, post.external_id, post.url)
    return reply


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"https?://\S+", "<link>", text)
    text = re.sub(r"(@\w[\w.-]*)@\w[\w.:-]*", r"\1", text)
    text = re.sub(r"^(?:\s*@\w+)+", "", text)
    return " ".join(text.split())


def _tell_host(reply: Reply) -> None:
    author: SocialProfile | None = reply.post.author if reply.post else None
    link = ProfileLink.objects.filter(profile=author, state=ProfileLink.State.LINKED, contact__isnull=False).first()
    if author is None or link is None:
        return
    network = get_network(reply.account.network)
    words = {"who": f"@{author.handle}", "account": str(reply.account), "network": network.label}
    text = _("%(account)s answered %(who)s on %(network)s") % words
    try:
        with transaction.atomic():
            get_adapter().log(link.contact, text, user=reply.user, url=reply.sent_post.url if reply.sent_post else "")
    except DatabaseError:
        raise
    except Exception:
        log.exception("the host's log refused reply %s", reply.pk)
