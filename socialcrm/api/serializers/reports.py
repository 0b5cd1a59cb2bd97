"""The reports' rows, as the API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from socialcrm.reports import Line, RankRow


class AmountSerializer(serializers.Serializer[Any]):
    """An amount in one currency; different currencies are never added."""

    currency = serializers.CharField()
    amount = serializers.DecimalField(max_digits=20, decimal_places=2)


class RankSerializer(serializers.Serializer[RankRow]):
    """A contact in the ranking. `score` is null where there is not enough data; no figure is made up."""

    place = serializers.IntegerField()
    contact = serializers.SerializerMethodField(help_text="The contact's id.")
    name = serializers.CharField(source="brief.name")
    company = serializers.CharField(source="brief.company")
    owner = serializers.CharField(source="brief.owner", help_text="A name; empty for nobody.")
    score = serializers.FloatField(source="standing.value", allow_null=True)
    band = serializers.CharField(source="standing.band", help_text="quiet, growing, steady, strong, leading, or none.")
    confidence = serializers.FloatField(source="standing.confidence", help_text="Share of the signals known, 0 to 1.")
    parts = serializers.ListField(child=serializers.DictField(), help_text="They add up to the score.")
    counted_on = serializers.DateField(source="standing.day", allow_null=True)
    change = serializers.FloatField(source="standing.change", allow_null=True, help_text="Points in 30 days.")
    change_since = serializers.DateField(source="since", allow_null=True, help_text="Where it is less than 30 days.")
    networks = serializers.ListField(child=serializers.CharField(), source="standing.networks")
    handle = serializers.CharField(source="profile.handle")
    mentions = serializers.IntegerField(source="heard", help_text="Of us, in the period.")
    open_deals = serializers.SerializerMethodField()
    last_touch = serializers.DateTimeField(source="touched", allow_null=True)

    def get_contact(self, row: RankRow) -> str:
        """Keys of hosts may be UUIDs."""
        return str(row.standing.contact)

    @extend_schema_field(AmountSerializer(many=True))
    def get_open_deals(self, row: RankRow) -> Any:
        """What the contact's open deals are worth, by currency."""
        amounts: dict[str, Decimal] = row.amounts
        return AmountSerializer(
            [{"currency": code, "amount": amounts[code]} for code in sorted(amounts)], many=True
        ).data


class MentionLineSerializer(serializers.Serializer[Line]):
    """Mentions and first answers of a day, an account, a network or whoever answered; waits in seconds."""

    key = serializers.CharField(help_text="A day, an account's id, a network's id, or a user's id (or `outside`).")
    mentions = serializers.IntegerField()
    answered = serializers.IntegerField()
    unanswered = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="Answered of all, 0 to 1.")
    median = serializers.FloatField(allow_null=True, help_text="Seconds; null without an answer.")
    p90 = serializers.FloatField(allow_null=True, help_text="Seconds; null without an answer.")
