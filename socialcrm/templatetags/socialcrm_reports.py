"""Tags of the reports' templates: money, per cent, changes, heads that sort, filters that come off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from socialcrm.contacts import ContactBrief
from socialcrm.views import asked, charts, display, scores

from .socialcrm import sc_icon

register = template.Library()
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


@register.simple_tag
def report_assets() -> SafeString:
    """The style sheets and scripts of the reports; inside the body, since a host's frame need not offer a place."""
    sheets = ((static(f"socialcrm/{name}"),) for name in ("vendor/uplot/uPlot.min.css", "report.css"))
    scripts = ((static(f"socialcrm/{name}"),) for name in ("vendor/uplot/uPlot.iife.min.js", "report.js"))
    links = format_html_join("", '<link rel="stylesheet" href="{}">', sheets)
    return links + format_html_join("", '<script src="{}" defer></script>', scripts)


@register.filter
def money(amount: Decimal | float | None, currency: str = "EUR") -> str:
    """An amount with its currency as the language of the page writes it; cents only where there are any."""
    if amount is None:
        return ""
    value = Decimal(str(amount))
    places = 0 if value == value.to_integral_value() else 2
    digits = formats.number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True)
    symbol = SYMBOLS.get(currency)
    if symbol and formats.get_format("DECIMAL_SEPARATOR") == ".":
        return f"{symbol}{digits}"
    return f"{digits}\u00a0{symbol or currency}"


@register.filter
def sums(amounts: Mapping[str, Decimal]) -> list[str]:
    """Amounts by currency, each as text, the largest figure first; never one sum of several currencies."""
    return [money(amount, code) for code, amount in sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))]


@register.filter
def percent(share: float | None) -> str:
    """A share of 1 in per cent with one decimal; nothing and everything without; empty where there is none."""
    if share is None:
        return ""
    value = round(share * 100, 1)
    digits = formats.number_format(value, decimal_pos=0 if value in (0, 100) else 1, use_l10n=True)
    return _("%(number)s%%") % {"number": digits}


@register.filter
def short_day(day: date | None) -> str:
    """A day, with its year where that is not this year's."""
    if day is None:
        return ""
    return formats.date_format(day, _("j M") if day.year == timezone.localdate().year else _("j M Y"))


@register.simple_tag
def change(value: float | None) -> SafeString:
    """Points up or down with an arrow; less than 10 is grey, since it means nothing."""
    if value is None:
        return format_html('<span class="sc-faint">–<span class="visually-hidden">{}</span></span>', _("first day"))
    points = round(value)
    tone = "" if abs(points) < 10 else "sc-change--up" if points > 0 else "sc-change--down"
    arrow = "arrow-up" if points > 0 else "arrow-down" if points < 0 else "minus"
    said = {"points": abs(points)}
    words = _("up %(points)d") % said if points > 0 else _("down %(points)d") % said if points < 0 else _("unchanged")
    return format_html(
        '<span class="sc-change {}">{}<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span></span>',
        tone, sc_icon(arrow), abs(points), words,
    )  # fmt: skip


@register.simple_tag
def ask(asked: Any, **changes: str) -> str:
    """The query string of an ask with changes, with its question mark; the template escapes it."""
    query = asked.query(**changes)
    return f"?{query}" if query else "?"


@register.simple_tag
def sort_head(asked: Any, name: str, words: str, css: str = "", first: bool = False) -> SafeString:
    """A column head that sorts: a link, with the order in aria-sort."""
    on = (asked.sort.lstrip("-") or "score") == name
    turned = on and asked.sort.startswith("-")
    following = f"-{name}" if on and not turned else name
    down = bool(first) != turned
    order = ("descending" if down else "ascending") if on else "none"
    arrow = sc_icon("arrow-down" if down else "arrow-up", "sc-icon--sm") if on else ""
    query = asked.query(sort="" if following == "score" else following)
    return format_html(
        '<th class="{}" aria-sort="{}" scope="col"><a class="sc-sort" href="?{}#ranking">{}{}</a></th>',
        css, order, query, words, arrow,
    )  # fmt: skip


@register.simple_tag
def contact_href(brief: ContactBrief, key: Any) -> str:
    """The contact's page: the host's, or ours where the host has none."""
    return brief.url or reverse("socialcrm:contact", args=[key])


@register.filter
def touched(when: datetime) -> str:
    """How long ago, in days: today, 3 d ago."""
    days = (timezone.localdate() - timezone.localdate(when)).days
    return _("today") if days < 1 else _("%(n)d d ago") % {"n": days}


register.filter("band_label", asked.band_name)
register.filter("initials_of", display.initials)
register.filter("parts_of", scores.parts)
register.filter("whole", scores.whole)
register.simple_tag(charts.histogram, name="histogram")


@register.filter
def waited(seconds: float | None) -> str:
    """A wait in its two largest units: 45 s, 12 min, 2 h 5 min, 3 d 4 h."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("%(s)d s") % {"s": seconds}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(m)d min") % {"m": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return _("%(h)d h %(m)d min") % {"h": hours, "m": minutes} if minutes else _("%(h)d h") % {"h": hours}
    days, hours = divmod(hours, 24)
    return _("%(d)d d %(h)d h") % {"d": days, "h": hours} if hours else _("%(d)d d") % {"d": days}


@register.filter
def day_seconds(day: date) -> int:
    """A day for a chart: seconds since 1970 of its midnight in UTC, which the chart's script reads in UTC too."""
    return int(datetime.combine(day, time.min, tzinfo=UTC).timestamp())


@register.filter
def unlocal(value: float) -> str:
    """A number for a script: a point, and no groups."""
    return f"{value:.2f}"
