"""The trend: median and middle half of the scores, week by week, of the contacts of the snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.db import connections
from django.utils import timezone

from socialcrm.models import InfluenceScore

from .among import table_of
from .quantiles import quantile_sql, rows_of
from .standings import Standing, as_day

ASKED = 200  # profiles that say on which day of a week most were scored


class Week(NamedTuple):
    """Scores on a day that stands for its week: how many, the lower quarter, the median, the upper quarter."""

    day: date
    scored: int
    low: float
    median: float
    high: float


def weekly(rows: Sequence[Standing], since: date) -> list[Week]:
    """The weeks since then that have scores, oldest first, by the contacts' strongest profiles. Two queries.

    A week is the seven days up to the same weekday as today. Its day is the one on which most of 200 profiles were
    scored, since a day with only a few (new profiles, a run that was cut short) would not be like the others.
    """
    scored = [one.profile for one in rows if one.value is not None]
    if not scored:
        return []
    days = _days(scored[:: max(1, len(scored) // ASKED)], since, timezone.localdate())
    return _weeks(scored, days) if days else []


def _weeks(profiles: Sequence[int], days: Sequence[date]) -> list[Week]:
    connection = connections[InfluenceScore.objects.db]
    quarters = ", ".join(quantile_sql(connection, "value", share) for share in (0.25, 0.5, 0.75))
    wanted, numbers = table_of(connection, profiles)
    sql = _WEEKS.format(quarters=quarters, wanted=wanted, days=", ".join(["%s"] * len(days)))
    rows = rows_of(connection, sql, [numbers, *map(str, days)])
    return [Week(as_day(day), *figures) for day, *figures in rows]


# The numbers as a table: for a condition with 20,000 of them PostgreSQL looks each row up one by one.
_WEEKS = """
SELECT day, count(*), {quarters} FROM socialcrm_influencescore JOIN {wanted} ON wanted.number = profile_id
WHERE confidence > 0 AND day IN ({days}) GROUP BY day ORDER BY day
"""


def _days(sample: Sequence[int], since: date, today: date) -> list[date]:
    scored = InfluenceScore.objects.filter(profile__in=sample, day__gte=since, day__lte=today)
    counts = Counter(scored.values_list("day", flat=True))
    best: dict[int, date] = {}
    for day in sorted(counts):
        week = (today - day) // timedelta(weeks=1)
        if week not in best or counts[day] >= counts[best[week]]:
            best[week] = day
    return list(best.values())
