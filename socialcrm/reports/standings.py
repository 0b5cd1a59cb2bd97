"""The snapshot behind the influence report: where every contact that the user sees stands, in one query."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import QuerySet
from django.utils import timezone

from socialcrm import scoring
from socialcrm.access import visible_contacts
from socialcrm.contacts import Option, get_adapter, get_contact_model
from socialcrm.models import ProfileLink

from .asking import UNSCORED, InfluenceAsk, MentionAsk

TIE = 10  # points: below that, people agree with the higher score little better than a coin (docs/scoring.md)
_STARTS = [band.start for band in scoring.BANDS]


class Standing(NamedTuple):
    """A contact by its strongest profile; `value` None where there is not enough data.

    `base` is the score of 30 days ago, or the oldest since (see `base_day`); None where today's is all there is.
    """

    contact: Any
    profile: int
    network: str
    score: int | None
    value: float | None
    day: date | None
    confidence: float
    base: float | None
    base_day: date | None
    networks: tuple[str, ...] = ()
    profiles: tuple[int, ...] = ()  # all of the contact's, where `profile` is the strongest

    @property
    def band(self) -> str:
        """The code of the score's band, "none" without a score."""
        return UNSCORED if self.value is None else scoring.BANDS[bisect(_STARTS, round(self.value)) - 1].code

    @property
    def change(self) -> float | None:
        """Points up or down since `base_day`."""
        return None if self.value is None or self.base is None else round(self.value - self.base, 2)

    @property
    def moved(self) -> str:
        """up, down, or a tie (less than 10 points, as shown); empty where nothing can be compared."""
        change = self.change
        if change is None:
            return ""
        return "tie" if abs(round(change)) < TIE else "up" if change > 0 else "down"


class Choices:
    """What the host offers to narrow by, for one reader; each list is asked for once, and only when it is needed."""

    def __init__(self, user: Any) -> None:
        self.user = user
        self.adapter = get_adapter()

    @cached_property
    def owner(self) -> list[Option]:
        """Who looks after contacts."""
        return self.adapter.owners(self.user)

    @cached_property
    def team(self) -> list[Option]:
        """Teams."""
        return self.adapter.teams(self.user)

    @cached_property
    def stage(self) -> list[Option]:
        """Steps of a deal."""
        return self.adapter.stages()

    def label(self, name: str, value: str) -> str:
        """The name of a value for people; empty where it is none of the options."""
        return dict(getattr(self, name)).get(value, "") if value else ""

    def contacts(self, ask: InfluenceAsk | MentionAsk) -> QuerySet[Any]:
        """The contacts that the user sees, of the owner and team and with the deals asked for."""
        asked = {name: getattr(ask, name, "") for name in ("owner", "team", "stage")}
        known = {name: value if self.label(name, value) else "" for name, value in asked.items()}
        return self.adapter.narrow(self.user, visible_contacts(self.user), **known)


def linked(contacts: QuerySet[Any], network: str = "") -> QuerySet[ProfileLink]:
    """The links of these contacts, to profiles of one network or of all."""
    links = ProfileLink.objects.filter(state="linked", contact__in=contacts.order_by().values("pk"))
    return links.filter(profile__network=network) if network else links


def standings(contacts: QuerySet[Any], ask: InfluenceAsk) -> list[Standing]:
    """Where each contact with a profile stands, those that the ask's network, confidence and bands leave."""
    found: dict[Any, Standing] = {}
    more: dict[Any, list[Standing]] = defaultdict(list)
    for one in _read(linked(contacts, ask.network_id)):
        if found.setdefault(one.contact, one) is not one:
            more[one.contact].append(one)
    for contact, others in more.items():
        found[contact] = _strongest([found[contact], *others])
    bands, least = ask.bands, ask.least_confidence
    return [
        one
        for one in found.values()
        if one.confidence >= least and (not bands or one.band in bands) and (not ask.moved or one.moved == ask.moved)
    ]


