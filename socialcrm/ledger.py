"""The ledger: what calls to networks cost, by account, purpose and hour (UTC), and what a month may still cost.

Money is counted in millionths of a US dollar, as the network class prices a call. X charges an app once a UTC day for
the same post or person; so does the ledger, for all accounts of a network together: whoever reads it first pays. Read
again at a higher price, it costs the difference.
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

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from . import bulk, conf
from .models import ApiUsage, DayCharge, SocialAccount
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
CHARGES = bulk.Staging(
    "socialcrm_in_charge", (("day", "date"), ("network", "text"), ("resource", "text"), ("micros", "bigint"))
)
CHARGE = """
INSERT INTO socialcrm_daycharge (day, network, resource, micros, added)
SELECT s.day, s.network, s.resource, s.micros, s.micros FROM socialcrm_in_charge s
WHERE TRUE ORDER BY s.day, s.network, s.resource
ON CONFLICT (day, network, resource) DO UPDATE SET
    added = excluded.micros - socialcrm_daycharge.micros, micros = excluded.micros
    WHERE excluded.micros > socialcrm_daycharge.micros
RETURNING day, network, resource, added
"""
Key = tuple[int, str, datetime]
Resource = tuple[str, str, str]  # day (UTC), network, name
MICROS = 3  # where the money stands among a key's sums


@dataclass(slots=True)
class Notes:
    """Costs noted in a `batch`, summed, and the last limit that the network named for each account and purpose."""

    sums: dict[Key, list[int]] = field(default_factory=dict)
    limits: dict[tuple[int, str], Limit] = field(default_factory=dict)
    charges: dict[Resource, tuple[int, Key]] = field(default_factory=dict)

    def add(self, account: SocialAccount, purpose: str, spent: Spent, limit: Limit | None, failed: bool) -> None:
        """Add one call. What is charged once a day is kept by name, to be looked up when the batch is written."""
        hour = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        key = account.pk, purpose[:40], hour
        by_name = self._charge(account.network, spent, key) if spent.micros else 0
        sums = self.sums.setdefault(key, [0, 0, 0, 0])
        for place, amount in enumerate((1, int(failed), spent.units, spent.micros - by_name)):
            sums[place] += amount
        if limit is not None:
            self.limits[account.pk, purpose] = limit

    def _charge(self, network: str, spent: Spent, key: Key) -> int:
        price, day = spent.micros // max(spent.units, 1), key[2].date().isoformat()
        for name in spent.resources:
            resource = (day, network, name[:200])
            if resource not in self.charges or self.charges[resource][0] < price:
                self.charges[resource] = price, key
        return price * len(spent.resources)


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
        notes.add(account, purpose, spent, limit, failed)
        return
    alone = Notes()
    alone.add(account, purpose, spent, limit, failed)
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
        bulk.retry_deadlocks(partial(_add, notes))


def _add(notes: Notes) -> None:
    sums = {key: list(amounts) for key, amounts in notes.sums.items()}
    with transaction.atomic():
        work = bulk.Bulk()
        for key, micros in _charge(work, notes):
            sums[key][MICROS] += micros
        work.stage(USAGE, [(*key, *amounts) for key, amounts in sums.items()])
        work.run(UPSERT, reading=USAGE)


def _charge(work: bulk.Bulk, notes: Notes) -> Iterator[tuple[Key, int]]:
    """What is charged to whom for resources that nobody read at this price today; one statement, none without them."""
    if not notes.charges:
        return
    work.stage(CHARGES, [(*resource, price) for resource, (price, _key) in notes.charges.items()])
    for day, network, name, added in work.run(CHARGE, reading=CHARGES):
        yield notes.charges[str(day), network, name][1], added


def prune() -> int:
    """Forget what was charged on the days before yesterday; returns how many rows went."""
    yesterday = timezone.now().astimezone(UTC).date() - timedelta(days=1)
    return DayCharge.objects.filter(day__lt=yesterday).delete()[0]


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
