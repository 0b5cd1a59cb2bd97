"""A score in words: each part with the figure behind it."""

from __future__ import annotations

from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def parts(score: Any) -> list[dict[str, Any]]:
    """The parts in the order of the card, the widest track being the heaviest part."""
    heaviest = max((part["of"] for part in score.parts), default=1) or 1
    return [
        {
            "label": label(part["signal"]),
            "fact": _fact(part["signal"], part["input"]),
            "points": _short(part["points"]),
            "of": _short(part["of"]),
            "share": part["points"] / heaviest,
            "track": part["of"] / heaviest,
        }
        for part in score.parts
    ]


def confidence_percent(score: Any) -> int:
    """The share of known signals, in per cent."""
    return round(float(score.confidence) * 100)


def whole(value: float | None) -> str:
    """A score as it is shown, in files too, and as its band is looked up; empty where there is none."""
    return "" if value is None else str(round(value))


def magnitude(change: float) -> int:
    """By how much, without the sign."""
    return round(abs(change))


def label(signal: str) -> str:
    """A signal's name."""
    return {
        "followers": _("Followers"),
        "listed": _("Lists"),
        "mentions": _("Mentions received"),
        "reposts": _("Reposts received"),
    }.get(signal, signal)


def _fact(signal: str, value: Any) -> str:
    if value is None:
        return _("Not told by the network")
    n = round(value)
    number = {"n": formats.number_format(n, use_l10n=True, force_grouping=True)}
    forms = {
        "followers": ngettext("%(n)s follower", "%(n)s followers", n),
        "listed": ngettext("on %(n)s list", "on %(n)s lists", n),
        "mentions": ngettext("%(n)s mention in 30 days", "%(n)s mentions in 30 days", n),
        "reposts": ngettext("%(n)s repost in 30 days", "%(n)s reposts in 30 days", n),
    }
    return forms.get(signal, "%(n)s") % number


def _short(points: float) -> str:
    whole = round(points)
    return str(whole) if abs(points - whole) < 0.05 else formats.number_format(points, 1)
