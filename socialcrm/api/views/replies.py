"""Replies: written once, whatever the network between the caller and us does."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from socialcrm import access, outbox, takedown
from socialcrm.api.base import ApiView, ListView
from socialcrm.api.filters import ReplyFilter
from socialcrm.api.inputs import LARGEST_ID, ReplyInput, SettleInput
from socialcrm.api.schema import described
from socialcrm.api.serializers import ReplySerializer
from socialcrm.api.troubles import answering
from socialcrm.models import Post, Reply, SocialAccount

KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="1 to 64 characters that name this reply: however often the call is repeated with it, one is sent.",
)


class ReplyList(ListView):
    """Replies that you may see, and the way to write one."""

    serializer_class = ReplySerializer
    filterset_class = ReplyFilter
    order = "created_at"

    def rows(self) -> QuerySet[Reply]:
        """Visible replies."""
        return _whole(access.visible_replies(self.request.user))

    @described(
        request=ReplyInput,
        parameters=[KEY_HEADER],
        responses={
            201: ReplySerializer,
            200: OpenApiResponse(ReplySerializer, "This key was used for the same reply before: here it is."),
        },
    )
    def post(self, request: Request) -> Response:
        """Answer a post as an account: it is queued, and leaves within seconds."""
        asked, key = self.read(ReplyInput), _read_key(request)
        post, account = self._find(asked)
        with answering(request.user):
            reply = outbox.enqueue(request.user, account, post, asked["text"], key, seen=_seen(asked))
        answer = self.show(_whole(Reply.objects.filter(pk=reply.pk)).get(), status=201 if reply.is_new else 200)
        answer["Location"] = request.build_absolute_uri(f"{reply.pk}/")
        return answer

    def _find(self, asked: dict[str, Any]) -> tuple[Post, SocialAccount]:
        post = access.get_visible_post(self.request.user, asked["post"])
        account = access.get_usable_account(self.request.user, asked["account"])
        _may_answer(self.request, account)
        return post, account


class ReplyDetail(ApiView):
    """One reply: its state, the network's id, or why not."""

    serializer_class = ReplySerializer

    def get(self, request: Request, pk: int) -> Response:
        """The reply."""
        return self.show(access.get_visible_reply(request.user, pk))


class ReplyAct(ApiView):
    """An act on a reply that you may see, of an account that you may answer as."""

    serializer_class = ReplySerializer

    def act(self, reply: Reply) -> None:
        """Do it through the outbox."""
        raise NotImplementedError

    @described(request=None, responses={200: ReplySerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Do it, and answer with the reply as it is now."""
        reply = access.get_visible_reply(request.user, pk)
        _may_answer(request, reply.account)
        with answering(request.user):
            self.act(reply)
        return self.show(access.get_visible_reply(request.user, pk))


class CancelReply(ReplyAct):
    """Cancel a reply that has not left yet."""

    def act(self, reply: Reply) -> None:
        """Cancel it."""
        outbox.cancel(reply, self.request.user)


class RetryReply(ReplyAct):
    """Send a failed reply again."""

    def act(self, reply: Reply) -> None:
        """Queue it again."""
        outbox.retry(reply, self.request.user)


class SettleReply(ReplyAct):
    """Say whether a reply that may have been sent was sent."""

    @described(request=SettleInput, responses={200: ReplySerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Settle it."""
        return super().post(request, pk)

    def act(self, reply: Reply) -> None:
        """Mark it as sent, or let it be sent again."""
        outbox.settle(reply, self.request.user, self.read(SettleInput)["sent"])


class TakeDownReply(ReplyAct):
    """Delete a reply of ours on its network."""

    def act(self, reply: Reply) -> None:
        """Delete it there; the row stays, and its post is empty from then on."""
        takedown.take_down(reply, self.request.user)


def _whole(rows: QuerySet[Reply]) -> QuerySet[Reply]:
    return rows.select_related("user", "sent_post").defer("sent_post__raw")


def _may_answer(request: Request, account: SocialAccount) -> None:
    if not account.may_be_used_by(request.user):
        raise PermissionDenied(_("You may not answer as @%(handle)s.") % {"handle": account.handle})


def _seen(asked: dict[str, Any]) -> outbox.Seen:
    if asked["another"]:
        return outbox.Seen(LARGEST_ID, LARGEST_ID, LARGEST_ID)
    return outbox.Seen(asked["seen"], post=asked["seen_in_conversation"])


def _read_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not key:
        return secrets.token_hex(16)
    if len(key) > 64 or not (key.isascii() and key.isprintable()):
        raise ValidationError({"Idempotency-Key": _("Give 1 to 64 plain characters.")})
    return key