def _strongest(mine: Sequence[Standing]) -> Standing:
    best = max(mine, key=lambda one: (-1 if one.value is None else one.value, one.profile))
    networks = tuple(sorted({one.network for one in mine}))
    return best._replace(networks=networks, profiles=tuple(sorted(one.profile for one in mine)))


def _read(links: QuerySet[ProfileLink]) -> Iterable[Standing]:
    """A standing for each link; the score of a profile and the one 30 days before are a step in an index each."""
    today = timezone.localdate()
    days = {"first": today - scoring.HISTORY, "month_ago": today - timedelta(days=scoring.CHANGE_DAYS)}
    found = links.order_by().values_list("contact", "profile", "profile__network")
    sql, params = found.query.sql_with_params()
    connection = connections[found.db]
    is_postgres = connection.vendor == "postgresql"
    whole = _POSTGRES if is_postgres else _SQLITE
    with connection.cursor() as cursor:
        cursor.execute(whole.format(links=sql), [*params, *(str(days[name]) for name in _DAYS)])
        rows = cursor.fetchall()
    plain = rows if is_postgres else map(_as_python, rows)
    return (Standing._make((*row, (row[2],), (row[1],))) for row in plain)


# `links` is Django's own SQL with its parameters. The base is the newest score of 30 days ago or before, else the
# oldest since. Scores of another version of the card are not compared.
_DAYS = ("first", "first", "month_ago", "month_ago")
_POSTGRES = """
WITH l (contact, profile, network) AS ({links})
SELECT l.contact, l.profile, l.network, s.id, s.value, s.day, COALESCE(s.confidence, 0), b.value, b.day
FROM l LEFT JOIN LATERAL (
    SELECT id, value, day, confidence, version FROM socialcrm_influencescore i
    WHERE i.profile_id = l.profile AND i.day >= %s ORDER BY i.day DESC LIMIT 1
) s ON s.confidence > 0
LEFT JOIN socialcrm_influencescore b ON b.profile_id = l.profile AND b.id <> s.id AND b.version = s.version
    AND b.day = COALESCE(
        (SELECT MAX(i.day) FROM socialcrm_influencescore i
        WHERE i.profile_id = l.profile AND i.day >= %s AND i.day <= %s),
        (SELECT MIN(i.day) FROM socialcrm_influencescore i WHERE i.profile_id = l.profile AND i.day > %s)
    )
"""
_SQLITE = """
WITH l (contact, profile, network) AS ({links}), known AS (
    SELECT l.*, (SELECT MAX(i.day) FROM socialcrm_influencescore i WHERE i.profile_id = l.profile AND i.day >= %s)
        AS newest, COALESCE(
            (SELECT MAX(i.day) FROM socialcrm_influencescore i
            WHERE i.profile_id = l.profile AND i.day >= %s AND i.day <= %s),
            (SELECT MIN(i.day) FROM socialcrm_influencescore i WHERE i.profile_id = l.profile AND i.day > %s)
        ) AS base FROM l
)
SELECT l.contact, l.profile, l.network, s.id, s.value, s.day, COALESCE(s.confidence, 0), b.value, b.day
FROM known l
LEFT JOIN socialcrm_influencescore s ON s.profile_id = l.profile AND s.day = l.newest AND s.confidence > 0
LEFT JOIN socialcrm_influencescore b ON b.profile_id = l.profile AND b.day = l.base AND b.id <> s.id
    AND b.version = s.version
"""


def _as_python(row: Sequence[Any]) -> tuple[Any, ...]:
    """The row of a database that keeps keys and days as text."""
    contact, profile, network, score, value, day, confidence, base, base_day = row
    key = get_contact_model()._meta.pk.to_python(contact)
    return key, profile, network, score, value, as_day(day), confidence, base, as_day(base_day)


def as_day(value: Any) -> Any:
    """A day, or None, from a statement of our own: SQLite keeps days as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
