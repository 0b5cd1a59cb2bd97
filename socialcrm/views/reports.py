"""The influence report: the page, its filter, and the lists that its figures open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from socialcrm import scoring
from socialcrm.contacts import ContactBrief, PipelineDeal
from socialcrm.networks import networks
from socialcrm.reports import Choices, Influence, InfluenceAsk, Standing, build_influence
from socialcrm.reports.asking import CONFIDENCES, UNSCORED
from socialcrm.reports.pipeline import amounts_of

from .answer import needs, page
from .asked import band_name, influence_chips, periods

DEALS = 50  # on a page


@dataclass(frozen=True, slots=True)
class DealLine:
    """A row of the list of deals."""

    deal: PipelineDeal
    standing: Standing
    url: str
    brief: ContactBrief
    stage: str


@needs("view_reports")
@require_safe
def index(request: HttpRequest) -> HttpResponseRedirect:
    """The first report."""
    return redirect("socialcrm:report_influence")


@needs("view_reports")
@require_safe
def influence_page(request: HttpRequest) -> HttpResponse:
    """Who among the contacts is heard, and how that meets the deals."""
    ask = InfluenceAsk.read(request.GET)
    report = build_influence(request.user, ask)
    ranking = report.page(request.GET.get("after", ""), request.GET.get("before", ""))
    context = {
        "ask": ask, "report": report, "chips": influence_chips(ask, report.choices), "periods": periods(ask),
        "ranking": ranking,
        "rows": report.shown(ranking.standings, ranking.first), **_figures(report), **_trend(report),
        "today": timezone.localdate(), "zone": timezone.get_current_timezone_name(), "here_is": "influence",
    }  # fmt: skip
    return page(request, "socialcrm/reports/influence.html", context)


def _trend(report: Influence) -> dict[str, Any]:
    weeks, median = report.trend(), report.median()
    first = weeks[0] if len(weeks) > 1 else None
    change = median - first.median if first and median is not None else None
    return {"weeks": weeks, "first_week": first, "median_change": change, "line_from": report.line_from(weeks)}


def _figures(report: Influence) -> dict[str, Any]:
    bands, movers, ask_bands = report.bands(), report.movers(), report.ask.bands
    everybody = report.contacts_in_all()
    known = [one for one in report.rows if one.value is not None]
    return {
        "all_contacts": everybody,
        "profile_share": len(report.rows) / everybody if everybody else None,
        "median": report.median(),
        "scored": len(known),
        "unscored": len(report.rows) - len(known),
        "strong_bands": ",".join(code for code in ("strong", "leading") if code in (ask_bands or {code})),
        "strong": sum(band.contacts for band in bands if band.code in ("strong", "leading")),
        "counted_on": max((one.day for one in known if one.day), default=None),
        "bands": bands,
        "widest": any(row.share for row in bands),
        "histogram_counts": report.histogram(),
        "heard_posts": sum(report.heard.values()),
        "moved": report.moved(),
        "movers": movers,
    }


@needs("view_reports")
@require_safe
def influence_filter(request: HttpRequest) -> HttpResponse:
    """The form that narrows the report: a page of its own, or a fragment that htmx opens over it."""
    ask = InfluenceAsk.read(request.GET)
    names = [(name, cls.label) for name, cls in networks().items()]
    context = {
        "ask": ask, "choices": Choices(request.user), "networks": names, "confidences": CONFIDENCES,
        "bands": [(band.code, band.label) for band in reversed(scoring.BANDS)] + [(UNSCORED, _("Not enough data"))],
        "kept": [(name, getattr(ask, name)) for name in ("period", "sort", "moved")],
    }  # fmt: skip
    if request.headers.get("HX-Request") == "true":
        return render(request, "socialcrm/reports/_filter.html", context)
    return page(request, "socialcrm/reports/filter.html", context)


@needs("view_reports")
@require_safe
def influence_deals(request: HttpRequest) -> HttpResponse:
    """The deals behind a figure: of one state and of one band, or all."""
    ask = InfluenceAsk.read(request.GET)
    report = build_influence(request.user, ask)
    state, voice, contact = (request.GET.get(name, "") for name in ("state", "voice", "contact"))
    found = report.pipeline.listed(state, voice, contact)
    deals = Paginator(found, DEALS).get_page(request.GET.get("page"))
    briefs = report.adapter.briefs([row.standing.contact for row in deals])
    rows = [
        DealLine(
            row.deal, row.standing, report.adapter.deal_url(row.deal.key), briefs[row.standing.contact],
            report.choices.label("stage", row.deal.stage) or row.deal.stage,
        )
        for row in deals
        if row.standing.contact in briefs
    ]  # fmt: skip
    here = urlencode({"state": state, "voice": voice, "contact": contact})
    context = {
        "ask": ask, "rows": rows, "page": deals, "here": f"{ask.query()}&{here}", "sums_of": amounts_of(found),
        "back": f"{reverse('socialcrm:report_influence')}?{ask.query()}", "chips": influence_chips(ask, report.choices),
        "title": _deals_title(state, len(found)), "voice_label": band_name(voice) if voice else "",
    }  # fmt: skip
    return page(request, "socialcrm/reports/deals.html", context)


def _deals_title(state: str, n: int) -> str:
    words = {
        "open": ngettext("%(n)d open deal", "%(n)d open deals", n),
        "won": ngettext("%(n)d deal won", "%(n)d deals won", n),
        "lost": ngettext("%(n)d deal lost", "%(n)d deals lost", n),
    }.get(state, ngettext("%(n)d deal", "%(n)d deals", n))
    return words % {"n": n}
