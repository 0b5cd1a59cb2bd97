"""What the accounts page says of each account: health, coverage, gaps, budget; six queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from socialcrm import connect, ledger
from socialcrm.access import hidden, readable_mentions, visible_replies
from socialcrm.forms import tiers_of
from socialcrm.models import ApiUsage, Gap, Mention, Reply, SocialAccount, Stream
from socialcrm.networks import network_class
from socialcrm.sync import AccountHealth, StreamHealth, stream_health

DAYS = 14
SLOT = timedelta(hours=6)
SLOTS = DAYS * 24 // 6
MILLION = 1_000_000
MOST_FAILING = 5  # streams of contacts that a card lists


@dataclass
class GapLine:
    """A stretch that may be missing, about how many mentions it holds and what fetching them costs."""

    gap: Gap
    about: int
    dollars: Decimal


@dataclass
class Card:
    """One connected account."""

    account: SocialAccount
    streams: list[Stream] = field(default_factory=list)
    slots: list[str] = field(default_factory=list)
    gaps: list[GapLine] = field(default_factory=list)
    waiting: int = 0
    spent: Decimal = Decimal(0)
    forecast: Decimal = Decimal(0)
    cap: Decimal | None = None
    reads: int = 0
    replies: int = 0

    @property
    def is_free(self) -> bool:
        """Whether the network charges nothing for its API: then there is nothing to cap."""
        return not _price_of_a_mention(self.account)

    @property
    def tiers(self) -> list[tuple[str, str]]:
        """The tiers to choose from; none where the network has but one."""
        return tiers_of(self.account) if network_class(self.account.network).tiers else []

    @property
    def own_streams(self) -> list[Stream]:
        """The account's own streams, without those of single contacts."""
        return [stream for stream in self.streams if stream.profile_id is None]

    @property
    def lines(self) -> list[StreamHealth]:
        """How each own stream is doing, then the contacts' streams that fail."""
        failing = [stream for stream in self.streams if stream.profile_id and stream.active and stream.error_class]
        now = timezone.now()
        return [stream_health(stream, now) for stream in (*self.own_streams, *failing[:MOST_FAILING])]

    @property
    def followed(self) -> int:
        """How many contacts' profiles are read with this account."""
        return sum(stream.profile_id is not None and stream.active for stream in self.streams)

    @cached_property
    def together(self) -> AccountHealth:
        """How the account's own streams are doing."""
        return AccountHealth.of(self.streams)

    @property
    def last_success(self) -> datetime | None:
        """Up to when all of the account's own streams are read."""
        return self.together.read_at

    @property
    def read_until(self) -> datetime | None:
        """Up to when the mentions are here."""
        return next((s.last_success_at for s in self.own_streams if s.kind == Stream.Kind.MENTIONS), None)

    @property
    def next_look(self) -> datetime | None:
        """When it is read next."""
        return min((s.due_at for s in self.own_streams if s.active), default=None)

    @property
    def first_day(self) -> datetime:
        """Where the coverage begins."""
        return timezone.now() - DAYS * timedelta(days=1)

    @property
    def busy(self) -> bool:
        """Whether a worker reads it right now."""
        now = timezone.now()
        return any(s.lease_until and s.lease_until > now for s in self.own_streams)

    @property
    def trouble(self) -> str:
        """What fails and what happens next, in a sentence."""
        if not self.account.is_working:
            return ""  # what happened stands beside the state
        return self.together.error

    @property
    def health(self) -> str:
        """ok, limited or down; who is read too late misses what is said, as one without access does."""
        if self.late or self.account.state in (SocialAccount.State.NEEDS_RECONNECT, SocialAccount.State.DISCONNECTED):
            return "down"
        return "limited" if self.account.state == SocialAccount.State.PAUSED or self.trouble else "ok"

    @property
    def late(self) -> bool:
        """Whether it works but has not been read for more than three intervals."""
        return self.account.is_working and self.together.is_late

    @property
    def share(self) -> float:
        """The part of the cap that is spent."""
        return float(self.spent / self.cap) if self.cap else 0.0

    @property
    def over_cap(self) -> bool:
        """Whether this month's pace leads beyond the cap."""
        return self.cap is not None and self.forecast > self.cap

    @property
    def tone(self) -> str:
        """The colour of the budget's bar."""
        if not self.account.is_working:
            return "mute"
        return "danger" if self.share >= 1 else "warn" if self.share >= 0.8 or self.over_cap else ""


