"""Tags of the inbox: {% social_inbox_nav %} for the host's navigation, and what socialcrm's own templates need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info

from socialcrm import inbox
from socialcrm.contacts import Deal
from socialcrm.models import ConversationNote, Presence
from socialcrm.placeholders import PLACE
from socialcrm.views import display, inbox_presence, inbox_words, navigation

register = template.Library()
register.filter("urgency", inbox_words.urgency)
register.filter("waits", inbox_words.waits)
register.filter("brief_time", inbox_words.brief_time)
register.filter("brief_day", inbox_words.brief_day)
register.filter("initials", display.initials)
register.filter("presence", inbox_presence.sentence)
register.filter("presence_more", inbox_presence.more)

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


@register.simple_tag
def longest_note() -> int:
    """How many characters a note may have."""
    return inbox.LONGEST_NOTE


@register.simple_tag(takes_context=True)
def social_inbox_nav(context: Any) -> SafeString:
    """The inbox's entry for a list of links, with its views below it while one is in the inbox; nothing for others."""
    request = context.get("request")
    nav = navigation.inbox_nav(request, context.get("screen"))
    return SafeString(render_to_string("socialcrm/inbox/_nav.html", {"nav": nav}, request)) if nav else SafeString("")


@register.simple_tag(takes_context=True)
def social_waiting(context: Any) -> str:
    """How many people wait for an answer, as a badge; nothing for none, and for who may not enter the inbox."""
    request = context.get("request")
    return navigation.waiting(request) if request and hasattr(request, "user") else ""


@register.simple_tag
def sc_person(user: Any, size: str = "20") -> SafeString:
    """A colleague's initials, with the name for those who hover or listen."""
    name = (user.get_full_name() or user.get_username()) if user else "?"
    letters = format_html('<span aria-hidden="true">{}</span>', display.initials(name))
    form = '<span class="sc-avatar sc-avatar--{0}" role="img" aria-label="{1}" title="{1}">{2}</span>'
    return format_html(form, size, name, letters)


@register.filter
def searched(screen: Any) -> str:
    """How far the search of this page of the list has looked."""
    return inbox_words.searched(screen.page, "cursor" in screen.request.GET)


@register.simple_tag(takes_context=True)
def sc_colleagues_at(context: Any, talk: int) -> list[Presence]:
    """Who else is at this conversation now, writers first."""
    request = context.get("request")
    return inbox_presence.around(request).at(talk) if request else []


@register.filter
def first_name(user: Any) -> str:
    """What colleagues call each other."""
    return str(user.get_short_name() or user.get_username()) if user else ""


@register.filter
def note_html(note: ConversationNote, reader: Any) -> SafeString:
    """An internal note with the colleagues whom it names by their names, and the reader's own name marked."""
    form = '<b class="sc-mention{}" title="{}">@{}</b>'
    parts = [
        format_html(form, " is-me" if user == reader else "", text, inbox_words.called(user)) if user else escape(text)
        for text, user in inbox.pieces(note)
    ]
    return mark_safe("".join(parts).replace("\n", "<br>"))  # every part is escaped above


@register.filter
def mark_variables(text: str) -> SafeString:
    """A saved reply with its places marked."""
    parts, done = [], 0
    for found in PLACE.finditer(text):
        parts += [escape(text[done : found.start()]), format_html('<code class="sc-var">{}</code>', found[0])]
        done = found.end()
    return mark_safe("".join([*parts, escape(text[done:])]))  # every part is escaped above


@register.filter
def lang_name(code: str) -> str:
    """A language's own name."""
    return str(get_language_info(code)["name_local"]).capitalize() if code else ""


@register.filter
def local_minute(when: datetime) -> str:
    """A time for `datetime-local` fields."""
    return timezone.localtime(when).strftime("%Y-%m-%dT%H:%M")


@register.filter
def deal_amount(deal: Deal) -> str:
    """A deal's amount with its currency, as the page's language writes it."""
    if deal.amount is None:
        return ""
    places = 0 if deal.amount == deal.amount.to_integral_value() else 2
    digits = formats.number_format(deal.amount, decimal_pos=places, use_l10n=True, force_grouping=True)
    symbol = SYMBOLS.get(deal.currency)
    if symbol and formats.get_format("DECIMAL_SEPARATOR") == ".":
        return f"{symbol}{digits}"
    return f"{digits}\u00a0{symbol or deal.currency}".strip()
