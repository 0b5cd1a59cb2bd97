"""X's people -> Author."""

from __future__ import annotations

from socialcrm.networks.border import Author
from socialcrm.networks.reading import utc

from .text import unescape, web_address
from .wire import UserMetrics, XUser

MOST = 2**31 - 1  # counts are kept in 32 bits
WEB = "https://x.com"


def count(number: int | None) -> int | None:
    """A count as we keep it: never negative, at most 32 bits."""
    if number is None or 0 <= number <= MOST:
        return number
    return MOST if number > 0 else 0


_NO_COUNTS = UserMetrics()


def author_of(user: XUser, raw: bytes = b"{}", web: str = WEB) -> Author:
    """A person."""
    metrics, links = user.public_metrics or _NO_COUNTS, user.entities and user.entities.url
    website = user.url or ""
    if links and links.urls:
        website = links.urls[0].expanded_url or website
    posts = metrics.tweet_count if metrics.tweet_count is not None else metrics.post_count
    return Author(
        external_id=user.id,
        handle=user.username,
        name=unescape(user.name or ""),
        bio=_expanded_bio(user),
        location=unescape(user.location or ""),
        website=web_address(website),
        url=f"{web}/{user.username}" if user.username else "",
        avatar_url=web_address(user.profile_image_url),
        followers=count(metrics.followers_count),
        following=count(metrics.following_count),
        listed=count(metrics.listed_count),
        posts_count=count(posts),
        verified=bool(user.verified),
        protected=bool(user.protected),
        joined_at=utc(user.created_at),
        raw=raw,
    )


def _expanded_bio(user: XUser) -> str:
    text = user.description or ""
    for link in (user.entities and user.entities.description and user.entities.description.urls) or ():
        if link.url and link.expanded_url:
            text = text.replace(link.url, link.expanded_url)
    return unescape(text)