def cards(accounts: Sequence[SocialAccount], user: Any) -> list[Card]:
    """The cards of these accounts, those that need a person first; replies and mentions are those that the user sees.

    Who manages the accounts sees all of an account's figures.
    """
    whole = user.has_perm("socialcrm.manage_accounts")
    found = {account.pk: Card(account, cap=_cap(account)) for account in accounts}
    for stream in Stream.objects.filter(account__in=found).select_related("account"):
        stream.account = found[stream.account_id].account
        found[stream.account_id].streams.append(stream)
    _fill_waiting(found, Reply.objects.all() if whole else visible_replies(user))
    _fill_money(found)
    _fill_coverage(found, Q() if whole else readable_mentions(user) & ~Q(hidden(user, "author_id")))
    order = {"down": 0, "limited": 1, "ok": 2}
    return sorted(found.values(), key=lambda card: (order[card.health], card.account.pk))


def _cap(account: SocialAccount) -> Decimal | None:
    cap = ledger.cap_micros(account)
    return None if cap is None else Decimal(cap) / MILLION


def _fill_waiting(found: dict[int, Card], replies: QuerySet[Reply]) -> None:
    rows = replies.filter(account__in=found, state=Reply.State.QUEUED).order_by()
    for row in rows.values("account").annotate(n=Count("pk")):
        found[row["account"]].waiting = row["n"]


def _fill_money(found: dict[int, Card]) -> None:
    now = timezone.now()
    rows = ApiUsage.objects.filter(account__in=found, hour__gte=ledger.month_start(now)).order_by()
    for row in rows.values("account", "purpose").annotate(micros=Sum("micros"), units=Sum("units")):
        card = found[row["account"]]
        card.spent += Decimal(row["micros"]) / MILLION
        if row["purpose"] == "reply":
            card.replies += row["units"]
        elif row["purpose"] not in ledger.WRITES:
            card.reads += row["units"]
    for card in found.values():
        card.forecast = Decimal(ledger.forecast(int(card.spent * MILLION), now)) / MILLION


def _fill_coverage(found: dict[int, Card], seen: Q) -> None:
    start = timezone.now() - DAYS * timedelta(days=1)
    gaps: dict[int, list[Gap]] = defaultdict(list)
    for gap in Gap.objects.filter(stream__account__in=found, filled_at__isnull=True).select_related("stream"):
        gaps[gap.stream.account_id].append(gap)
    rate = _mentions_per_hour(found, start, seen)
    oldest = _oldest_mentions(found, seen)
    for pk, card in found.items():
        since = min(oldest.get(pk) or card.account.connected_at, card.account.connected_at)
        card.slots = [_slot(card, since, gaps[pk], start + i * SLOT) for i in range(SLOTS)]
        card.gaps = [_line(card.account, gap, rate.get(pk, 0.0)) for gap in gaps[pk]]


def _slot(card: Card, since: datetime, gaps: list[Gap], begins: datetime) -> str:
    """What we hold of a stretch: all of it, nothing, or all but a gap. Held is what lies behind the last success."""
    ends = begins + SLOT
    if any((g.starts_at or g.found_at) < ends and (g.ends_at or g.found_at) > begins for g in gaps):
        return "gap"
    return "ok" if card.read_until and since < ends and begins <= card.read_until else "none"


def _oldest_mentions(found: dict[int, Card], seen: Q) -> dict[int, datetime | None]:
    of_account = Mention.objects.filter(seen, account=OuterRef("pk")).order_by("posted_at").values("posted_at")
    rows = SocialAccount.objects.filter(pk__in=found).annotate(oldest=Subquery(of_account[:1]))
    return dict(rows.values_list("pk", "oldest"))


def _mentions_per_hour(found: dict[int, Card], start: datetime, seen: Q) -> dict[int, float]:
    rows = Mention.objects.filter(seen, account__in=found, posted_at__gte=start).order_by()
    counted = rows.values("account").annotate(n=Count("pk"))
    return {row["account"]: row["n"] / (DAYS * 24) for row in counted}


def _line(account: SocialAccount, gap: Gap, per_hour: float) -> GapLine:
    begins, ends = gap.starts_at or gap.found_at, gap.ends_at or gap.found_at
    about = max(1, round(per_hour * (ends - begins).total_seconds() / 3600))
    return GapLine(gap, about, Decimal(_price_of_a_mention(account) * about) / MILLION)


def _price_of_a_mention(account: SocialAccount) -> int:
    network: Any = connect.rules_of(account)
    return network.price("mentions") if network.can("price") else 0
