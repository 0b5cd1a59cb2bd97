"""What the timeline is made of: whose it is, its pages, items and entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2s
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime

from socialcrm.access import Sight
from socialcrm.contacts import get_adapter
from socialcrm.models import Post, ProfileLink, Reply, SocialProfile

KINDS = ("all", "posts", "mentions", "replies")


class Head(NamedTuple):
    """An event of the page: when, which post it is or answers, and that post's thread."""

    at: datetime
    post_id: int
    thread_id: str
    network: str


class Cursor(NamedTuple):
    """The last event of a page: the next page is strictly older."""

    at: datetime
    post_id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.post_id}"

    @classmethod
    def parse(cls, text: str | None) -> Cursor | None:
        """Read a cursor as `str` wrote it; None for anything else."""
        at, _, post_id = (text or "").partition("~")
        try:
            when = parse_datetime(at)
        except ValueError:
            return None
        if when is None or when.tzinfo is None or not post_id.isascii() or not post_id.isdigit() or len(post_id) > 18:
            return None
        # Years at the ends of the calendar cannot be moved to another time zone.
        if not 1970 <= when.year < 9000:
            return None
        # PostgreSQL refuses an offset of more than 16 hours, which ISO 8601 allows.
        return cls(when.astimezone(UTC), int(post_id))


@dataclass
class People:
    """Whose timeline it is: contacts, their linked profiles, and suggestions to check."""

    asked: Iterable[Any]
    links: list[ProfileLink]
    suggestions: list[ProfileLink]
    sight: Sight

    @cached_property
    def contacts(self) -> list[Any]:
        """The contacts themselves."""
        return list(self.asked)

    def profile_ids(self, network: str | None = None) -> list[int]:
        """Ids of the linked profiles, of one network or all."""
        return [link.profile_id for link in self.links if network in (None, "", link.profile.network)]

    @cached_property
    def contact_by_profile(self) -> dict[int, Any]:
        """The contact behind each linked profile."""
        by_pk = {contact.pk: contact for contact in self.contacts}
        return {link.profile_id: by_pk.get(link.contact_id) for link in self.links}

    @property
    def to_check(self) -> list[tuple[ProfileLink, Any]]:
        """Suggestions, each with the contact that it is about."""
        by_pk = {contact.pk: contact for contact in self.contacts}
        return [(link, by_pk.get(link.contact_id)) for link in self.suggestions]

    @property
    def networks(self) -> list[str]:
        """Networks on which these people have a linked profile."""
        return sorted({link.profile.network for link in self.links})

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many posts, mentions of us and replies of ours the reader can page to; `posts` are no mentions."""
        totals = [_shown_of(link) for link in self.links]
        posts, mentions, ours = (sum(column) for column in zip(*totals, strict=True)) if totals else (0, 0, 0)
        return {"all": posts + ours, "posts": posts - mentions, "mentions": mentions, "replies": ours}

    @property
    def version(self) -> str:
        """Changes when a post, a mention, an answer, a reply's state, a link or a suggestion is new."""
        facts = [_facts_of(link) for link in self.links]
        facts += [(link.pk, link.state, link.score) for link in self.suggestions]
        return blake2s(repr(sorted(facts)).encode(), digest_size=8).hexdigest()


@dataclass
class Entry:
    """A card of an item: a post, or a reply of ours that is no post yet. `sent_by`: the reply that made the post."""

    at: datetime
    post: Post | None = None
    reply: Reply | None = None
    sent_by: Reply | None = None

    @property
    def ours(self) -> bool:
        """Whether we wrote it."""
        return self.post is None or self.post.account_id is not None

    @property
    def place(self) -> tuple[datetime, int]:
        """When, and which post it is or answers: its place among the events of the page, see Head."""
        return self.at, self.post.pk if self.post else (self.reply and self.reply.post_id) or 0

    @property
    def kind(self) -> str:
        """Under which tab it counts."""
        if self.ours:
            return "replies"
        return "mentions" if getattr(self.post, "mention_reason", None) else "posts"


@dataclass
class Item:
    """One row of the timeline: a post alone, or a thread that we took part in. `newest`: which event was `at`."""

    key: str
    at: datetime
    entries: list[Entry]
    contact: Any = None
    profile: SocialProfile | None = None
    newest: int = 0

    @property
    def posts(self) -> list[Post]:
        """The posts in it, oldest first."""
        return [entry.post for entry in self.entries if entry.post is not None]

    @property
    def answerable(self) -> Post | None:
        """The newest post of theirs, which an answer would go to."""
        theirs = [entry.post for entry in self.entries if entry.post is not None and not entry.ours]
        return theirs[-1] if theirs else None

    @property
    def seen(self) -> int:
        """Id of the newest reply to the post that an answer would go to; 0 when there is none."""
        done = [reply for entry in self.entries if (reply := entry.reply or entry.sent_by)]
        post = self.answerable
        return max((reply.pk for reply in done if post and reply.post_id == post.pk), default=0)

    @property
    def waits_for_us(self) -> bool:
        """Whether the last word is a mention of us that nobody has answered."""
        last = self.entries[-1]
        return last.kind == "mentions" and last.post is not None and last.post.state == Post.State.LIVE

    @property
    def version(self) -> str:
        """Changes whenever something that is shown changes."""
        facts = [_facts(entry) for entry in self.entries]
        return blake2s(repr(facts).encode(), digest_size=8).hexdigest()


@dataclass
class TimelinePage:
    """A page of the timeline, newest first. `next_cursor` is empty at the end."""

    items: list[Item]
    next_cursor: str = ""
    people: People | None = None
    kind: str = "all"
    network: str = ""
    first: bool = field(default=True)


def name_of(contact: Any, profile: SocialProfile | None = None) -> str:
    """How the timeline calls a person: the contact's name, else the profile's."""
    if contact is not None:
        return get_adapter().name(contact)
    return (profile.name or f"@{profile.handle}") if profile else ""


def _facts(entry: Entry) -> tuple[Any, ...]:
    post, reply = entry.post, entry.reply or entry.sent_by
    said = (post.pk, post.state, post.edited, post.likes, post.replies_count, post.reposts, post.text) if post else ()
    around = (
        (_seen_of(post.surroundings.quoted), _seen_of(post.surroundings.parent)) if post and post.surroundings else ()
    )
    done = (reply.pk, reply.state, reply.hold, reply.not_before, reply.error_detail) if reply else ()
    return said, done, around


def _seen_of(post: Post | None) -> tuple[Any, ...]:
    return (post.pk, post.state, post.text) if post else ()


def _shown_of(link: Any) -> tuple[int, int, int]:
    """A link's posts, of them mentions of us, and our posts to them: all that there are, less what is not shown."""
    hidden = link.hidden or {"posts": 0, "mentions": 0}
    posts, mentions, ours = (number or 0 for number in (link.n_posts, link.n_mentions, link.n_ours))
    return posts - hidden["posts"], mentions - hidden["mentions"], ours - (link.hidden_ours or 0)


def _facts_of(link: Any) -> tuple[Any, ...]:
    """What the panel's version is made of, of one link."""
    return link.pk, link.state, _shown_of(link), link.moving, link.settled
