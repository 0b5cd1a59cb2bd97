"""The influence report: every figure of the page from one snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from heapq import nlargest, nsmallest
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.utils import timezone

from socialcrm import scoring
from socialcrm.access import readable_mentions, usable_accounts
from socialcrm.contacts import ContactBrief
from socialcrm.models import Mention, Post

from .among import Among
from .asking import MOVED, UNSCORED, InfluenceAsk
from .pipeline import BandDeals, Pipeline, build_pipeline
from .quantiles import quantile
from .ranking import PAGE_SIZE, RankedPage, RankRow, order_by, page_of, rank_rows, ranked, touches
from .standings import Choices, Standing, linked, standings
from .trend import Week, weekly

MOVERS = 5
BAR = 5  # points of one bar of the histogram


@dataclass(frozen=True, slots=True)
class BandRow:
    """A band with how many contacts are in it, and their deals; `code` is "none" for those without a score."""

    code: str
    start: int | None
    end: int | None
    contacts: int
    deals: BandDeals
    share: float = 0.0  # of the largest open amount of a band, in the main currency


class Mover(NamedTuple):
    """A contact whose score went up or down."""

    standing: Standing
    brief: ContactBrief


class Influence:
    """The report for one reader and one ask. The snapshot is read at once, the rest when it is asked for."""

    def __init__(self, user: Any, ask: InfluenceAsk) -> None:
        self.user, self.ask = user, ask
        self.choices = Choices(user)
        self.adapter = self.choices.adapter
        self.contacts: QuerySet[Any] = self.choices.contacts(ask)
        self.rows: list[Standing] = standings(self.contacts, ask)
        deals = self.adapter.pipeline(user, self.contacts, ask.since) if self.rows else []
        self.pipeline: Pipeline = build_pipeline(deals, self.rows)

    def contacts_in_all(self) -> int:
        """How many contacts there are with and without a profile, by the host's own filters. One query."""
        return self.contacts.count()

    @cached_property
    def values(self) -> list[float]:
        """The scores, ascending."""
        return sorted(one.value for one in self.rows if one.value is not None)

    def median(self) -> float | None:
        """The middle score; None without one."""
        return quantile(self.values, 0.5)

    def bands(self) -> list[BandRow]:
        """The bands from the strongest, and those without a score where there are any."""
        counted = Counter(one.band for one in self.rows)
        ends = [band.start - 1 for band in scoring.BANDS[1:]] + [100]
        places: list[tuple[str, int | None, int | None]] = [(UNSCORED, None, None)] if counted[UNSCORED] else []
        places += [(band.code, band.start, end) for band, end in zip(scoring.BANDS, ends, strict=True)]
        return [self._band(*place, counted[place[0]]) for place in reversed(places)]

    def _band(self, code: str, start: int | None, end: int | None, contacts: int) -> BandRow:
        deals = self.pipeline.by_band.get(code) or BandDeals()
        return BandRow(code, start, end, contacts, deals, self.pipeline.share_of(code))

    def histogram(self) -> list[int]:
        """How many scores there are in each 5 points, from 0; 100 is in the last bar. As shown: rounded."""
        bars = [0] * (100 // BAR)
        for value in self.values:
            bars[min(round(value) // BAR, len(bars) - 1)] += 1
        return bars

    @cached_property
    def by_move(self) -> dict[str, list[Standing]]:
        """The contacts that went up, down, or stayed within the tie."""
        found: dict[str, list[Standing]] = {way: [] for way in MOVED}
        for one in self.rows:
            if way := one.moved:
                found[way].append(one)
        return found

    def moved(self) -> dict[str, int]:
        """How many contacts went up, down, or stayed within the tie."""
        return {way: len(rows) for way, rows in self.by_move.items()}

    def movers(self) -> dict[str, list[Mover]]:
        """Those who went up most and those who went down most, by 10 points or more. One query or none."""
        up = nlargest(MOVERS, self.by_move["up"], key=lambda one: one.change or 0)
        down = nsmallest(MOVERS, self.by_move["down"], key=lambda one: one.change or 0)
        briefs = self.adapter.briefs([one.contact for one in up + down]) if up or down else {}
        named = {"up": up, "down": down}
        return {
            way: [Mover(one, briefs[one.contact]) for one in rows if one.contact in briefs]
            for way, rows in named.items()
        }

    def trend(self) -> list[Week]:
        """Week by week in the period. Two queries."""
        return weekly(self.rows, self.ask.since)

    def line_from(self, weeks: Sequence[Week]) -> date:
        """The day on which the trend has its second week: seven days after the first one, or after tonight's count."""
        return (weeks[0].day if weeks else timezone.localdate() + timedelta(days=1)) + timedelta(weeks=1)

    @cached_property
    def heard(self) -> dict[Any, int]:
        """How often each contact mentioned us in the period. One query."""
        # All profiles of the contacts rather than those asked for: a query, where those are thousands of numbers.
        authors = linked(self.contacts, self.ask.network_id).values("profile")
        posts = dict(self._heard_here().filter(author__in=authors).values_list("author").annotate(Count("pk")))
        counted = ((one.contact, sum(posts.get(profile, 0) for profile in one.profiles)) for one in self.rows)
        return {contact: n for contact, n in counted if n}

    def mentions(self, contact: str = "") -> QuerySet[Mention]:
        """The mentions of the period by these contacts (or by one of them), of accounts that the user may use."""
        whose = [one.profiles for one in self.rows if not contact or str(one.contact) == contact]
        return self._heard_here().filter(Among("author_id", [profile for profiles in whose for profile in profiles]))

    def _heard_here(self) -> QuerySet[Mention]:
        return Mention.objects.filter(
            readable_mentions(self.user),
            account__in=usable_accounts(self.user).values("pk"),
            posted_at__gte=self.ask.since_moment,
            post__state=Post.State.LIVE,
        )

    def order(self) -> list[Standing]:
        """The ranking, whole."""
        key, largest_first = order_by(
            self.ask.sort,
            self.pipeline,
            lambda: self.adapter.sort_names(self.contacts),
            lambda: touches(self.user, self.adapter, self.contacts.values("pk")),
        )
        return ranked(self.rows, key, largest_first)

    def page(self, after: str = "", before: str = "", size: int = PAGE_SIZE) -> RankedPage:
        """A page of the ranking."""
        return page_of(self.order(), after, before, size)

    def shown(self, page: Sequence[Standing], first: int = 1) -> list[RankRow]:
        """Standings as people read them. Six queries or fewer, however many."""
        return rank_rows(page, first, self.user, self.adapter, self.pipeline, self.heard)


def build_influence(user: Any, ask: InfluenceAsk) -> Influence:
    """The report that this user may see."""
    return Influence(user, ask)
