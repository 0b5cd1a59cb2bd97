"""The open conversation: its lines as they are drawn, who is on the other side, and the composer below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from socialcrm import inbox
from socialcrm.access import visible_contacts
from socialcrm.models import Conversation, ConversationSeen, Post, ProfileLink, SocialAccount

from .composer import Composer, composer_for
from .inbox_lines import Said, drawn

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

    @cached_property
    def entries(self) -> list[Said]:
        """The lines, oldest first."""
        return drawn(self.thread.entries, self.seen)

    @property
    def answerable(self) -> Post | None:
        """The newest thing said to us, which an answer would go to."""
        heard = [said.post for said in self.entries if said.theirs]
        return heard[-1] if heard else None

    def composer(self, accounts: Sequence[SocialAccount], account: Any = None, **fields: Any) -> Composer | None:
        """The composer of this thread; None where there is nothing to answer, or nobody to answer as."""
        post = self.answerable
        if post is None:
            return None
        seen = self.thread.seen
        known = {"seen": seen.reply, "seen_word": seen.post, "conversation": self.pk, "c": self.pk}
        account = account or self.conversation.account_id
        form = composer_for(self.thread.item, accounts, account, post=post, **{**known, **fields})
        if form is not None:
            form.seen_post = max(form.seen_post, seen.own_post)
        return form


def open_talk(user: Any, conversation: Conversation) -> Talk:
    """Open a conversation that the user may see, and remember how far the user has read."""
    looks = ConversationSeen.objects.filter(user=user, conversation=conversation)
    seen = looks.values_list("post_id", flat=True).first()
    talk = Talk(user, inbox.thread(user, conversation), seen)
    if seen is None or talk.newest_post > seen:
        inbox.mark_seen(user, conversation, talk.newest_post)
    if talk.customer.contact is None:
        talk.suggestions = _suggestions(user, conversation)
    return talk


def _suggestions(user: Any, conversation: Conversation) -> list[tuple[ProfileLink, Any]]:
    rows = ProfileLink.objects.filter(profile=conversation.profile_id, state="suggested")
    rows = rows.filter(contact__in=visible_contacts(user)).select_related("contact").order_by("-score", "pk")
    return [(link, link.contact) for link in rows[:SUGGESTIONS]]
