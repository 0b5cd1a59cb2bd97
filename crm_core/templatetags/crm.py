"""Small helpers of the CRM's templates: icons, initials, money, dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm_core.filters import language_name, person_name
from socialcrm.templatetags.socialcrm import sc_net
from socialcrm.templatetags.socialcrm_reports import money

register = template.Library()
register.filter(money)
register.filter("person", person_name)
register.filter("language", language_name)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite; `extra` is more classes."""
    return format_html(
        '<svg class="sc-icon {}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        extra,
        static("socialcrm/icons.svg"),
        name,
    )


@register.filter
def initials(name: Any) -> str:
    """The first letters of the first and the last word of a name."""
    letters = [word[0] for word in str(name).split() if word[0].isalnum()]
    if not letters:
        return "?"
    return (letters[0] + (letters[-1] if len(letters) > 1 else "")).upper()


@register.filter
def day(value: date | datetime | None) -> str:
    """A day without the year where it is this year's."""
    if value is None:
        return ""
    moment = timezone.localtime(value) if isinstance(value, datetime) else value
    form = _("j M") if moment.year == timezone.localdate().year else _("j M Y")
    return formats.date_format(moment, form)


@register.filter
def due(value: datetime | None) -> str:
    """A due time in words: late by days, today with its hour, a weekday, a day."""
    if value is None:
        return ""
    moment, today = timezone.localtime(value), timezone.localdate()
    if moment < timezone.localtime():
        return _late(today - moment.date())
    if moment.date() == today:
        return _("Today, %(time)s") % {"time": formats.date_format(moment, "H:i")}
    if moment.date() < today + timedelta(days=7):
        return formats.date_format(moment, _("D j M"))
    return day(moment)


@register.filter
def due_group(value: datetime | None) -> str:
    """Under which heading a task stands: late, today, the week that comes, later."""
    if value is None:
        return _("No due date")
    moment, today = timezone.localtime(value), timezone.localdate()
    if moment < timezone.localtime():
        return _("Late")
    if moment.date() == today:
        return _("Today")
    return _("Next 7 days") if moment.date() <= today + timedelta(days=7) else _("Later")


def _late(by: timedelta) -> str:
    if not by.days:
        return _("Late today")
    return ngettext("%(days)d day late", "%(days)d days late", by.days) % {"days": by.days}


@register.filter
def ago(value: datetime | None) -> str:
    """How long ago, short: 12 min, 3 h, Wed, 12 Nov."""
    if value is None:
        return ""
    passed = timezone.now() - value
    if passed < timedelta(hours=1):
        return _("%(n)d min") % {"n": max(1, passed.seconds // 60)}
    if passed < timedelta(hours=24):
        return _("%(n)d h") % {"n": passed.seconds // 3600}
    if passed < timedelta(days=6):
        return formats.date_format(timezone.localtime(value), "D")
    return day(value)


@register.simple_tag(takes_context=True)
def current(context: dict[str, Any], *prefixes: str) -> SafeString | str:
    """`aria-current="page"` where the page's path starts with one of these."""
    request = context.get("request")
    here = request is not None and any(prefix and request.path.startswith(prefix) for prefix in prefixes)
    return format_html('aria-current="{}"', "page") if here else ""


@register.simple_tag
def narrow(narrowed: Any, **changes: str) -> str:
    """The query string of a filter with changes; the template escapes it."""
    return str(narrowed.query(**changes))


@register.simple_tag
def drop(narrowed: Any, name: str) -> str:
    """The query string of a filter without one of its parts."""
    return str(narrowed.query(**{name: ""}))


@register.simple_tag
def toggle(narrowed: Any, name: str, value: str, words: str) -> SafeString:
    """A chip that turns one value of a filter on and off; a link, so that it works without scripts."""
    on = getattr(narrowed, name) == value
    query = narrowed.query(**{name: "" if on else value})
    mark = format_html(' aria-current="{}"', "true") if on else ""
    return format_html('<a class="sc-chip"{} href="?{}">{}</a>', mark, query, words)


@register.simple_tag
def hidden_filter(narrowed: Any, without: str) -> SafeString:
    """Hidden inputs that carry a filter along in a form, but for the names that the form asks itself."""
    names = [name for name in narrowed.__dataclass_fields__ if name not in {*without.split(","), "sorts"}]
    pairs = [(name, getattr(narrowed, name)) for name in names]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', [pair for pair in pairs if pair[1]])


@register.simple_tag
def heading(narrowed: Any, name: str, words: str, largest_first: int = 0, css: str = "") -> SafeString:
    """A column head that sorts: a link with the order in aria-sort."""
    asked = narrowed.sort or narrowed.first_sort
    on, turned = asked.lstrip("-") == name, asked.startswith("-")
    down = bool(largest_first) != turned
    following = f"-{name}" if on and not turned else name
    arrow = icon("arrow-down" if down else "arrow-up", "sc-icon--sm") if on else ""
    order = ("descending" if down else "ascending") if on else "none"
    return format_html(
        '<th class="{}" aria-sort="{}"><a class="sc-sort" href="?{}">{}{}</a></th>',
        css,
        order,
        narrowed.query(sort=following),
        words,
        arrow,
    )


@register.simple_tag
def network_mark(network: str) -> SafeString:
    """The badge of a network."""
    return sc_net(network)


@register.filter
def soft(address: str) -> SafeString:
    """An e-mail or web address that may break before its dots and after its @, rather than inside a word."""
    return SafeString(str(conditional_escape(address)).replace("@", "@<wbr>").replace(".", "<wbr>."))


@register.filter
def soft_web(value: object) -> object:
    """A web address with places to break; anything else as it is."""
    return soft(value) if isinstance(value, str) and value.startswith(("https://", "http://")) else value


@register.filter
def bare_url(url: str) -> str:
    """An address as people write it: without scheme, "www." and the last slash."""
    bare = url.split("://", 1)[-1]
    return bare.removeprefix("www.").rstrip("/")
