"""The reports, with the filters of the pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from socialcrm.api.base import ApiView
from socialcrm.api.pages import OnePage, envelope, read_limit
from socialcrm.api.schema import described
from socialcrm.api.serializers.reports import MentionLineSerializer, RankSerializer
from socialcrm.reports import Answers, InfluenceAsk, MentionAsk, build_influence, mentions_asked_for
from socialcrm.reports.asking import SORTS

PERMISSION = "socialcrm.view_reports"
SALT = "socialcrm.api.reports"
PAGES = [
    OpenApiParameter("cursor", str, description="From `next` or `previous`."),
    OpenApiParameter("limit", int, description="Rows on a page, 1 to 100."),
]


def _asked(names: dict[str, str]) -> list[OpenApiParameter]:
    return [OpenApiParameter(name, str, description=text) for name, text in names.items()] + PAGES


def read_ask(cls: type[Any], request: Request) -> Any:
    """The ask in the query. Raises ValidationError for a value that the page would pass over."""
    ask = cls.read(request.query_params)
    wrong = {
        field.name: _("This is none of the values to choose from.")
        for field in fields(cls)
        if request.query_params.get(field.name, "").strip() and not getattr(ask, field.name)
    }
    if wrong:
        raise ValidationError(wrong)
    return ask


class InfluenceReport(ApiView):
    """Your contacts by influence, the strongest first unless asked otherwise."""

    serializer_class = RankSerializer
    pagination_class = OnePage
    is_list = True

    @described(
        parameters=_asked(
            {
                "period": "Days for mentions and closed deals: 30, 90 or 365.",
                "network": "A network's id or alias.",
                "owner": "A user's id.",
                "team": "A team's id.",
                "stage": "Contacts with a deal in this stage, or `open`.",
                "confidence": "Least share of known signals, in per cent: 25, 50, 75 or 100.",
                "band": "Codes with commas between; `none` for those without a score.",
                "moved": "up, down or tie: against 10 points in 30 days.",
                "sort": f"{', '.join(SORTS)}; with a minus the other way round.",
            }
        )
    )
    def get(self, request: Request) -> Response:
        """One page of the ranking."""
        self.need(PERMISSION)
        report = build_influence(request.user, read_ask(InfluenceAsk, request))
        limit, (after, before) = read_limit(request), _tokens(request)
        page = report.page(after, before, limit)
        here = request.build_absolute_uri()
        data = self.get_serializer(report.shown(page.standings, page.first), many=True).data
        return Response(envelope(data, _link(here, "after", page.next), _link(here, "before", page.previous)))


class MentionReport(ApiView):
    """Mentions of your accounts and first answers: a line for each day, account, network or person who answered."""

    serializer_class = MentionLineSerializer
    pagination_class = OnePage
    is_list = True

    @described(
        parameters=_asked(
            {
                "period": "Days: 30, 90 or 365.",
                "by": "What a line is: day, account, network or agent.",
                "network": "A network's id or alias.",
                "account": "An account's id.",
                "owner": "A user's id: mentions by contacts of this owner.",
                "team": "A team's id: mentions by contacts of this team.",
                "agent": "Who answered: a user's id, or `outside` for what was typed on the network itself.",
            }
        )
    )
    def get(self, request: Request) -> Response:
        """One page of the lines, in the order of their keys, the last first."""
        self.need(PERMISSION)
        # The other answers are in UTC; a day is one of the site, as on the page.
        with timezone.override(timezone.get_default_timezone()):
            ask = read_ask(MentionAsk, request)
            lines = Answers(mentions_asked_for(request.user, ask), ask).lines()[ask.group]
        ordered = sorted((line for line in lines if line.key), key=lambda line: line.key, reverse=True)
        return self._paged(request, ordered)

    def _paged(self, request: Request, lines: Sequence[Any]) -> Response:
        limit, (after, before) = read_limit(request), _tokens(request)
        keys = [line.key for line in lines]
        start = _first(keys, lambda key: key < after) if after else 0
        if before:
            start = max(0, _first(keys, lambda key: key <= before) - limit)
        rows, here = lines[start : start + limit], request.build_absolute_uri()
        following = rows[-1].key if rows and start + limit < len(lines) else ""
        previous = rows[0].key if rows and start else ""
        data = self.get_serializer(rows, many=True).data
        return Response(envelope(data, _link(here, "after", following), _link(here, "before", previous)))


def _first(keys: Iterable[str], is_beyond: Any) -> int:
    found = list(keys)
    return next((number for number, key in enumerate(found) if is_beyond(key)), len(found))


def _tokens(request: Request) -> tuple[str, str]:
    """(after, before) of a cursor. Raises ValidationError for one that is not ours."""
    text = request.query_params.get("cursor", "")
    if not text:
        return "", ""
    try:
        side, token = signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise ValidationError({"cursor": _("This cursor is not one of ours; take it from `next`.")}) from error
    return (token, "") if side == "after" else ("", token)


def _link(here: str, side: str, token: str) -> str | None:
    cursor = signing.dumps([side, token], salt=SALT)
    return str(replace_query_param(here, "cursor", cursor)) if token else None
