"""How outside content becomes HTML: escaped, linked from the network's entities, pictures only from known places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from django.utils import formats, timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from socialcrm import conf
from socialcrm.networks import canonical_id

LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
# X's own codes for "no language", which no browser knows.
NO_LANG = {"und", "zxx", "qme", "qst", "qht", "qam", "qct"}
LINK = '<a href="{}" target="_blank" rel="noopener nofollow ugc">{}</a>'


def post_html(text: str, entities: Any) -> SafeString:
    """The text as written, escaped, with the network's links in it. Entities that do not fit are left out."""
    parts, done = [], 0
    for entity in _fitting(entities, len(text)):
        start, end = entity["start"], entity["end"]
        if start < done:
            continue
        said = text[start:end]
        label = str(entity.get("text") or said) if entity.get("kind") == "url" else said
        parts += [escape(text[done:start]), LINK.format(escape(entity["href"]), escape(label))]
        done = end
    return mark_safe("".join([*parts, escape(text[done:])]))  # every part is escaped above


def safe_href(url: Any) -> str:
    """The address when it is a web address, else an empty string: no javascript:, no data:."""
    try:
        parts = urlsplit(str(url or "").strip())
    except ValueError:
        return ""
    return str(url).strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def picture(url: Any, network: str) -> str:
    """The address of a picture when it comes by https, or from a host that the site trusts for this network."""
    address = safe_href(url)
    parts = urlsplit(address)
    if not address or parts.scheme == "https":
        return address
    hosts = conf.get("NETWORK_OPTIONS").get(canonical_id(network), {}).get("private_hosts", [])
    return address if parts.netloc in hosts or parts.hostname in hosts else ""


def language(code: str) -> str:
    """A language tag that is safe in `lang`, or an empty string."""
    return code if code not in NO_LANG and LANG.match(code or "") else ""


def initials(name: str) -> str:
    """The first letters of the first and the last word."""
    words = [word for word in re.split(r"[\s@._-]+", name or "") if word and word[0].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def number(value: Any) -> str:
    """A number as the page's language groups it; a dash where it is unknown."""
    return "–" if value is None else formats.number_format(value, use_l10n=True, force_grouping=True)


def after_colon(value: Any) -> str:
    """The value behind a colon, set as the language sets it."""
    return _(": %(n)s") % {"n": value}


def said_count(value: int | None) -> str:
    """A count behind the name of a button that is read aloud; nothing where it is unknown."""
    return "" if value is None else after_colon(number(value))


def network_time(when: datetime) -> str:
    """A post's time as X shows it: 9:42 AM · Nov 19, 2026."""
    return formats.date_format(timezone.localtime(when), _("g:i A · M j, Y"))


def short_time(when: datetime | None) -> str:
    """A time of ours: 15:31 today, else with the day."""
    if when is None:
        return ""
    local = timezone.localtime(when)
    today = timezone.localdate()
    form = "H:i" if local.date() == today else _("j M, H:i") if local.year == today.year else _("j M Y, H:i")
    return formats.date_format(local, form)


def day_time(when: datetime | None) -> str:
    """A time of ours with its day: Wed 18 Nov, 22:14."""
    return formats.date_format(timezone.localtime(when), _("D j M, H:i")) if when else ""


def intents(network: Any, post: Any, reply_url: str) -> dict[str, str]:
    """Where the network's own reply, repost and like are; its post where it has no such addresses."""
    if network.can("action_urls"):
        return {name: safe_href(url) for name, url in network.action_urls(post.external_id).items()}
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(reply_url)) if "/intent/" in reply_url else ""
    number = quote(post.external_id)
    address = safe_href(post.url)
    return {
        "reply": safe_href(reply_url) or address,
        "repost": f"{origin}/intent/retweet?tweet_id={number}" if origin else address,
        "like": f"{origin}/intent/like?tweet_id={number}" if origin else address,
    }


def _fitting(entities: Any, length: int) -> list[Mapping[str, Any]]:
    found = []
    for entity in entities if isinstance(entities, list) else []:
        try:
            fits = 0 <= entity["start"] < entity["end"] <= length
            href = safe_href(entity.get("href"))
        except (TypeError, KeyError, AttributeError):
            continue
        if fits and href:
            found.append({**entity, "href": href})
    return sorted(found, key=lambda entity: entity["start"])
