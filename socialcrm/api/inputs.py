"""What callers may send."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from socialcrm.inbox import KINDS, PEOPLE, SORTS, STATUSES, VIEWS
from socialcrm.models import ProfileLink
from socialcrm.networks import canonical_id, network_of_text, networks

LARGEST_ID = 2**63 - 1


class BasisInput(serializers.Serializer[Any]):
    """On what ground a person's profile is kept with the contact."""

    basis = serializers.ChoiceField(choices=ProfileLink.Basis.choices)


class LinkInput(BasisInput):
    """A profile to link: its id here, or its handle or address on a network."""

    profile = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    handle = serializers.CharField(required=False, max_length=255)
    url = serializers.CharField(required=False, max_length=2000)
    network = serializers.CharField(
        required=False, max_length=40, help_text="Of the handle or address; where it is left out, the text tells."
    )

    def validate_network(self, value: str) -> str:
        """An id or alias of a network that this site knows."""
        if canonical_id(value) not in networks():
            raise serializers.ValidationError(_("This site knows no such network."))
        return canonical_id(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of profile, handle and url."""
        if sum(name in attrs for name in ("profile", "handle", "url")) != 1:
            raise serializers.ValidationError(_("Give one of profile, handle and url."))
        text = str(attrs.get("handle") or attrs.get("url") or "")
        return {**attrs, "network": network_of_text(text, attrs.get("network", ""))}


class ReplyInput(serializers.Serializer[Any]):
    """An answer to a post. `seen` guards against answering what a colleague has just answered."""

    post = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    text = serializers.CharField(max_length=30000, trim_whitespace=False)
    seen = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=0,
        max_value=LARGEST_ID,
        help_text="Id of the newest reply to this post that you know of, 0 for none; left out: others' count.",
    )
    seen_in_conversation = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=0,
        max_value=LARGEST_ID,
        help_text="Id of their newest post in the conversation that you know of: a newer one stops the reply.",
    )
    another = serializers.BooleanField(default=False, help_text="Answer although there is an answer already.")


class SettleInput(serializers.Serializer[Any]):
    """Whether the reply is on the network."""

    sent = serializers.BooleanField()


class ConversationQuery(serializers.Serializer[Any]):
    """Which conversations, as the inbox's own address says it."""

    view = serializers.ChoiceField(choices=VIEWS, required=False)
    status = serializers.ChoiceField(
        choices=[status for status in STATUSES if status], required=False, help_text="Left out: open and pending."
    )
    network = serializers.CharField(required=False, max_length=40, help_text="A network's id or alias.")
    account = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    kind = serializers.ChoiceField(
        choices=[kind for kind in KINDS if kind], required=False, help_text="How it is said."
    )
    who = serializers.ChoiceField(
        choices=[who for who in PEOPLE if who], required=False, help_text="With a contact, or with nobody's contact."
    )
    assignee = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Key of the user who looks after it."
    )
    q = serializers.CharField(required=False, max_length=200, help_text="In their words, name or handle.")
    sort = serializers.ChoiceField(choices=SORTS, required=False, help_text="oldest: who waits longest comes first.")
    cursor = serializers.CharField(required=False, help_text="From `next`.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=100, help_text="Rows on a page.")

    def validate_network(self, value: str) -> str:
        """An id or alias of a network that this site knows."""
        if canonical_id(value) not in networks():
            raise serializers.ValidationError(_("This site knows no such network."))
        return canonical_id(value)


class AssignInput(serializers.Serializer[Any]):
    """Who looks after it."""

    assignee = serializers.CharField(allow_null=True, max_length=150, help_text="A user's name; null: nobody.")


class SnoozeInput(serializers.Serializer[Any]):
    """Until when."""

    until = serializers.DateTimeField()


class UndoInput(serializers.Serializer[Any]):
    """Which line of the history."""

    event = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class NoteInput(serializers.Serializer[Any]):
    """An internal note."""

    text = serializers.CharField(max_length=10_000)


class ManyInput(serializers.Serializer[Any]):
    """An act on many conversations."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), allow_empty=False, max_length=500
    )
    act = serializers.ChoiceField(choices=["take", "assign", "snooze", "resolve", "reopen"])
    assignee = serializers.CharField(default=None, allow_null=True, max_length=150, help_text="For `assign`.")
    until = serializers.DateTimeField(default=None, allow_null=True, help_text="For `snooze`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A snooze says until when."""
        if attrs["act"] == "snooze" and attrs["until"] is None:
            raise serializers.ValidationError({"until": _("Say until when.")})
        return attrs


class CannedReplyInput(serializers.Serializer[Any]):
    """A prepared text."""

    title = serializers.CharField(max_length=100)
    text = serializers.CharField(max_length=4000)
    lang = serializers.CharField(default="", allow_blank=True, max_length=10)
    shared = serializers.BooleanField(default=False, help_text="For everyone; needs `share_cannedreply`.")


class FillQuery(serializers.Serializer[Any]):
    """For whom."""

    conversation = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
