"""What a page of rows needs besides, loaded in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from socialcrm import access
from socialcrm.contacts import get_adapter
from socialcrm.models import Mention, Post, ProfileLink, SocialProfile


def whole_posts(rows: QuerySet[Post], user: Any) -> QuerySet[Post]:
    """Posts with their author and those mentions that are the user's business; the raw payload stays behind."""
    loaded = rows.select_related("author").prefetch_related(usable_mentions(user))
    return loaded.defer("raw", "author__raw", "entities", "media")


def usable_mentions(user: Any) -> Prefetch[Any]:
    """The mentions of accounts that the user may use, to be loaded with posts."""
    mentions = Mention.objects.filter(account__in=access.usable_accounts(user).values("pk"))
    return Prefetch("mentions", queryset=mentions.order_by("pk"))


def contact_rows(contacts: Iterable[Any]) -> list[dict[str, Any]]:
    """Contacts as a list shows them."""
    adapter = get_adapter()
    loaded = adapter.prefetch(contacts)
    profiles = profiles_of(loaded)
    return [
        {
            "id": str(contact.pk),
            "name": adapter.name(contact),
            "company": adapter.company(contact),
            "url": adapter.url(contact),
            "profiles": profiles[contact.pk],
        }
        for contact in loaded
    ]


def profiles_of(contacts: Iterable[Any]) -> dict[Any, list[SocialProfile]]:
    """The linked profiles by contact's key: one query."""
    keys = [contact.pk for contact in contacts]
    links = ProfileLink.objects.filter(state="linked", contact__in=keys).select_related("profile").order_by("pk")
    found: dict[Any, list[SocialProfile]] = defaultdict(list)
    for link in links.defer("profile__raw"):
        found[link.contact_id].append(link.profile)
    return found


def contact_of(profiles: Iterable[SocialProfile], user: Any) -> dict[int, str]:
    """The visible contact's id by profile's key: one query."""
    links = ProfileLink.objects.filter(
        state="linked", profile__in=list(profiles), contact__in=access.visible_contacts(user).values("pk")
    )
    return {profile: str(contact) for profile, contact in links.values_list("profile", "contact")}
