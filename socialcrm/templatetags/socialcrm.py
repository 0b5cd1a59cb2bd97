"""Tags for hosts ({% social_panel contact %}, {% social_nav_counts %}) and for socialcrm's own templates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from socialcrm.contacts import Offer, get_adapter
from socialcrm.models import Post, ProfileLink, SocialProfile
from socialcrm.networks import networks
from socialcrm.timeline import Item, People, address_of, answer_url, name_of, people, rules_of
from socialcrm.views import display, drawing, navigation, scores, telling
from socialcrm.views.panel import PanelHtml, build_panel, today_and_yesterday

register = template.Library()
for _told in (telling.sent_url, telling.outside_url, telling.why_not_sent, telling.can_take_down):
    register.filter(_told)


@register.simple_tag(takes_context=True)
def social_panel(context: Any, contacts: Any) -> PanelHtml:
    """The timeline and the social column of one contact or of several; goes inside `<div class="sc-record">`."""
    request = context["request"]
    panel = build_panel(request.user, contacts, request.GET, request.path)
    return PanelHtml.of(panel, get_template("socialcrm/panel.html").render({"panel": panel}, request))


@register.simple_tag(takes_context=True)
def social_summary(context: Any, contact: Any) -> People:
    """Linked profiles, suggestions and counts of a contact, for a page that cannot carry the panel. Two queries."""
    return people(contact, context["request"].user)


@register.simple_tag
def social_assets() -> SafeString:
    """The style sheets and scripts, for the head of a host's page that has none of them."""
    sheets = ("vendor/inter/opsz.css", "vendor/bootstrap/bootstrap.min.css", "tokens.css", "look.css")
    links = [format_html('<link rel="stylesheet" href="{}">', static(f"socialcrm/{name}")) for name in sheets]
    return SafeString("".join([*links, social_scripts()]))


@register.simple_tag
def social_scripts() -> SafeString:
    """The scripts of the panel; each loads once however often it is named."""
    names = ("vendor/twitter-text/twitter-text.min.js", "panel.js", "counters.js", "composer.js", "names.js", "live.js")
    tags = [format_html('<script src="{}" defer></script>', static(f"socialcrm/{name}")) for name in names]
    return SafeString("".join(tags))


@register.simple_tag(takes_context=True)
def social_nav_counts(context: Any) -> dict[str, int]:
    """What needs a person, for the host's navigation: `outbox` (replies) and `accounts`. Use with `as`."""
    request = context.get("request")
    return navigation.counts(getattr(request, "user", None))


@register.simple_tag
def sc_icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite; `extra` is more classes."""
    return drawing.icon(name, extra, settings.STATIC_URL)


@register.simple_tag
def sc_mark(network: str) -> SafeString:
    """The network's mark, without a frame."""
    return drawing.mark(network, settings.STATIC_URL)


@register.simple_tag
def sc_net(network: str, extra: str = "") -> SafeString:
    """The network's badge."""
    return drawing.badge(network, extra, network_label(network), settings.STATIC_URL)


@register.simple_tag
def sc_verified() -> SafeString:
    """The verified mark."""
    return drawing.verified(_("Verified"), settings.STATIC_URL)


@register.simple_tag
def sc_avatar(who: Any, size: str = "", badge: bool = False) -> SafeString:
    """A profile's or an account's picture, or its initials where there is none that may be shown."""
    letters = display.initials(who.name or who.handle)
    source = display.picture(who.avatar_url, who.network)
    inside = (
        format_html('<img src="{}" alt="" loading="lazy" decoding="async" data-sc-initials="{}">', source, letters)
        if source
        else format_html('<span aria-hidden="true">{}</span>', letters)
    )
    net = sc_net(who.network) if badge else ""
    return format_html('<span class="sc-avatar {}">{}{}</span>', f"sc-avatar--{size}" if size else "", inside, net)


@register.filter
def network_label(network: str) -> str:
    """The network's name for people: X."""
    found = networks().get(network)
    return found.label if found else network


@register.filter
def post_html(post: Post) -> SafeString:
    """The post's text, escaped and linked."""
    return display.post_html(post.text, post.entities)


@register.filter
def lang_of(post: Post) -> str:
    """The post's language for `lang`, or nothing."""
    return display.language(post.lang)


@register.filter
def web(url: Any) -> str:
    """A web address, or nothing where it is none."""
    return display.safe_href(url)


