"""The ledger: what calls to networks cost, by account, purpose and hour (UTC), and what a month may still cost.

Money is counted in millionths of a US dollar, as the network class prices a call. X bills a post that is read twice on
one UTC day once; the ledger counts it twice, so it shows an upper bound.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from . import bulk, conf
from .models import ApiUsage, SocialAccount
from .networks.base import Limit, Spent

# Shares of the monthly cap up to which a purpose may spend: what matters less stops first, replies have it all.
SHARES = {"profile_posts": 0.70, "parents": 0.80, "profiles": 0.80, "deletions": 0.85, "own_posts": 0.90}
MENTIONS_SHARE = 0.95  # the rest is the replies' reserve
WRITES = frozenset({"reply", "publish", "delete", "refresh", "reconcile", "connect", "outbox"})

USAGE = bulk.Staging(
    "socialcrm_in_usage",
    (
        ("account_id", "bigint"), ("purpose", "text"), ("hour", "timestamptz"), ("calls", "integer"),
        ("failures", "integer"), ("units", "integer"), ("micros", "bigint"),
    ),
)  # fmt: skip
UPSERT = """
INSERT INTO socialcrm_apiusage (account_id, purpose, hour, calls, failures, units, micros)
SELECT s.account_id, s.purpose, s.hour, s.calls, s.failures, s.units, s.micros FROM socialcrm_in_usage s
WHERE TRUE ORDER BY s.account_id, s.purpose, s.hour
ON CONFLICT (account_id, purpose, hour) DO UPDATE SET calls = socialcrm_apiusage.calls + excluded.calls,
    failures = socialcrm_apiusage.failures + excluded.failures, units = socialcrm_apiusage.units + excluded.units,
    micros = socialcrm_apiusage.micros + excluded.micros
"""
Key = tuple[int, str, datetime]


@dataclass(slots=True)
class Notes:
    """Costs noted in a `batch`, summed, and the last limit that the network named for each account and purpose."""

    sums: dict[Key, list[int]] = field(default_factory=dict)
    limits: dict[tuple[int, str], Limit] = field(default_factory=dict)

    def add(self, account_id: int, purpose: str, spent: Spent, limit: Limit | None, failed: bool) -> None:
        """Add one call."""
        hour = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        sums = self.sums.setdefault((account_id, purpose[:40], hour), [0, 0, 0, 0])
        for place, amount in enumerate((1, int(failed), spent.units, spent.micros)):
            sums[place] += amount
        if limit is not None:
            self.limits[account_id, purpose] = limit


_batch: ContextVar[Notes | None] = ContextVar("socialcrm_ledger_batch", default=None)


@dataclass(frozen=True, slots=True)
class Month:
    """An account's spending in a calendar month (UTC), with what it comes to if it goes on like this."""

    spent_micros: int
    cap_micros: int | None
    forecast_micros: int
    by_purpose: dict[str, int]
    reads: int
    calls: int

    @property
    def share(self) -> float:
        """Share of the cap that is spent, 0 where there is none."""
        return self.spent_micros / self.cap_micros if self.cap_micros else 0.0


def note(account: SocialAccount, purpose: str, spent: Spent, limit: Limit | None = None, failed: bool = False) -> None:
    """Write the cost of one call down: at once, or with the others at the end of a `batch`."""
    notes = _batch.get()
    if notes is not None:
        notes.add(account.pk, purpose, spent, limit, failed)
        return
    alone = Notes()
    alone.add(account.pk, purpose, spent, limit, failed)
    _write(alone)


@contextmanager
def batch() -> Iterator[Notes]:
    """Gather the costs of many calls and write them in one statement at the end, errors or not."""
    notes = Notes()
    token = _batch.set(notes)
    try:
        yield notes
    finally:
        _batch.reset(token)
        _write(notes)


def _write(notes: Notes) -> None:
    if notes.sums:
        rows = [(*key, *sums) for key, sums in notes.sums.items()]
        bulk.retry_deadlocks(partial(_add, rows))


def _add(rows: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        work = bulk.Bulk()
        work.stage(USAGE, rows)
        work.run(UPSERT, reading=USAGE)


def month(account: SocialAccount) -> Month:
    """What the account spent since the first of the month (UTC), and the month's forecast."""
    now = timezone.now().astimezone(UTC)
    rows = ApiUsage.objects.filter(account=account, hour__gte=month_start(now)).values("purpose")
    sums = {row["purpose"]: row for row in rows.annotate(cost=Sum("micros"), read=Sum("units"), all=Sum("calls"))}
    spent = sum(row["cost"] for row in sums.values())
    return Month(
        spent_micros=spent,
        cap_micros=cap_micros(account),
        forecast_micros=forecast(spent, now),
        by_purpose={purpose: row["cost"] for purpose, row in sums.items()},
        reads=sum(row["read"] for purpose, row in sums.items() if purpose not in WRITES),
        calls=sum(row["all"] for row in sums.values()),
    )


def forecast(spent: int, now: datetime) -> int:
    """The month's cost at the pace so far; the first hour of a month counts as a whole one."""
    start = month_start(now)
    whole = timedelta(days=monthrange(now.year, now.month)[1])
    return int(spent * (whole / max(now - start, timedelta(hours=1))))


def month_start(now: datetime) -> datetime:
    """Midnight of the month's first day, UTC."""
    return now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def cap_micros(account: SocialAccount) -> int | None:
    """The account's monthly cap in millionths of a dollar: its own, or SOCIALCRM_MONTHLY_CAP; None: no cap."""
    cap = account.monthly_cap if account.monthly_cap is not None else conf.get("MONTHLY_CAP")
    return None if cap is None else int(Decimal(str(cap)) * 1_000_000)


def may_spend(account: SocialAccount, purpose: str) -> bool:
    """Whether a call for this purpose stays within the account's monthly cap."""
    return may_spend_many([account])[account.pk](purpose)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an account may still do this month; call it with a purpose."""

    spent: int
    cap: int | None

    def __call__(self, purpose: str) -> bool:
        """Whether this purpose may spend: reads of little worth stop first, replies never."""
        if self.cap is None or purpose in WRITES:
            return True
        return self.spent < self.cap * SHARES.get(purpose, MENTIONS_SHARE)


def may_spend_many(accounts: Iterable[SocialAccount]) -> dict[int, Allowance]:
    """Allowances of many accounts by primary key; one query, and none where no account has a cap."""
    caps = {account.pk: cap_micros(account) for account in accounts}
    capped = [pk for pk, cap in caps.items() if cap is not None]
    spent: dict[int, int] = {}
    if capped:
        rows = ApiUsage.objects.filter(account__in=capped, hour__gte=month_start(timezone.now()))
        spent = dict(rows.values_list("account").annotate(cost=Sum("micros")))
    return {pk: Allowance(spent.get(pk, 0), cap) for pk, cap in caps.items()}
