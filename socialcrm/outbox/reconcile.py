"""Find out what became of a reply whose answer was lost: look on the network, and only then decide."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from socialcrm import connect
from socialcrm.models import Post, Reply
from socialcrm.networks import network_class
from socialcrm.networks.base import UNDECIDED, Network, NetworkError, Undecided

from . import bell, finish
from .clock import after, db_now
from .echo import SKEW, same_text

MAX_LOOKS = 6
# While one worker looks, the others do not.
LOOKING = 20.0


def reconcile(reply_id: int) -> None:
    """Look for a reply that may have been sent. Found: SENT. Provably absent: QUEUED. Else: look again, then ask."""
    if not _take_look(reply_id):
        return
    reply = Reply.objects.select_related("account", "post__author").get(pk=reply_id)
    found = _stored_echo(reply)
    if found or reply.post is None:
        return _found(reply, found) if found else _ask_person(reply)
    try:
        answer = connect.use(reply.account, "reconcile", partial(_look, reply))
    except NetworkError:
        _look_again(reply, min(300.0, 5.0 * 2**reply.looks), counts=False)
    else:
        _judge(reply, answer)


def _look(reply: Reply, network: Network) -> str | None | Undecided:
    assert reply.post is not None
    if not network.can("find_reply"):
        return UNDECIDED
    since = (reply.attempted_at or reply.created_at) - SKEW
    return network.find_reply(reply.post.external_id, reply.text, since, known=_accounted_for(reply))


def _accounted_for(reply: Reply) -> set[str]:
    """Ids of our other answers to this post: they are not this one, whatever their text."""
    others = Reply.objects.filter(post=reply.post_id, account=reply.account_id).exclude(pk=reply.pk)
    return set(others.exclude(external_id="").values_list("external_id", flat=True))


def _judge(reply: Reply, answer: str | None | Undecided) -> None:
    if isinstance(answer, str) and not _is_of_another(reply, answer):
        return _found(reply, answer)
    if answer is UNDECIDED:
        return _look_again(reply, 10.0 * 2**reply.looks)
    over = (reply.lease_until or reply.changed_at) + timedelta(
        seconds=network_class(reply.account.network).settle_seconds
    )
    # Absence proves nothing while the post may still be on its way to the timeline.
    missing = (over - db_now()).total_seconds()
    if missing > 0 and reply.error_class != "duplicate":
        return _look_again(reply, missing, counts=False)
    _absent(reply)


def _take_look(reply_id: int) -> bool:
    mine = Reply.objects.filter(pk=reply_id, state=Reply.State.UNKNOWN, not_before__lte=Now()).exclude(hold="person")
    return mine.update(not_before=after(LOOKING), changed_at=Now()) == 1


def _stored_echo(reply: Reply) -> str:
    """The id of our post, where sync has brought it in before us."""
    post = reply.post
    if post is None or reply.attempted_at is None:
        return ""
    # The thread is what the index finds; the post that is answered has none.
    thread = Post.objects.filter(network=post.network, thread_id=post.thread_id or post.external_id)
    ours = thread.filter(account=reply.account, in_reply_to=post.external_id, posted_at__gte=reply.attempted_at - SKEW)
    same = [post for post in ours.order_by("posted_at") if same_text(post.text, reply.text)]
    return next((post.external_id for post in same if not _is_of_another(reply, post.external_id)), "")


def _is_of_another(reply: Reply, external_id: str) -> bool:
    return Reply.objects.filter(account=reply.account_id, external_id=external_id).exclude(pk=reply.pk).exists()


def _found(reply: Reply, external_id: str) -> None:
    finish.sent(reply, external_id)


def _absent(reply: Reply) -> None:
    if reply.error_class == "duplicate":
        finish.failed(reply, "duplicate", reply.error_detail)
    else:
        finish.later(reply, "not_arrived", _("It did not arrive; it is sent again."))


def _look_again(reply: Reply, seconds: float, counts: bool = True) -> None:
    if counts and reply.looks + 1 >= MAX_LOOKS:
        return _ask_person(reply)
    mine = Reply.objects.filter(pk=reply.pk, state=Reply.State.UNKNOWN, attempt_id=reply.attempt_id)
    with transaction.atomic():
        looks = F("looks") + 1 if counts else F("looks")
        if mine.update(looks=looks, not_before=after(seconds), rung_at=None, changed_at=Now()):
            bell.ring(bell.RECONCILE, reply.pk, seconds)


def _ask_person(reply: Reply) -> None:
    """The network cannot tell: the row stays "may have been sent", with two buttons."""
    mine = Reply.objects.filter(pk=reply.pk, state=Reply.State.UNKNOWN, attempt_id=reply.attempt_id)
    mine.update(hold="person", looks=F("looks") + 1, changed_at=Now())
