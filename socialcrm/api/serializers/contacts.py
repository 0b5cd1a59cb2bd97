"""Contacts, as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from .profiles import LinkSerializer, PartSerializer, ProfileBriefSerializer


class DayValueSerializer(serializers.Serializer[Any]):
    """A score's value on a day."""

    day = serializers.DateField()
    value = serializers.FloatField()


class ContactScoreSerializer(serializers.Serializer[Any]):
    """A contact's score now, and its days."""

    value = serializers.FloatField()
    band = serializers.CharField()
    confidence = serializers.FloatField()
    change = serializers.FloatField(allow_null=True)
    profile = ProfileBriefSerializer()
    parts = PartSerializer(many=True)
    history = DayValueSerializer(many=True)


class ContactBriefSerializer(serializers.Serializer[Any]):
    """A contact in a list. Ids are strings: a host's key may be a UUID."""

    id = serializers.CharField()
    name = serializers.CharField()
    company = serializers.CharField()
    url = serializers.CharField(help_text="Its page in the CRM.")
    profiles = ProfileBriefSerializer(many=True)


class CountsSerializer(serializers.Serializer[Any]):
    """How much was said."""

    posts = serializers.IntegerField()
    mentions = serializers.IntegerField()
    replies = serializers.IntegerField()


class ContactSummarySerializer(ContactBriefSerializer):
    """A contact's social summary."""

    emails = serializers.ListField(child=serializers.CharField())
    links = LinkSerializer(many=True)
    suggestions = serializers.IntegerField()
    score = ContactScoreSerializer(allow_null=True)
    counts = CountsSerializer()
    last_touch = serializers.DateTimeField(
        allow_null=True, help_text="When we or they last said something to the other."
    )
