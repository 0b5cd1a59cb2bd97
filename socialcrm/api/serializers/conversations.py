"""Conversations, their threads and canned replies, as the API shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from socialcrm import inbox
from socialcrm.models import CannedReply, Conversation, ConversationEvent, ConversationNote

from .posts import PostSerializer, ReplySerializer
from .profiles import ProfileBriefSerializer


class PersonSerializer(serializers.Serializer[Any]):
    """The contact behind a conversation."""

    id = serializers.CharField(source="pk")
    name = serializers.CharField()
    url = serializers.CharField(help_text="Its page in the CRM.")


class PreviewSerializer(serializers.Serializer[Any]):
    """Their newest words."""

    post = serializers.IntegerField(source="pk")
    text = serializers.CharField()
    posted_at = serializers.DateTimeField()


class ConversationSerializer(serializers.Serializer[Any]):
    """A conversation as the list shows it."""

    id = serializers.IntegerField(source="conversation.pk")
    account = serializers.IntegerField(source="conversation.account_id")
    network = serializers.CharField(source="conversation.account.network")
    thread_id = serializers.CharField(source="conversation.thread_id", help_text="On the network.")
    private = serializers.BooleanField(source="is_private")
    profile = ProfileBriefSerializer(source="conversation.profile")
    contact = PersonSerializer(allow_null=True)
    status = serializers.ChoiceField(source="conversation.status", choices=Conversation.Status.choices)
    assignee = serializers.CharField(source="conversation.assignee.username", default=None, allow_null=True)
    opened_at = serializers.DateTimeField(source="conversation.opened_at")
    waiting_since = serializers.DateTimeField(
        source="conversation.waiting_since", allow_null=True, help_text="Since when they wait for our answer."
    )
    first_reply_at = serializers.DateTimeField(source="conversation.first_reply_at", allow_null=True)
    last_post_at = serializers.DateTimeField(source="conversation.last_post_at")
    snoozed_until = serializers.DateTimeField(source="conversation.snoozed_until", allow_null=True)
    preview = PreviewSerializer(allow_null=True)
    unread = serializers.BooleanField(help_text="Whether they wrote since you last looked.")
    named = serializers.BooleanField(help_text="Whether a colleague names you in a note that you have not seen.")
    reply_state = serializers.CharField(help_text="Of our newest reply; empty where there is none.")


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of one conversation of several."""

    id = serializers.IntegerField(source="pk")
    done = serializers.BooleanField(help_text="Whether it is now as was asked.")
    event = serializers.IntegerField(source="event.pk", default=None, allow_null=True, help_text="For undo.")
    error = serializers.CharField(default="", help_text="Why not, in words; empty if all is well.")


class OutcomesSerializer(serializers.Serializer[Any]):
    """What became of each, in the order asked."""

    outcomes = OutcomeSerializer(many=True)


class NoteSerializer(serializers.ModelSerializer[ConversationNote]):
    """An internal note: never posted."""

    user = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)
    mentions = serializers.SerializerMethodField(help_text="Usernames of the colleagues whom it names.")

    class Meta:
        model = ConversationNote
        fields = ["id", "user", "text", "mentions", "at"]
        read_only_fields = fields

    def get_mentions(self, note: ConversationNote) -> list[str]:
        """Usernames of the colleagues whom it names."""
        return [one.user.get_username() for one in note.mentions.all()]


class EventSerializer(serializers.ModelSerializer[ConversationEvent]):
    """A line of the history."""

    user = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = ConversationEvent
        fields = ["id", "kind", "user", "at"]
        read_only_fields = fields


class LineSerializer(serializers.Serializer[Any]):
    """One entry of a thread: exactly one of post, reply, note and event is set (a post of ours brings its reply)."""

    at = serializers.DateTimeField()
    ours = serializers.BooleanField()
    sentence = serializers.CharField(help_text="Of an event, in your language; else empty.")
    post = PostSerializer(allow_null=True)
    reply = serializers.SerializerMethodField()
    note = NoteSerializer(allow_null=True)
    event = EventSerializer(allow_null=True)

    @extend_schema_field(ReplySerializer(allow_null=True))
    def get_reply(self, line: inbox.Line) -> Any:
        """The reply itself, or the one that the post came from."""
        reply = line.reply or line.sent_by
        return ReplySerializer(reply, context=self.context).data if reply else None


class SeenSerializer(serializers.Serializer[Any]):
    """What you have seen with this answer; send it with a reply, so that nothing newer is overlooked."""

    reply = serializers.IntegerField(help_text="Goes into `seen` of a reply.")
    post = serializers.IntegerField(help_text="Goes into `seen_in_conversation` of a reply.")


class ThreadSerializer(serializers.Serializer[Any]):
    """A conversation whole, oldest first."""

    version = serializers.CharField(help_text="Changes when anything in it changed.")
    more = serializers.BooleanField(help_text="Whether there are older posts than these.")
    seen = SeenSerializer()
    entries = LineSerializer(many=True)


class CannedReplySerializer(serializers.ModelSerializer[CannedReply]):
    """A prepared text."""

    shared = serializers.SerializerMethodField(help_text="Whether everyone may use it.")

    class Meta:
        model = CannedReply
        fields = ["id", "title", "text", "lang", "shared", "changed_at"]
        read_only_fields = fields

    def get_shared(self, canned: CannedReply) -> bool:
        """Whether everyone may use it."""
        return canned.user_id is None


class FilledSerializer(serializers.Serializer[Any]):
    """A prepared text with the names of one person put in."""

    text = serializers.CharField()
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Places that nobody can fill: no text that holds one is sent."
    )