@register.filter
def picture(url: Any, network: str) -> str:
    """A picture's address where it may be shown."""
    return display.picture(url, network)


@register.filter
def profile_url(profile: SocialProfile) -> str:
    """Where the person's page on the network is."""
    network = rules_of(profile.network)
    found = profile.url or (network.profile_url(profile.handle) if network.can("profile_url") else "")
    return display.safe_href(found)


@register.filter
def post_url(post: Post) -> str:
    """Where the post is on its network."""
    return display.safe_href(address_of(post))


@register.filter
def intents(post: Post) -> Mapping[str, str]:
    """The network's own reply, repost and like of a post."""
    network = rules_of(post.network)
    return display.intents(network, post, answer_url(network, post))


@register.filter
def network_time(when: datetime) -> str:
    """A time as the network writes it."""
    return display.network_time(when)


@register.filter
def short_time(when: datetime | None) -> str:
    """A time of ours."""
    return display.short_time(when)


register.filter("contact_name", name_of)
register.filter("day_time", display.day_time)


register.filter("number", display.number)
register.filter("after_colon", display.after_colon)
register.filter("said_count", display.said_count)


@register.filter
def person_name(user: Any) -> str:
    """A colleague's name."""
    return (user.get_full_name() or user.get_username()) if user else _("Someone")


@register.filter
def day_name(day: date) -> str:
    """Today, Yesterday, or the weekday."""
    today, yesterday = today_and_yesterday()
    if day == today:
        return _("Today")
    return _("Yesterday") if day == yesterday else formats.date_format(day, "l")


@register.filter
def day_date(day: date) -> str:
    """The day in full; the weekday where `day_name` does not say it."""
    today, yesterday = today_and_yesterday()
    if day in (today, yesterday):
        return formats.date_format(day, _("l j F"))
    return formats.date_format(day, _("j F") if day.year == today.year else _("j F Y"))


@register.filter
def item_title(item: Item) -> str:
    """What an item of the timeline is, in a few words."""
    return navigation.title(item, name_of(item.contact, item.profile))


@register.filter
def item_icon(item: Item) -> str:
    """The icon of an item."""
    return navigation.icon(item)


@register.filter
def followers(profile: SocialProfile) -> str:
    """The word under a count of followers."""
    return ngettext("follower", "followers", profile.followers or 0)


@register.filter
def is_likely(link: ProfileLink) -> bool:
    """Whether much speaks for a suggestion and nothing against it."""
    return link.score >= 0.75 and not any(fact["against"] for fact in link.evidence)


@register.filter
def tab_label(kind: str) -> str:
    """A tab's name."""
    return {
        "all": pgettext("timeline", "All"),
        "posts": _("Their posts"),
        "mentions": pgettext("timeline", "Mentions of us"),
        "replies": _("Our replies"),
    }[kind]


register.filter("score_parts", scores.parts)
register.filter("confidence_percent", scores.confidence_percent)
register.filter("magnitude", scores.magnitude)
register.filter("whole", scores.whole)


@register.simple_tag
def sc_ring(value: float | None, small: bool = False) -> SafeString:
    """The ring of a score."""
    return drawing.ring(value, small=small)


@register.simple_tag
def sc_bar(share: float, of: float = 1.0, tone: str = "") -> SafeString:
    """A bar: `share` of 1 filled, on a track that is `of` of the width."""
    return drawing.bar(share, of, tone)


@register.simple_tag
def sc_spark(history: Any) -> SafeString:
    """A line of days and values."""
    return drawing.spark(history)


@register.simple_tag
def sc_cover(slots: Any) -> SafeString:
    """14 days of coverage."""
    return drawing.cover(slots)


@register.filter
def local_iso(when: datetime) -> str:
    """A time for `datetime` attributes."""
    return timezone.localtime(when).isoformat(timespec="seconds")


@register.simple_tag(takes_context=True)
def sc_offers(context: Any, contact: Any, post: Any) -> list[Offer]:
    """What the host can make of this contact's post. Use with `as`."""
    request = context.get("request")
    return get_adapter().offers(request.user, contact, post) if request and contact and post else []


@register.simple_tag
def sc_url(name: str, *args: Any) -> str:
    """The address of one of socialcrm's views."""
    return reverse(f"socialcrm:{name}", args=args)
