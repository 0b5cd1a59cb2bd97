"""Conversations: list, thread, and what is done with them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import prefetch_related_objects
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from socialcrm import access, inbox
from socialcrm.api.base import ApiView
from socialcrm.api.inputs import AssignInput, ConversationQuery, ManyInput, NoteInput, SnoozeInput, UndoInput
from socialcrm.api.loading import usable_mentions
from socialcrm.api.pages import OnePage, envelope, read_limit
from socialcrm.api.problems import Problem
from socialcrm.api.schema import described
from socialcrm.api.serializers import (
    ConversationSerializer,
    NoteSerializer,
    OutcomesSerializer,
    ThreadSerializer,
)
from socialcrm.api.troubles import working
from socialcrm.models import Conversation, ConversationEvent
from socialcrm.timeline import Cursor

WORK = "socialcrm.work_inbox"


class ConversationList(ApiView):
    """Conversations that you may see, as the inbox lists them."""

    serializer_class = ConversationSerializer
    pagination_class = OnePage
    is_list = True

    @described(parameters=[ConversationQuery])
    def get(self, request: Request) -> Response:
        """One page."""
        self.need(WORK)
        asked = ConversationQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        cursor = request.query_params.get("cursor", "")
        if cursor and Cursor.parse(cursor) is None:
            raise ValidationError({"cursor": _("This cursor is not one of ours; take it from `next`.")})
        filters = inbox.Filters.read(request.query_params)
        page = inbox.listing(request.user, filters, cursor, read_limit(request))
        following = replace_query_param(request.build_absolute_uri(), "cursor", page.next_cursor)
        data = self.get_serializer(page.rows, many=True).data
        return Response(envelope(data, following if page.next_cursor else None))


class ConversationView(ApiView):
    """One conversation that you may see and work on."""

    serializer_class: Any = ConversationSerializer

    def find(self, pk: int) -> Conversation:
        """The conversation. Absent and foreign look the same; only then the permission is asked for."""
        conversation = access.get_visible_conversation(self.request.user, pk)
        self.need(WORK)
        return conversation

    def tell(self, conversation: Conversation) -> Response:
        """The conversation as it is now."""
        return self.show(inbox.row_of(self.request.user, conversation))


class ConversationDetail(ConversationView):
    """One conversation."""

    def get(self, request: Request, pk: int) -> Response:
        """As the list shows it."""
        return self.tell(self.find(pk))


class ConversationThread(ConversationView):
    """The posts, replies, notes and history of a conversation."""

    serializer_class = ThreadSerializer

    def get(self, request: Request, pk: int) -> Response:
        """All of it, oldest first; of very long threads the newest 200 posts."""
        thread = inbox.thread(request.user, self.find(pk))
        prefetch_related_objects([line.post for line in thread.entries if line.post], usable_mentions(request.user))
        replies = [line.reply or line.sent_by for line in thread.entries]
        prefetch_related_objects([reply for reply in replies if reply], "sent_post")
        return self.show(thread)


class ConversationAct(ConversationView):
    """An act on a conversation; the answer is the conversation as it is then."""

    def act(self, conversation: Conversation) -> None:
        """Do it through the inbox."""
        raise NotImplementedError

    @described(request=None, responses={200: ConversationSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Do it. Doing it again changes nothing."""
        conversation = self.find(pk)
        with working():
            self.act(conversation)
        return self.tell(conversation)


class TakeConversation(ConversationAct):
    """Look after it from now on; 409 where a colleague does."""

    def act(self, conversation: Conversation) -> None:
        """Take it."""
        inbox.take(self.request.user, conversation)


class AssignConversation(ConversationAct):
    """Give it to a colleague, or back to everyone."""

    @described(request=AssignInput, responses={200: ConversationSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Assign it."""
        return super().post(request, pk)

    def act(self, conversation: Conversation) -> None:
        """Assign it."""
        inbox.assign(self.request.user, conversation, _colleague(self.read(AssignInput)["assignee"]))


class SnoozeConversation(ConversationAct):
    """Put it off until a moment within the next year."""

    @described(request=SnoozeInput, responses={200: ConversationSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Snooze it."""
        return super().post(request, pk)

    def act(self, conversation: Conversation) -> None:
        """Snooze it."""
        inbox.snooze(self.request.user, conversation, self.read(SnoozeInput)["until"])


class ResolveConversation(ConversationAct):
    """There is nothing more to do; their next word opens it again."""

    def act(self, conversation: Conversation) -> None:
        """Resolve it."""
        inbox.resolve(self.request.user, conversation)


class ReopenConversation(ConversationAct):
    """There is something to do after all."""

    def act(self, conversation: Conversation) -> None:
        """Open it."""
        inbox.reopen(self.request.user, conversation)


class UndoConversation(ConversationAct):
    """Put back what your last act changed, where nothing else happened since."""

    @described(request=UndoInput, responses={200: ConversationSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Undo it."""
        return super().post(request, pk)

    def act(self, conversation: Conversation) -> None:
        """Undo it."""
        asked = self.read(UndoInput)["event"]
        event = ConversationEvent.objects.filter(conversation=conversation, pk=asked).first()
        if event is None:
            raise Http404
        inbox.undo(self.request.user, event)


class ConversationNotes(ConversationView):
    """Internal notes: they have no way to the network."""

    serializer_class = NoteSerializer

    @described(request=NoteInput, responses={201: NoteSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Write one."""
        conversation = self.find(pk)
        with working():
            return self.show(inbox.note(request.user, conversation, self.read(NoteInput)["text"]), status=201)


class ManyConversations(ApiView):
    """One act on many conversations at once."""

    serializer_class = OutcomesSerializer

    @described(request=ManyInput, responses={200: OutcomesSerializer})
    def post(self, request: Request) -> Response:
        """Do it; one outcome for each, a refusal of one hinders no other."""
        self.need(WORK)
        asked = self.read(ManyInput)
        with working():
            outcomes = inbox.act_on_many(request.user, asked["ids"], _decision(request.user, asked))
        return self.show({"outcomes": outcomes})


def _decision(user: Any, asked: dict[str, Any]) -> inbox.Decision:
    if asked["act"] == "snooze":
        return inbox.snoozing(asked["until"])
    if asked["act"] == "assign":
        return inbox.assigning(user, _colleague(asked["assignee"]))
    return {"take": inbox.taking(user), "resolve": inbox.resolving, "reopen": inbox.reopening}[asked["act"]]


def _colleague(username: str | None) -> Any:
    if not username:
        return None
    model = get_user_model()
    user = model._default_manager.filter(**{model.USERNAME_FIELD: username}, is_active=True).first()
    if user is None:
        raise Problem(422, "no-such-colleague", _("There is no colleague of that name."))
    return user
