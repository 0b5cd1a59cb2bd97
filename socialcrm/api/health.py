"""The health of accounts, for a page of them, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Prefetch, prefetch_related_objects

from socialcrm.models import Gap, SocialAccount, Stream


def add_health(accounts: Sequence[SocialAccount]) -> list[Any]:
    """The same accounts with `own_streams` and `health`: two queries."""
    own = Stream.objects.filter(profile__isnull=True).order_by("kind")
    prefetch_related_objects(accounts, Prefetch("streams", queryset=own, to_attr="own_streams"))
    gaps = _open_gaps(accounts)
    found: list[Any] = list(accounts)
    for account in found:
        account.health = _health(account.own_streams, gaps.get(account.pk, 0))
    return found


def followed(account: SocialAccount) -> int:
    """How many contacts' profiles are read with this account."""
    return Stream.objects.filter(account=account, profile__isnull=False, active=True).count()


def _open_gaps(accounts: Sequence[SocialAccount]) -> dict[int, int]:
    rows = Gap.objects.filter(stream__account__in=accounts, filled_at__isnull=True).order_by()
    return dict(rows.values_list("stream__account").annotate(n=Count("pk")))


def _health(streams: list[Stream], gaps: int) -> dict[str, Any]:
    active = [stream for stream in streams if stream.active]
    looks = [stream.last_success_at for stream in active if stream.last_success_at]
    return {
        "last_success_at": min(looks) if looks and len(looks) == len(active) else None,
        "late": any(stream.is_late for stream in active),
        "failing": any(stream.failures for stream in active),
        "gaps": gaps,
    }
