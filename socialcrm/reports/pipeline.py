"""Influence beside money: the deals of the contacts, each counted once, in the band of its strongest contact."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from socialcrm.contacts import PipelineDeal

from .standings import Standing

ENOUGH = 10  # decided deals
Amounts = dict[str, Decimal]  # by currency: different currencies are never added


@dataclass(slots=True)
class DealRow:
    """A deal with its strongest contact."""

    deal: PipelineDeal
    standing: Standing


@dataclass(slots=True)
class BandDeals:
    """Deals of one band: how many are open, won and lost, and what the open and the won ones are worth."""

    counts: Counter[str] = field(default_factory=Counter)
    amounts: dict[str, Amounts] = field(default_factory=lambda: defaultdict(dict))

    def add(self, deal: PipelineDeal) -> None:
        """Count one deal."""
        self.counts[deal.state] += 1
        add_amount(self.amounts[deal.state], deal)

    @property
    def win_rate(self) -> float | None:
        """The share of won deals among those decided; None below ten, where one deal would change it by much."""
        decided = self.counts["won"] + self.counts["lost"]
        return self.counts["won"] / decided if decided >= ENOUGH else None


@dataclass
class Pipeline:
    """All deals of the snapshot: one row each, the open amounts of each contact, and the sums by band."""

    rows: list[DealRow]
    open_amounts: dict[Any, Amounts]
    of_contact: dict[str, set[Any]]  # keys of deals, by key of the contact as it stands in an address
    by_band: dict[str, BandDeals]
    whole: BandDeals

    @cached_property
    def currency(self) -> str:
        """The currency in which most open deals are; empty without any."""
        counted = Counter(row.deal.currency for row in self.rows if row.deal.state == "open" and row.deal.amount)
        return min(counted, key=lambda code: (-counted[code], code)) if counted else ""

    def share_of(self, band: str) -> float:
        """The open amount of a band as a share of the largest one, both in the main currency; 0 to 1."""
        worth = {code: deals.amounts["open"].get(self.currency, Decimal(0)) for code, deals in self.by_band.items()}
        most = max(worth.values(), default=Decimal(0))
        return float(worth.get(band, Decimal(0)) / most) if most else 0.0

    def listed(self, state: str = "", band: str = "", contact: str = "") -> list[DealRow]:
        """The deals in this state, band, and of this contact's key (or all), the largest first within a currency."""
        mine = self.of_contact.get(contact, set())
        found = [
            row
            for row in self.rows
            if (not state or row.deal.state == state)
            and (not band or row.standing.band == band)
            and (not contact or row.deal.key in mine)
        ]
        return sorted(found, key=lambda row: (row.deal.currency, -(row.deal.amount or 0), row.deal.name))


def build_pipeline(deals: Sequence[PipelineDeal], standings: Iterable[Standing]) -> Pipeline:
    """Deals beside standings; a deal whose contacts are all filtered away is left out."""
    where = {one.contact: one for one in standings}
    strongest: dict[Any, DealRow] = {}
    open_amounts: dict[Any, Amounts] = defaultdict(dict)
    of_contact: dict[str, set[Any]] = defaultdict(set)
    for deal in deals:
        one = where.get(deal.contact)
        if one is None:
            continue
        of_contact[str(deal.contact)].add(deal.key)
        if deal.state == "open":
            add_amount(open_amounts[deal.contact], deal)
        row = strongest.get(deal.key)
        if row is None or _rank(one) > _rank(row.standing):
            strongest[deal.key] = DealRow(deal, one)
    by_band, whole = _summed(list(strongest.values()))
    return Pipeline(list(strongest.values()), dict(open_amounts), dict(of_contact), by_band, whole)


def _summed(rows: list[DealRow]) -> tuple[dict[str, BandDeals], BandDeals]:
    by_band: dict[str, BandDeals] = defaultdict(BandDeals)
    whole = BandDeals()
    for row in rows:
        by_band[row.standing.band].add(row.deal)
        whole.add(row.deal)
    return by_band, whole


def amounts_of(rows: Iterable[DealRow]) -> Amounts:
    """What these deals are worth, by currency."""
    amounts: Amounts = {}
    for row in rows:
        add_amount(amounts, row.deal)
    return amounts


def add_amount(amounts: Amounts, deal: PipelineDeal) -> None:
    """Add a deal to what is there in its currency; a deal without an amount adds nothing."""
    if deal.amount is not None:
        amounts[deal.currency] = amounts.get(deal.currency, Decimal(0)) + deal.amount


def _rank(one: Standing) -> tuple[float, int]:
    return (-1 if one.value is None else one.value, one.profile)
