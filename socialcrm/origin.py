"""Where a record of the host comes from: a person on a network, and what they said there. For the host's own forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from . import matching
from .access import get_visible_post, key, visible_profiles
from .contacts import get_adapter
from .models import Post, ProfileLink, SocialProfile
from .timeline import address_of, rules_of


@dataclass(frozen=True, slots=True)
class Origin:
    """A person who is known from a network; `post` is what they said, where the record comes from a post."""

    profile: SocialProfile
    post: Post | None = None

    @property
    def name(self) -> str:
        """What the person calls themselves, or their handle."""
        return self.profile.name or self.profile.handle

    @property
    def handle(self) -> str:
        """With its @."""
        return f"@{self.profile.handle}"

    @property
    def network(self) -> str:
        """The network's name for people."""
        return str(rules_of(self.profile.network).label)

    @property
    def url(self) -> str:
        """The post's address on its network, else the profile's; empty where neither is known."""
        found = address_of(self.post) if self.post else self.profile.url
        return found if found.startswith(("https://", "http://")) else ""

    @property
    def text(self) -> str:
        """What was said, where everyone may read it: a record of the host has other readers than a private message."""
        return "" if self.post is None or self.post.is_private else self.post.text

    @property
    def contact(self) -> Any:
        """The contact that the person is linked to, or None."""
        link = ProfileLink.objects.filter(profile=self.profile, state="linked", contact__isnull=False)
        found = link.select_related("contact").first()
        return found.contact if found else None

    def belongs_to(self, contact: Any, user: Any) -> None:
        """The record that was made of the person is this contact. Raises what `matching.link` raises."""
        matching.link(self.profile, contact, user, ProfileLink.Basis.PUBLIC)
        text = _("Made from %(handle)s on %(network)s") % {"handle": self.handle, "network": self.network}
        get_adapter().log(contact, text, user, self.url)


def origin_of(user: Any, *, profile: Any = "", post: Any = "") -> Origin | None:
    """The origin that the keys in an address name; None where there are none.

    Raises Http404 where the user may not see the post or the person, or there is none.
    """
    if post:
        found = get_visible_post(user, key(post))
        return Origin(found.author, found)
    if not profile:
        return None
    person = visible_profiles(user).filter(pk=key(profile)).first()
    if person is None:
        raise Http404
    return Origin(person)
