"""The trend: median and middle half of the scores, week by week, of the contacts of the snapshot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from socialcrm.models import InfluenceScore, ProfileLink

from .quantiles import quantile
from .standings import Standing

ASKED = 200  # profiles that say on which day of a week most were scored


class Week(NamedTuple):
    """Scores on a day that stands for its week: how many, the lower quarter, the median, the upper quarter."""

    day: date
    scored: int
    low: float
    median: float
    high: float


def weekly(rows: Sequence[Standing], links: QuerySet[ProfileLink], since: date) -> list[Week]:
    """The weeks since then that have scores, oldest first, by the contacts' strongest profiles. Two queries.

    `links` are those of the contacts, and perhaps of more: the database takes a query better than 20,000 keys.

    A week is the seven days up to the same weekday as today. Its day is the one on which most of 200 profiles were
    scored, since a day with only a few (new profiles, a run that was cut short) would not be like the others.
    """
    scored = [one.profile for one in rows if one.value is not None]
    if not scored:
        return []
    today = timezone.localdate()
    days = _days(scored[:: max(1, len(scored) // ASKED)], since, today)
    values: dict[date, list[float]] = defaultdict(list)
    wanted = set(scored)
    found = InfluenceScore.objects.filter(
        day__in=days, profile__in=links.order_by().values("profile"), confidence__gt=0
    )
    for profile, day, value in found.values_list("profile", "day", "value"):
        if profile in wanted:
            values[day].append(value)
    return [_week(day, sorted(values[day])) for day in sorted(values)]


def _days(sample: Sequence[int], since: date, today: date) -> list[date]:
    scored = InfluenceScore.objects.filter(profile__in=sample, day__gte=since, day__lte=today)
    counts = Counter(scored.values_list("day", flat=True))
    best: dict[int, date] = {}
    for day in sorted(counts):
        week = (today - day) // timedelta(weeks=1)
        if week not in best or counts[day] >= counts[best[week]]:
            best[week] = day
    return list(best.values())


def _week(day: date, values: Sequence[float]) -> Week:
    low, median, high = (quantile(values, share) or 0.0 for share in (0.25, 0.5, 0.75))
    return Week(day, len(values), low, median, high)
