"""The health of accounts, for a page of them, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Prefetch, prefetch_related_objects

from socialcrm.models import Gap, SocialAccount, Stream
from socialcrm.sync import AccountHealth


def add_health(accounts: Sequence[SocialAccount]) -> list[Any]:
    """The same accounts with `own_streams` and `health`: two queries."""
    own = Stream.objects.filter(profile__isnull=True).order_by("kind")
    prefetch_related_objects(accounts, Prefetch("streams", queryset=own, to_attr="own_streams"))
    gaps = _open_gaps(accounts)
    found: list[Any] = list(accounts)
    for account in found:
        together = AccountHealth.of(account.own_streams)
        account.health = {
            "last_success_at": together.read_at,
            "late": together.is_late,
            "failing": together.is_failing,
            "gaps": gaps.get(account.pk, 0),
        }
    return found


def followed(account: SocialAccount) -> int:
    """How many contacts' profiles are read with this account."""
    return Stream.objects.filter(account=account, profile__isnull=False, active=True).count()


def _open_gaps(accounts: Sequence[SocialAccount]) -> dict[int, int]:
    rows = Gap.objects.filter(stream__account__in=accounts, filled_at__isnull=True).order_by()
    return dict(rows.values_list("stream__account").annotate(n=Count("pk")))
