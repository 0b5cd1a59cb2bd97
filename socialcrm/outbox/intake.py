"""Take a reply in: check everything that can be checked, write the row, ring the bell."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, InternalError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from socialcrm import audit, conf
from socialcrm.access import hidden
from socialcrm.models import Conversation, Mention, Post, Reply, SocialAccount
from socialcrm.timeline import Seen

from . import bell, rules
from .clock import db_now
from .errors import AlreadyAnswered, KeyReused, NotWritten, OutboxError, ThreadMovedOn

log = logging.getLogger(__name__)
LIVE = (*Reply.IN_FLIGHT, "sent")


def enqueue(
    user: Any,
    account: SocialAccount,
    post: Post,
    text: str,
    client_key: str,
    *,
    audience: str = "",
    seen: Seen | None = None,
    replaces: Reply | None = None,
    delay: float | None = None,
) -> Reply:
    """Take a reply in. It leaves after `delay` seconds (SOCIALCRM_UNDO_SECONDS) and can be cancelled until then.

    The same key with the same reply gives the same row, however often; `is_new` tells who wrote it. `seen` is what the
    writer had before their eyes. `audience` is one of the network's (see `Network.audiences`); "" for the usual one:
    whoever could read the post. `replaces` is a reply to the same post that failed and was edited: this replaces it.
    Raises NotAllowed, KeyReused, TextRefused, NotEligible, AlreadyAnswered, ThreadMovedOn, NotWritten, OutboxError;
    then nothing was written.
    """
    rules.must_be_allowed(user, account, post)
    row = _drafted(user, account, post, text, client_key, audience)
    earlier = _earlier(row)
    if earlier:
        return earlier
    rules.must_be_sendable(account, post, text, row.audience, but=replaces.pk if replaces else 0)
    if replaces:
        rules.must_own(user, replaces)
    wait = float(conf.get("UNDO_SECONDS") if delay is None else delay)
    try:
        return _write(row, seen or Seen(), wait, replaces)
    except IntegrityError:
        return _explain(row)
    except (OperationalError, InternalError) as error:
        log.exception("The database takes no reply")
        raise NotWritten from error


def _drafted(user: Any, account: SocialAccount, post: Post, text: str, client_key: str, audience: str) -> Reply:
    key = client_key or uuid.uuid4().hex
    if len(key) > 64 or "\x00" in key:
        raise OutboxError(_("The key of a reply has at most 64 characters."))
    row = Reply(account=account, post=post, user=user, text=text, client_key=key)
    row.audience = rules.audience_of(account, post, audience)
    row.request_hash = request_hash(account, post, text, row.audience)
    return row


def request_hash(account: SocialAccount, post: Post, text: str, audience: str) -> str:
    """What a client key stands for: the same key must come with the same request."""
    request = [account.pk, post.pk, text, audience]
    return hashlib.sha256(json.dumps(request).encode()).hexdigest()


@transaction.atomic
def _write(row: Reply, seen: Seen, wait: float, replaces: Reply | None) -> Reply:
    _lock(row)
    earlier = _earlier(row)
    if earlier:
        return earlier
    _nothing_unseen(row, seen)
    wait = _departs(row, wait)
    row.save(force_insert=True)
    row.is_new = True
    audit.record(row.user, "reply_intent", row, post=row.post_id, account=row.account_id)
    if replaces:
        _take_its_place(row, replaces)
    bell.ring(bell.SEND, row.pk, wait)
    return row


def _nothing_unseen(row: Reply, seen: Seen) -> None:
    """Raise AlreadyAnswered or ThreadMovedOn where something was said that the writer cannot know of."""
    whole = seen.post is not None and row.conversation_id is not None
    unseen = unseen_reply(row, seen.reply, whole=whole) or typed_outside(row, whole=whole, pk__gt=seen.own_post)
    if unseen:
        raise AlreadyAnswered(unseen)
    newer = _their_newer_post(row, seen.post) if whole and seen.post is not None else None
    if newer:
        raise ThreadMovedOn(newer)


def _departs(row: Reply, wait: float) -> float:
    """Say when it leaves, in so many seconds: not before the network lets the account write again."""
    row.created_at = row.changed_at = now = db_now()
    row.not_before = now + timedelta(seconds=wait)
    free = row.account.replies_wait_until
    if free and free > row.not_before:
        row.not_before, row.hold = free, "rate_limited"
    wait = (row.not_before - now).total_seconds()
    row.rung_at = row.not_before if wait <= bell.LONGEST else None
    return wait


def _take_its_place(row: Reply, failed: Reply) -> None:
    """The reply that failed is out of the way, for good. Raises AlreadyAnswered where it was retried meanwhile."""
    mine = Reply.objects.filter(pk=failed.pk, post=row.post_id, state=Reply.State.FAILED)
    if mine.update(state=Reply.State.CANCELLED, changed_at=Now()):
        audit.record(row.user, "reply_replace", failed, by=row.pk)
        return
    retried = Reply.objects.select_related("user", "account").filter(pk=failed.pk, state__in=LIVE).first()
    if retried:
        raise AlreadyAnswered(retried)


def _lock(row: Reply) -> None:
    """One at a time for each post and conversation, so that no one slips in between the look and the insert.

    The post first, as sync does it, so that the two never wait for each other.
    """
    assert row.post_id is not None
    list(Post.objects.select_for_update().filter(pk=row.post_id).values_list("pk"))
    mention = Mention.objects.filter(post=row.post_id, account=row.account_id).first()
    row.conversation_id = mention.conversation_id if mention else None
    if row.conversation_id:
        list(Conversation.objects.select_for_update(no_key=True).filter(pk=row.conversation_id).values_list("pk"))


def unseen_reply(row: Reply, seen: int | None, *, whole: bool = False) -> Reply | None:
    """A live reply to the same post (`whole`: in the same conversation) that its writer cannot know of."""
    here = Q(post=row.post_id) | Q(conversation=row.conversation_id) if whole else Q(post=row.post_id)
    others = Reply.objects.filter(here, state__in=LIVE).exclude(pk=row.pk)
    in_flight = others.filter(state__in=Reply.IN_FLIGHT, post=row.post_id)
    others = others.exclude(user=row.user) if seen is None else others.filter(pk__gt=seen)
    return (in_flight | others).select_related("user").order_by("-pk").first()


def typed_outside(row: Reply, *, whole: bool = False, **unseen: Any) -> Reply | None:
    """An answer to the same post (`whole`: to anything later in the conversation) that someone typed on the network
    itself, as a reply that is stored nowhere.

    `unseen` narrows to posts that the writer cannot know of. What a person noted as answered outside is no news.
    """
    post = row.post
    assert post is not None
    ours = Reply.objects.filter(account=OuterRef("account"))
    noted = ours.filter(outside=True, post=post, sent_at__gte=OuterRef("posted_at"))
    # The thread is what the index finds; the post that is answered has none.
    answers = Post.objects.filter(network=post.network, thread_id=post.thread_id or post.external_id)
    here = Q(account=row.account_id, posted_at__gt=post.posted_at) if whole else Q(in_reply_to=post.external_id)
    answers = answers.filter(here, account__isnull=False, state=Post.State.LIVE, **unseen)
    answers = answers.exclude(Exists(ours.filter(external_id=OuterRef("external_id")))).exclude(Exists(noted))
    typed = answers.select_related("account").defer("raw", "account__credentials").order_by("-pk").first()
    if typed is None or typed.account is None:
        return None
    said = {"text": typed.text, "sent_at": typed.posted_at, "sent_post": typed, "external_id": typed.external_id}
    return Reply(account=typed.account, post=post, state=Reply.State.SENT, outside=True, **said)


def _their_newer_post(row: Reply, seen: int) -> Post | None:
    """What the other side wrote in the conversation since, of what the writer may see."""
    heard = Mention.objects.filter(conversation=row.conversation_id, post__gt=seen).exclude(post=row.post_id)
    shown = heard.filter(~hidden(row.user, "author_id")).values("post")
    newer = Post.objects.filter(pk__in=shown, state=Post.State.LIVE).select_related("author")
    return newer.defer("raw", "author__raw").order_by("-pk").first()


def _earlier(row: Reply) -> Reply | None:
    """The row that this key wrote before. Raises KeyReused where it was about another reply."""
    earlier = Reply.objects.select_related("user").filter(user=row.user, client_key=row.client_key).first()
    if earlier and earlier.request_hash != row.request_hash:
        raise KeyReused(earlier)
    return earlier


def _explain(row: Reply) -> Reply:
    """The database refused the row: another request with this key was faster, or another person was."""
    earlier = _earlier(row)
    if earlier:
        return earlier
    in_flight = Reply.objects.select_related("user").filter(post=row.post_id, state__in=Reply.IN_FLIGHT).first()
    if in_flight:
        raise AlreadyAnswered(in_flight) from None
    # It has landed in the meantime: there is an answer, and this person has not seen it.
    newest = Reply.objects.select_related("user").filter(post=row.post_id, state__in=LIVE).order_by("-pk").first()
    if newest:
        raise AlreadyAnswered(newest) from None
    raise OutboxError(_("The reply could not be written: try again."))
