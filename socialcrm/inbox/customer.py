"""Who is on the other side of a conversation: profile, contact, score, deals, what else is open with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from socialcrm.access import visible_conversations
from socialcrm.contacts import Deal, get_adapter
from socialcrm.models import Conversation, ProfileLink, SocialProfile
from socialcrm.scoring import ContactScore, for_contact
from socialcrm.timeline import name_of

from .pages import shown_mentions

OTHERS = 10


@dataclass
class Customer:
    """The person as the inbox shows them; without a contact there are neither score nor deals."""

    profile: SocialProfile
    contact: Any = None
    name: str = ""
    url: str = ""
    company: str = ""
    emails: list[str] = field(default_factory=list)
    score: ContactScore | None = None
    deals: list[Deal] = field(default_factory=list)
    others: list[Conversation] = field(default_factory=list)


def customer(user: Any, conversation: Conversation) -> Customer:
    """The person behind a conversation that the user may see; a contact is then the user's to see too."""
    profile = conversation.profile
    link = ProfileLink.objects.filter(profile=profile, state="linked", contact__isnull=False).first()
    contact = get_adapter().prefetch([link.contact])[0] if link else None
    others = _others(user, conversation, contact)
    if contact is None:
        return Customer(profile, name=name_of(None, profile), others=others)
    adapter = get_adapter()
    return Customer(
        profile,
        contact,
        name=adapter.name(contact),
        url=adapter.url(contact),
        company=adapter.company(contact),
        emails=adapter.emails(contact),
        score=for_contact(contact),
        deals=adapter.deals(user, contact),
        others=others,
    )


def _others(user: Any, conversation: Conversation, contact: Any) -> list[Conversation]:
    """Other conversations with the person; each has its newest words as `preview`."""
    same = Q(profile=conversation.profile_id)
    if contact is not None:
        linked = ProfileLink.objects.filter(contact=contact, state="linked")
        same |= Q(profile__in=linked.values("profile"))
    rows = visible_conversations(user).filter(same).exclude(pk=conversation.pk)
    rows = rows.select_related("account", "profile", "assignee").defer("account__credentials", "profile__raw")
    newest = shown_mentions(user).filter(conversation=OuterRef("pk")).order_by("-posted_at", "-post")
    rows = rows.annotate(preview=Subquery(newest.values("post__text")[:1]))
    return list(rows.order_by("-last_post_at", "-pk")[:OTHERS])
