"""Profiles, their links to contacts and their scores, as the API shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from socialcrm.models import InfluenceScore, ProfileLink, SocialProfile


class ProfileBriefSerializer(serializers.ModelSerializer[SocialProfile]):
    """A profile inside another answer."""

    class Meta:
        model = SocialProfile
        fields = ["id", "network", "external_id", "handle", "name", "url"]
        read_only_fields = fields


class ProfileSerializer(serializers.ModelSerializer[SocialProfile]):
    """A person's public face on a network. Numbers are null where the network does not say."""

    contact = serializers.SerializerMethodField(help_text="Id of the linked contact, if you may see it.")

    class Meta:
        model = SocialProfile
        fields = [
            *ProfileBriefSerializer.Meta.fields,
            "bio",
            "location",
            "website",
            "avatar_url",
            "followers",
            "following",
            "listed",
            "posts_count",
            "verified",
            "state",
            "joined_at",
            "fetched_at",
            "contact",
        ]
        read_only_fields = fields

    def get_contact(self, profile: SocialProfile) -> str | None:
        """The contact's id; the view has loaded the visible links."""
        contacts: dict[int, str] = self.context.get("contact_of", {})
        return contacts.get(profile.pk)


class EvidenceSerializer(serializers.Serializer[Any]):
    """A reason for or against a suggestion."""

    code = serializers.CharField()
    text = serializers.CharField()
    against = serializers.BooleanField(default=False)


class LinkSerializer(serializers.ModelSerializer[ProfileLink]):
    """A profile linked to a contact or suggested for it, and why."""

    profile = ProfileBriefSerializer(read_only=True)
    contact = serializers.CharField(source="contact_id", read_only=True)
    basis = serializers.CharField(read_only=True, help_text="opt_in, given or public; empty until it is linked.")
    evidence = EvidenceSerializer(many=True, read_only=True)
    decided_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = ProfileLink
        fields = [
            "id",
            "profile",
            "contact",
            "state",
            "basis",
            "automatic",
            "score",
            "evidence",
            "decided_by",
            "decided_at",
        ]
        read_only_fields = fields


class PartSerializer(serializers.Serializer[Any]):
    """One part of a score: how many points of how many, for which input. `input` is null where it is unknown."""

    signal = serializers.CharField()
    input = serializers.FloatField(allow_null=True)
    points = serializers.FloatField()
    of = serializers.FloatField()


class ScoreSerializer(serializers.ModelSerializer[InfluenceScore]):
    """The score of one profile on one day, with its parts."""

    profile = ProfileBriefSerializer(read_only=True)
    parts = PartSerializer(many=True, read_only=True)

    class Meta:
        model = InfluenceScore
        fields = ["id", "profile", "day", "value", "confidence", "version", "parts", "computed_at"]
        read_only_fields = fields
