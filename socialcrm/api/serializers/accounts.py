"""Connected accounts, as the API shows them: their credentials are not among the fields."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from socialcrm.models import SocialAccount, Stream


class HealthSerializer(serializers.Serializer[Any]):
    """Whether an account's reading is up to date."""

    last_success_at = serializers.DateTimeField(allow_null=True, help_text="Of the stream that was read longest ago.")
    late = serializers.BooleanField(help_text="Whether a stream missed more than three of its intervals.")
    failing = serializers.BooleanField(help_text="Whether the last look of a stream failed.")
    gaps = serializers.IntegerField(help_text="Stretches that may be missing and were not fetched yet.")


class AccountSerializer(serializers.ModelSerializer[SocialAccount]):
    """A connected account and its health."""

    may_reply = serializers.SerializerMethodField(help_text="Whether you may answer as this account.")
    avatar_url = serializers.CharField(read_only=True, help_text="Empty where there is none.")
    health = HealthSerializer(read_only=True)

    class Meta:
        model = SocialAccount
        fields = [
            "id",
            "network",
            "external_id",
            "handle",
            "name",
            "avatar_url",
            "state",
            "state_detail",
            "state_since",
            "tier",
            "connected_at",
            "may_reply",
            "health",
        ]
        read_only_fields = fields

    def get_may_reply(self, account: SocialAccount) -> bool:
        """The rows are the usable ones already, so the permission decides."""
        user = self.context["request"].user
        return bool(account.is_working and user.has_perm("socialcrm.reply_as_account"))


class StreamSerializer(serializers.ModelSerializer[Stream]):
    """One thing that an account reads again and again."""

    late = serializers.BooleanField(source="is_late", read_only=True)
    error = serializers.CharField(source="error_detail", read_only=True)

    class Meta:
        model = Stream
        fields = [
            "kind",
            "active",
            "interval",
            "due_at",
            "last_success_at",
            "last_error_at",
            "late",
            "failures",
            "error",
            "limit",
            "remaining",
            "resets_at",
            "stored",
        ]
        read_only_fields = fields


class CostSerializer(serializers.Serializer[Any]):
    """What the calls of this calendar month (UTC) cost, in millionths of a US dollar."""

    spent_micros = serializers.IntegerField()
    cap_micros = serializers.IntegerField(allow_null=True)
    forecast_micros = serializers.IntegerField()
    reads = serializers.IntegerField(help_text="Resources that were read.")
    calls = serializers.IntegerField()
    by_purpose = serializers.DictField(child=serializers.IntegerField())


class AccountDetailSerializer(AccountSerializer):
    """A connected account with its own streams and its cost."""

    streams = StreamSerializer(source="own_streams", many=True, read_only=True)
    profiles_followed = serializers.IntegerField(read_only=True, help_text="Contacts' profiles read with this account.")
    cost = CostSerializer(read_only=True)

    class Meta(AccountSerializer.Meta):
        fields = [*AccountSerializer.Meta.fields, "streams", "profiles_followed", "cost"]
        read_only_fields = fields
