"""Small pictures made on the server: SVG with lengths in attributes, since the pages allow no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from math import cos, pi, sin
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from socialcrm.networks import networks
from socialcrm.scoring import BANDS

CUTS = tuple(band.start for band in BANDS)


@lru_cache(maxsize=500)
def icon(name: str, extra: str, _static_url: str) -> SafeString:
    """An icon of the sprite; kept, since a page holds hundreds."""
    form = '<svg class="sc-icon {}" aria-hidden="true"><use href="{}#i-{}"/></svg>'
    return format_html(form, extra, _sprite(), name)


@lru_cache(maxsize=100)
def mark(network: str, _static_url: str) -> SafeString:
    """A network's mark, without a frame; its first letter where it has none."""
    name = _mark_of(network)
    if not name:
        return format_html('<b aria-hidden="true">{}</b>', network[:1].upper())
    return format_html('<svg aria-hidden="true"><use href="{}#i-net-{}"/></svg>', _sprite(), name)


@lru_cache(maxsize=500)
def badge(network: str, extra: str, label: str, static_url: str) -> SafeString:
    """A network's badge."""
    form = '<span class="sc-net sc-net--{} {}" role="img" aria-label="{}">{}</span>'
    return format_html(form, _mark_of(network) or network, extra, label, mark(network, static_url))


@lru_cache(maxsize=100)
def verified(label: str, _static_url: str) -> SafeString:
    """The verified mark."""
    form = '<svg class="sc-verified" role="img" aria-label="{}"><use href="{}#i-verified"/></svg>'
    return format_html(form, label, _sprite())


def ring(value: float | None, small: bool = False) -> SafeString:
    """A score of 100 as a ring that is cut at the bands; dashed and empty where there is none."""
    cuts = format_html_join("", '<line class="sc-ring__cut" x1="{}" y1="{}" x2="{}" y2="{}"/>', map(_cut, CUTS))
    known = value is not None
    arc = (
        '<circle class="sc-ring__val" cx="18" cy="18" r="16" pathLength="100" stroke-dasharray="{} 100" '
        'transform="rotate(-90 18 18)"/>'
    )
    return format_html(
        '<span class="sc-ring {} {}" role="img" aria-label="{}"><svg viewBox="0 0 36 36" aria-hidden="true">'
        '<circle class="sc-ring__track" cx="18" cy="18" r="16"/>{}{}</svg><span><b>{}</b>{}</span></span>',
        "sc-ring--sm" if small else "",
        "" if known else "sc-ring--empty",
        _("%(value)d of 100") % {"value": round(value)} if value is not None else _("Not counted"),
        format_html(arc, round(value)) if value is not None else "",
        "" if small else cuts,
        round(value) if value is not None else "–",
        "" if small else format_html("<small>{}</small>", _("of 100")),
    )


def bar(share: float, of: float = 1.0, tone: str = "") -> SafeString:
    """A bar: `share` of 1 filled, on a track that is `of` of the width; `tone` is warn, mute or danger."""
    return format_html(
        '<svg class="sc-bar" aria-hidden="true"><rect class="sc-bar__track" width="{}%" height="6" rx="3"/>'
        '<rect class="sc-bar__val {}" width="{}%" height="6" rx="3"/></svg>',
        _percent(of),
        f"sc-bar__val--{tone}" if tone else "",
        _percent(min(share, of)),
    )


def spark(history: Sequence[tuple[date, float]]) -> SafeString:
    """A line over the days of a score, from the first day to the last."""
    points = [value for _day, value in history]
    if len(points) < 2:
        return SafeString("")
    low, high = min(points), max(points)
    span = max(high - low, 10.0)
    step = 300 / (len(points) - 1)
    places = [f"{i * step:.1f} {40 - (value - low) / span * 32:.1f}" for i, value in enumerate(points)]
    line = "M" + "L".join(places)
    return format_html(
        '<svg class="sc-spark" viewBox="0 0 300 44" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<line class="sc-spark__base" x1="0" x2="300" y1="44" y2="44"/>'
        '<path class="sc-spark__area" d="{}L300 44L0 44Z"/>'
        '<path class="sc-spark__line" d="{}"/><path class="sc-spark__halo" d="M{}h0"/>'
        '<path class="sc-spark__end" d="M{}h0"/></svg>',
        _("From %(first)d to %(last)d") % {"first": round(points[0]), "last": round(points[-1])},
        line,
        line,
        places[-1],
        places[-1],
    )


def cover(slots: Sequence[str]) -> SafeString:
    """Stretches of time beside each other: `ok`, `part`, `gap` or `none` each."""
    width = 100 / max(len(slots), 1)
    rects = format_html_join(
        "",
        '<rect class="{}" x="{}%" width="{}%" height="20" rx="1"/>',
        (
            ("" if slot == "ok" else f"is-{slot}", f"{i * width:.2f}", f"{width * 0.68:.2f}")
            for i, slot in enumerate(slots)
        ),
    )
    label = _("Collected posts in the last 14 days")
    return format_html('<svg class="sc-cover" role="img" aria-label="{}">{}</svg>', label, rects)


def _mark_of(network: str) -> str:
    found = networks().get(network)
    return found.mark if found else ""


def _sprite() -> str:
    return static("socialcrm/icons.svg")


def _cut(value: float) -> tuple[Any, ...]:
    angle = value / 100 * 2 * pi
    x, y = sin(angle), -cos(angle)
    return tuple(f"{18 + r * part:.2f}" for r in (13.8, 18.2) for part in (x, y))


def _percent(share: float) -> str:
    return f"{max(0.0, min(1.0, share)) * 100:.1f}"
