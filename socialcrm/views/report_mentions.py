"""The mentions report: how many a day, how many answered, how fast; and the posts behind every figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from socialcrm.access import usable_accounts, visible_contacts
from socialcrm.contacts import ContactBrief, get_adapter, person_name
from socialcrm.models import ProfileLink
from socialcrm.networks import networks
from socialcrm.reports import (
    OUTSIDE,
    Answers,
    Choices,
    Heard,
    InfluenceAsk,
    Line,
    MentionAsk,
    build_influence,
    mentions_asked_for,
)

from .answer import needs, page
from .asked import Chip, influence_chips, periods, whose

FIRST = 8  # unanswered mentions on the report itself


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table in words, and the ask of the posts behind it."""

    label: str
    line: Line
    query: str


@dataclass(frozen=True, slots=True)
class Said:
    """A mention as the lists show it: with its contact, if the reader may see one, and who answered."""

    heard: Heard
    contact: Any
    brief: ContactBrief | None
    agent: str


@needs("view_reports")
@require_safe
def mentions_page(request: HttpRequest) -> HttpResponse:
    """Mentions and first answers."""
    ask = MentionAsk.read(request.GET)
    mentions = mentions_asked_for(request.user, ask)
    lines, waiting = Answers(mentions, _of_agent(ask)).overview(FIRST)
    # Who answered is asked for: what nobody answered is not part of that.
    open_ones = 0 if ask.agent else lines["whole"][0].unanswered
    names, choices = names_of(lines["agent"], request.user), Choices(request.user)
    context = {
        "ask": ask, "whole": lines["whole"][0], "periods": periods(ask), "chips": mention_chips(ask, names, choices),
        "rows": table_rows(ask, lines[ask.group], names), "days": every_day(lines["day"], ask), "groups": groups(ask),
        "group_head": group_head(ask.group),
        "waiting": with_contacts(request.user, waiting), "waiting_total": open_ones,
        "accounts": names["account"].items(), "agents": names["agent"].items(),
        "choices": choices,
        "networks": [(name, cls.label) for name, cls in networks().items()],
        "today": timezone.localdate(), "zone": timezone.get_current_timezone_name(), "here_is": "mentions",
    }  # fmt: skip
    return page(request, "socialcrm/reports/mentions.html", context)


@needs("view_reports")
@require_safe
def mention_posts(request: HttpRequest) -> HttpResponse:
    """The posts behind a figure of the mentions report."""
    ask = MentionAsk.read(request.GET)
    answers = Answers(mentions_asked_for(request.user, ask), ask)
    names = names_of([], request.user)
    chips = mention_chips(ask, names, Choices(request.user))
    if ask.day:
        chips.append(Chip(_day_label(ask.day), f"?{ask.query(day='')}"))
    if ask.answered:
        words = _("Answered") if ask.answered == "yes" else _("Unanswered")
        chips.append(Chip(words, f"?{ask.query(answered='')}"))
    back = reverse("socialcrm:report_mentions") + "?" + ask.query(day="", answered="")
    return _posts(request, answers, chips, (back, _("Mentions")), ask.query())


@needs("view_reports")
@require_safe
def influence_posts(request: HttpRequest) -> HttpResponse:
    """The mentions by the contacts of the influence report, or by one of them."""
    ask = InfluenceAsk.read(request.GET)
    report = build_influence(request.user, ask)
    contact = request.GET.get("contact", "")
    back = reverse("socialcrm:report_influence") + "?" + ask.query()
    here = f"{ask.query()}&contact={contact}" if contact else ask.query()
    chips = influence_chips(ask, report.choices)
    return _posts(request, Answers(report.mentions(contact)), chips, (back, _("Influence")), here)


def _posts(
    request: HttpRequest, answers: Answers, chips: Sequence[Chip], back: tuple[str, str], here: str
) -> HttpResponse:
    found = answers.page(request.GET.get("after", ""))
    number = formats.number_format(found.total, use_l10n=True, force_grouping=True)
    title = ngettext("%(n)s mention", "%(n)s mentions", found.total) % {"n": number}
    context = {
        "rows": with_contacts(request.user, found.rows), "total": found.total, "next_page": found.next, "chips": chips,
        "title": title, "back": back[0], "back_label": back[1], "here": here,
    }  # fmt: skip
    return page(request, "socialcrm/reports/posts.html", context)


