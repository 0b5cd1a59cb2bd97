"""The reports as files: the same rows, in the same order, all pages; figures as numbers, so that a sheet can count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from socialcrm.exports import as_file
from socialcrm.networks import networks
from socialcrm.reports import (
    Answers,
    Influence,
    InfluenceAsk,
    MentionAsk,
    RankRow,
    build_influence,
    mentions_asked_for,
)

from .answer import needs
from .asked import band_name
from .report_mentions import Row, group_head, names_of, table_rows
from .scores import label

AT_ONCE = 500  # rows that are loaded together
SIGNALS = ("followers", "listed", "mentions", "reposts")


@needs("view_reports")
@require_safe
def influence_export(request: HttpRequest) -> HttpResponseBase:
    """The whole ranking with the filters and the order of the address."""
    report = build_influence(request.user, InfluenceAsk.read(request.GET))
    currencies = sorted({code for amounts in report.pipeline.open_amounts.values() for code in amounts})
    rows = (_ranked(row, currencies) for row in _all(report))
    return as_file(_form(request), pgettext("file", "influence"), _influence_head(currencies), rows)


def _all(report: Influence) -> Iterator[RankRow]:
    order = report.order()
    for start in range(0, len(order), AT_ONCE):
        yield from report.shown(order[start : start + AT_ONCE], start + 1)


def _influence_head(currencies: list[str]) -> list[str]:
    parts = [_("Points: %s") % label(name) for name in SIGNALS]
    return [
        "#", _("Contact"), _("Company"), _("Score"), _("Band"), _("Change in 30 days"), _("Changed since"),
        _("Confidence, %"), *parts, _("Networks"), _("Handle"), _("Mentions"),
        *[_("Open deals, %s") % code for code in currencies], _("Last touch"), _("Owner"), _("Counted on"),
    ]  # fmt: skip


def _ranked(row: RankRow, currencies: list[str]) -> list[Any]:
    one, points = row.standing, {part["signal"]: part["points"] for part in row.parts}
    scored = one.value is not None
    return [
        row.place, row.brief.name, row.brief.company, round(one.value) if one.value is not None else "",
        band_name(one.band), round(one.change) if one.change is not None else "", row.since or "",
        round(one.confidence * 100) if scored else "", *[points.get(name, "") for name in SIGNALS],
        ", ".join(networks()[name].label if name in networks() else name for name in one.networks), row.at_handle,
        row.heard, *[row.amounts.get(code, "") for code in currencies],
        timezone.localdate(row.touched) if row.touched else "", row.brief.owner, one.day or "",
    ]  # fmt: skip


@needs("view_reports")
@require_safe
def mentions_export(request: HttpRequest) -> HttpResponseBase:
    """The table of the mentions report: a row for each day, account, network or agent."""
    ask = MentionAsk.read(request.GET)
    lines = Answers(mentions_asked_for(request.user, ask), MentionAsk(agent=ask.agent)).lines()
    rows = table_rows(ask, lines[ask.group], names_of(lines["agent"], request.user))
    head = [group_head(ask.group), _("Mentions"), _("Answered"), _("Answered, %"), _("Median wait, minutes"),
            _("90th percentile, minutes")]  # fmt: skip
    return as_file(_form(request), pgettext("file", "mentions"), head, (_line(row) for row in rows))


def _line(row: Row) -> list[Any]:
    line = row.line
    return [
        row.label, line.mentions, line.answered, round((line.share or 0) * 100, 1),
        *[round(wait / 60, 1) if wait is not None else "" for wait in (line.median, line.p90)],
    ]  # fmt: skip


def _form(request: HttpRequest) -> str:
    return "xlsx" if request.GET.get("as") == "xlsx" else "csv"
