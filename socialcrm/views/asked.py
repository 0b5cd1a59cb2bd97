"""What a report was asked for, in words: the filters that are on, the periods, the bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from socialcrm import scoring
from socialcrm.networks import networks
from socialcrm.reports import PERIODS, Choices, InfluenceAsk, MentionAsk


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    label: str
    href: str


def periods(ask: Any) -> list[dict[str, Any]]:
    """The periods to choose from."""
    words = {30: _("30 days"), 90: _("90 days"), 365: _("Year")}
    asked = ((days, f"?{ask.query(period=str(days))}") for days in PERIODS)
    return [{"label": words[days], "href": href, "on": ask.days == days} for days, href in asked]


def influence_chips(ask: InfluenceAsk, choices: Choices) -> list[Chip]:
    """The filters that are on."""
    said = whose(ask, choices)
    if ask.network:
        said["network"] = networks()[ask.network_id].label
    if ask.confidence:
        said["confidence"] = _("Confidence from %(n)s%%") % {"n": ask.confidence}
    if ask.band:
        said["band"] = ", ".join(band_name(code) for code in ask.band.split(","))
    if ask.moved:
        said["moved"] = moved_name(ask.moved)
    return [Chip(text, f"?{ask.query(**{name: ''})}") for name, text in said.items()]


def whose(ask: InfluenceAsk | MentionAsk, choices: Choices) -> dict[str, str]:
    """What narrows the contacts, by name, in words; what the host does not offer is left out."""
    words = {"owner": _("Owner: %s"), "team": _("Team: %s"), "stage": _("Deal: %s")}
    labels = {name: choices.label(name, getattr(ask, name, "")) for name in words}
    return {name: words[name] % label for name, label in labels.items() if label}


def band_name(code: str) -> str:
    """A band's name, or that there is no score."""
    return next((str(band.label) for band in scoring.BANDS if band.code == code), _("Not enough data"))


def moved_name(code: str) -> str:
    """What moved means, in words."""
    return {
        "up": _("Up 10 points or more"),
        "down": _("Down 10 points or more"),
        "tie": _("Moved by less than 10 points"),
    }[code]