def _of_agent(ask: MentionAsk) -> MentionAsk:
    return MentionAsk(agent=ask.agent)


def with_contacts(user: Any, rows: Sequence[Heard]) -> list[Said]:
    """The mentions, each with its contact where the user may see one. Four queries or fewer."""
    authors = [row.mention.author_id for row in rows]
    links = ProfileLink.objects.filter(profile__in=authors, state="linked", contact__in=visible_contacts(user))
    contact_of = dict(links.values_list("profile", "contact"))
    briefs = get_adapter().briefs(list(contact_of.values())) if contact_of else {}
    agents = agent_names({row.agent for row in rows})
    return [_said(row, contact_of.get(row.mention.author_id), briefs, agents) for row in rows]


def _said(row: Heard, contact: Any, briefs: dict[Any, ContactBrief], agents: dict[str, str]) -> Said:
    return Said(row, contact, briefs.get(contact), agents.get(row.agent, ""))


def agent_names(keys: Iterable[str]) -> dict[str, str]:
    """Who answered, by key; what was typed on the network itself too. One query or none."""
    wanted = {key for key in keys if key}
    known = [key for key in wanted - {OUTSIDE} if _is_user_key(key)]
    users = get_user_model()._default_manager.filter(pk__in=known) if known else []
    names = {str(one.pk): person_name(one) for one in users}
    return {**names, **({OUTSIDE: _("On the network itself")} if OUTSIDE in wanted else {})}


def _is_user_key(key: str) -> bool:
    try:
        get_user_model()._meta.pk.to_python(key)
    except ValidationError:
        return False
    return len(key) < 40


def names_of(agents: Sequence[Line], user: Any) -> dict[str, dict[str, str]]:
    """Names of the accounts that the user may use, and of those who answered."""
    accounts = {str(one.pk): str(one) for one in usable_accounts(user).defer("credentials").order_by("handle")}
    return {"account": accounts, "agent": agent_names(line.key for line in agents)}


def table_rows(ask: MentionAsk, lines: Sequence[Line], names: dict[str, dict[str, str]]) -> list[Row]:
    """The table: days from the newest, everything else from the most mentions. Nobody's answers are no row."""
    if ask.group == "day":
        ordered = sorted(lines, key=lambda line: line.key, reverse=True)
    else:
        ordered = sorted((line for line in lines if line.key), key=lambda line: (-line.mentions, line.key))
    return [
        Row(_label(ask.group, line.key, names), line, ask.query(**{ask.group: line.key, "by": ""})) for line in ordered
    ]


def _label(group: str, key: str, names: dict[str, dict[str, str]]) -> str:
    if group == "day":
        return _day_label(key)
    if group == "network":
        return networks()[key].label if key in networks() else key
    return names[group].get(key, _("Somebody who left") if group == "agent" else key)


def _day_label(key: str) -> str:
    return formats.date_format(date.fromisoformat(key), _("D j M Y"))


def every_day(lines: Sequence[Line], ask: MentionAsk) -> list[tuple[date, Line]]:
    """The days of the period, oldest first, also those without a mention."""
    known = {line.key: line for line in lines}
    days = [ask.since + timedelta(days=n) for n in range(ask.days)]
    return [(day, known.get(day.isoformat(), Line(day.isoformat(), 0, 0, None, None))) for day in days]


def groups(ask: MentionAsk) -> list[dict[str, Any]]:
    """What the table may have a row for."""
    words = {"day": _("By day"), "account": _("By account"), "network": _("By network"), "agent": _("By who answered")}
    return [
        {"label": label, "href": f"?{ask.query(by='' if name == 'day' else name)}#table", "on": ask.group == name}
        for name, label in words.items()
    ]


def group_head(group: str) -> str:
    """What the first column holds."""
    words = {"day": _("Day"), "account": _("Account"), "network": _("Network"), "agent": _("Answered by")}
    return words[group]


def mention_chips(ask: MentionAsk, names: dict[str, dict[str, str]], choices: Choices) -> list[Chip]:
    """The filters that are on."""
    said = whose(ask, choices)
    if ask.account in names["account"]:
        said["account"] = names["account"][ask.account]
    if ask.network:
        said["network"] = networks()[ask.network_id].label
    if ask.agent and (name := agent_names([ask.agent]).get(ask.agent)):
        said["agent"] = _("Answered by %s") % name
    return [Chip(text, f"?{ask.query(**{name: ''})}") for name, text in said.items()]
