"""What a report is asked for, as it stands in an address; a value that makes no sense narrows nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.utils import timezone

from socialcrm import scoring
from socialcrm.networks import canonical_id, networks

PERIODS = (30, 90, 365)
CONFIDENCES = (25, 50, 75, 100)
UNSCORED = "none"
SORTS = ("score", "change", "name", "deals", "touch")
MOVED = ("up", "down", "tie")


@dataclass(frozen=True, slots=True)
class Ask:
    """The base of both asks: reading an address and writing one."""

    period: str = ""

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> Self:
        """The ask in an address, with every value that is none of the allowed ones left out."""
        values = {field.name: _clean(params.get(field.name, "")) for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if cls.allows(name, value)})

    @classmethod
    def allows(cls, name: str, value: str) -> bool:
        """Whether this value means something; what only the host can say is checked where it is used."""
        if name == "period":
            return value in map(str, PERIODS)
        return not (name == "network" and value and canonical_id(value) not in networks())

    def query(self, **changes: str) -> str:
        """The ask as a query string, with these changes."""
        changed = replace(self, **changes)
        pairs = [(field.name, getattr(changed, field.name)) for field in fields(changed)]
        return urlencode([(name, value) for name, value in pairs if value])

    @property
    def days(self) -> int:
        """How many days the report looks back, today among them."""
        return int(self.period or PERIODS[1])

    @property
    def since(self) -> date:
        """The first day, in the time zone of the reader."""
        return timezone.localdate() - timedelta(days=self.days - 1)

    @property
    def since_moment(self) -> datetime:
        """The first moment of the first day."""
        return timezone.make_aware(datetime.combine(self.since, time.min))

    @property
    def network_id(self) -> str:
        """The network's own id: an alias is read too."""
        return canonical_id(self.network) if self.network else ""

    network: str = ""


@dataclass(frozen=True, slots=True)
class InfluenceAsk(Ask):
    """The influence report: whose contacts, which scores, in which order."""

    owner: str = ""
    team: str = ""
    stage: str = ""
    confidence: str = ""  # per cent of the signals that must be known, at least
    band: str = ""  # codes of bands with commas between them; "none" for contacts without a score
    moved: str = ""  # up or down by 10 points or more in 30 days, or a tie
    sort: str = ""  # with a minus: the other way round

    @classmethod
    def allows(cls, name: str, value: str) -> bool:
        """Also the ask's own names."""
        known = {
            "confidence": [str(percent) for percent in CONFIDENCES],
            "moved": MOVED,
            "sort": [sign + sort for sign in ("", "-") for sort in SORTS],
        }
        if name == "band":
            return bool(value) and set(value.split(",")) <= {band.code for band in scoring.BANDS} | {UNSCORED}
        return value in known[name] if name in known else super(InfluenceAsk, cls).allows(name, value)

    @property
    def bands(self) -> frozenset[str]:
        """The codes asked for; empty for all."""
        return frozenset(filter(None, self.band.split(",")))

    @property
    def least_confidence(self) -> float:
        """0 to 1."""
        return int(self.confidence or 0) / 100

    @property
    def is_narrow(self) -> bool:
        """Whether fewer contacts than all were asked for."""
        return bool(replace(self, sort="", period="").query())


@dataclass(frozen=True, slots=True)
class MentionAsk(Ask):
    """The mentions report: which account, who answered, and for its lists which day and whether answered.

    An owner or a team asks for mentions by the contacts of that owner or team only.
    """

    account: str = ""
    owner: str = ""
    team: str = ""
    agent: str = ""  # a user's key, or "outside" for what was typed on the network itself
    day: str = ""
    answered: str = ""  # yes or no
    by: str = ""  # what the table has a row for: day, account, network, agent

    @classmethod
    def allows(cls, name: str, value: str) -> bool:
        """Also the ask's own names."""
        known = {"answered": ("yes", "no"), "by": ("day", "account", "network", "agent")}
        if name == "day":
            return _is_day(value)
        if name == "agent":
            return value.isalnum() or value.replace("-", "").isalnum()
        if name == "account":
            return value.isdecimal() and len(value) < 19
        return value in known[name] if name in known else super(MentionAsk, cls).allows(name, value)

    @property
    def group(self) -> str:
        """What the table has a row for."""
        return self.by or "day"

    @property
    def days(self) -> int:
        """Thirty unless asked otherwise."""
        return int(self.period or PERIODS[0])


def _is_day(value: str) -> bool:
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _clean(value: Any) -> str:
    return "".join(char for char in str(value) if char.isprintable()).strip()[:200]
