"""The open conversation: its lines as they are drawn, who is on the other side, and the composer below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from socialcrm import inbox
from socialcrm.access import visible_contacts
from socialcrm.contacts import get_adapter
from socialcrm.models import Conversation, ConversationSeen, Post, ProfileLink, SocialAccount

from .composer import Composer, composer_for
from .inbox_lines import Said, drawn
from .inbox_words import called

SUGGESTIONS = 3


@dataclass
class Talk:
    """A conversation that is open; `seen` is what this person had seen of it before, None at the first look."""

    user: Any
    thread: inbox.Thread
    seen: int | None = None
    suggestions: list[tuple[ProfileLink, Any]] = field(default_factory=list)

    @property
    def conversation(self) -> Conversation:
        """The conversation itself."""
        return self.thread.conversation

    @property
    def pk(self) -> int:
        """Its key."""
        return int(self.thread.conversation.pk)

    @property
    def name(self) -> str:
        """Who is on the other side."""
        return self.thread.customer.name

    @property
    def version(self) -> str:
        """Changes with everything that is shown."""
        return self.thread.version

    @property
    def newest_post(self) -> int:
        """Their newest post, which the composer has seen."""
        return self.thread.newest_post

    @property
    def cut(self) -> bool:
        """Whether older posts are left out."""
        return self.thread.more

    @property
    def customer(self) -> inbox.Customer:
        """The person."""
        return self.thread.customer

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What the host knows of the contact, in a few lines."""
        who, adapter = self.customer, get_adapter()
        if who.contact is None:
            return []
        owner = adapter.owner(who.contact)
        known = [(_("E-mail"), ", ".join(who.emails)), (_("City"), adapter.city(who.contact))]
        return [(name, value) for name, value in (*known, (_("Owner"), called(owner))) if value]

    @property
    def new_contact(self) -> str:
        """Where the host makes a contact of the person, for who may link one; empty where the person is one."""
        if self.customer.contact is not None or not self.user.has_perm("socialcrm.link_socialprofile"):
            return ""
        return get_adapter().new_contact_url(self.user, self.customer.profile)

    @cached_property
    def entries(self) -> list[Said]:
        """The lines, oldest first."""
        return drawn(self.thread.entries, self.seen)

    @property
    def answerable(self) -> Post | None:
        """The newest thing said to us, which an answer would go to."""
        heard = [said.post for said in self.entries if said.theirs]
        return heard[-1] if heard else None

    def composer(
        self, post: Post, accounts: Sequence[SocialAccount], account: Any = None, **fields: Any
    ) -> Composer | None:
        """The composer for a post of this thread; None where there is nobody to answer as."""
        seen = self.thread.seen
        known = {"seen": seen.reply, "seen_in_conversation": seen.post, "conversation": self.pk, "c": self.pk}
        account = account or self.conversation.account_id
        return composer_for(self.thread.item, accounts, account, post=post, **{**known, **fields})


def open_talk(user: Any, conversation: Conversation) -> Talk:
    """Open a conversation that the user may see, and remember how far the user has read."""
    looks = ConversationSeen.objects.filter(user=user, conversation=conversation)
    seen = looks.values_list("post_id", flat=True).first()
    talk = Talk(user, inbox.thread(user, conversation), seen)
    if seen is None or talk.newest_post > seen:
        inbox.mark_seen(user, conversation, talk.newest_post)
    inbox.see_mentions(user, talk.thread)
    if talk.customer.contact is None:
        talk.suggestions = _suggestions(user, conversation)
    return talk


def _suggestions(user: Any, conversation: Conversation) -> list[tuple[ProfileLink, Any]]:
    rows = ProfileLink.objects.filter(profile=conversation.profile_id, state="suggested")
    rows = rows.filter(contact__in=visible_contacts(user)).select_related("contact").order_by("-score", "pk")
    return [(link, link.contact) for link in rows[:SUGGESTIONS]]
