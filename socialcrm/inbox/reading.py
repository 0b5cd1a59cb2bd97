"""One conversation whole: posts, answers on their way, notes and history lines in time order, in a fixed number of
queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s
from typing import Any

from django.db.models import Count, Max, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from socialcrm.access import hidden
from socialcrm.models import (
    Conversation,
    ConversationEvent,
    ConversationNote,
    ConversationSeen,
    Mention,
    NoteMention,
    Post,
    Reply,
    SocialAccount,
)
from socialcrm.timeline import Entry, Item, Seen, columns, surround

from . import history
from .customer import Customer, customer
from .pages import shown_replies

# The newest so many posts are shown; the others are on the network.
POSTS = 200
LINES = 200


@dataclass
class Line(Entry):
    """A card of the thread: a post or a reply (as in the timeline), or a note, or a history line with its sentence."""

    note: ConversationNote | None = None
    event: ConversationEvent | None = None
    sentence: str = ""

    @property
    def ours(self) -> bool:
        """Whether we wrote it."""
        return self.post is None or self.post.account_id is not None

    @property
    def is_said(self) -> bool:
        """Whether it is for the other side to read: a post or a reply."""
        return self.post is not None or self.reply is not None


@dataclass
class Thread:
    """A conversation as its page shows it. `more` says that there are older posts than those shown."""

    conversation: Conversation
    entries: list[Line]
    version: str
    customer: Customer
    more: bool = False
    seen: Seen = Seen()

    @property
    def newest_post(self) -> int:
        """Id of their newest post, 0 where there is none."""
        return self.seen.post or 0

    @cached_property
    def item(self) -> Item:
        """What was said as an item of the timeline: its cards and its composer draw it."""
        said: list[Entry] = [entry for entry in self.entries if entry.is_said]
        at = said[-1].at if said else self.conversation.last_post_at
        contact = self.customer.contact
        return Item(f"c{self.conversation.pk}", at, said, contact, self.conversation.profile)


def thread(user: Any, conversation: Conversation) -> Thread:
    """The thread of a conversation that the user may see, with who they are."""
    posts = _posts(user, conversation)
    more, posts = len(posts) > POSTS, sorted(posts[:POSTS], key=lambda post: (post.posted_at, post.pk))
    replies = _replies(user, conversation, posts)
    who = customer(user, conversation)
    said, lines = _said(posts, replies), _lines(conversation, posts, who)
    entries = sorted([*said, *lines], key=lambda entry: entry.at)
    seen = _seen(posts, replies)
    return Thread(conversation, entries, thread_version(user, conversation), who, more, seen)


def mark_seen(user: Any, conversation: Conversation, post_id: int) -> None:
    """The user has looked at the conversation, up to this post of theirs. One query; looking again costs nothing."""
    row = ConversationSeen(conversation=conversation, user=user, post_id=post_id)
    ConversationSeen.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["conversation", "user"], update_fields=["post_id"]
    )


def see_mentions(user: Any, thread: Thread) -> None:
    """The user has the thread open: what names the user there is seen. No query where nothing is new."""
    lines = (one for line in thread.entries if line.note for one in line.note.mentions.all())
    new = [one.pk for one in lines if one.user_id == user.pk and one.seen_at is None]
    if new:
        NoteMention.objects.filter(pk__in=new).update(seen_at=timezone.now())


def thread_version(user: Any, conversation: Conversation) -> str:
    """Changes whenever something that the thread shows to the user changed; one query."""
    of_it = {"conversation": OuterRef("pk")}
    replies = Reply.objects.filter(shown_replies(user), **of_it).order_by().values("conversation")
    told = Mention.objects.filter(~hidden(user, "author_id"), **of_it).order_by().values("conversation")
    by_thread = _whole_thread(user, conversation).order_by().values("network")
    facts = Conversation.objects.filter(pk=conversation.pk).values_list(
        "status",
        "assignee",
        "snoozed_until",
        Subquery(told.annotate(n=Count("pk")).values("n")),
        Subquery(by_thread.annotate(n=Count("pk")).values("n")),
        Subquery(by_thread.annotate(at=Max("seen_at")).values("at")),
        Subquery(by_thread.annotate(at=Max("gone_at")).values("at")),
        Subquery(replies.annotate(at=Max("changed_at")).values("at")),
        Subquery(ConversationEvent.objects.filter(**of_it).order_by("-pk").values("pk")[:1]),
        Subquery(ConversationNote.objects.filter(**of_it).order_by("-pk").values("pk")[:1]),
    )
    return blake2s(repr(list(facts)).encode(), digest_size=8).hexdigest()


def _posts(user: Any, conversation: Conversation) -> list[Post]:
    mention = Mention.objects.filter(post=OuterRef("pk"), account=conversation.account_id)
    rows = (
        _whole_thread(user, conversation)
        .select_related("author", "account")
        .defer("raw", "author__raw", "author__bio", "account__credentials")
        .annotate(
            mention_reason=Subquery(mention.values("reason")[:1]),
            mentioned_account=Subquery(mention.values("account")[:1]),
            **columns(),
        )
    )
    found: list[Post] = list(rows.order_by("-posted_at", "-pk")[: POSTS + 1])
    surround(found, user)
    return found


def _whole_thread(user: Any, conversation: Conversation) -> QuerySet[Post]:
    """Of a public thread all that is stored, of a private one what this account and the person said."""
    heard = Mention.objects.filter(conversation=conversation).values("post")
    rows = Post.objects.filter(~hidden(user, "author_id"), ~hidden(user, "to_profile_id"))
    in_thread = Q(network=conversation.account.network, thread_id=conversation.thread_id)
    if conversation.is_private:
        return rows.filter(Q(pk__in=heard) | in_thread & Q(account=conversation.account_id))
    usable = SocialAccount.objects.usable_by(user).values("pk")
    return rows.filter(
        Q(pk__in=heard) | in_thread & (Q(account=None) | Q(account__in=usable)), ~Q(visibility="private")
    )


def _replies(user: Any, conversation: Conversation, posts: Iterable[Post]) -> list[Reply]:
    theirs = [post.pk for post in posts if post.account_id is None]
    rows = Reply.objects.filter(Q(conversation=conversation) | Q(post__in=theirs, account=conversation.account_id))
    rows = rows.filter(shown_replies(user)).exclude(state=Reply.State.CANCELLED).select_related("user", "account")
    return list(rows.defer("account__credentials").order_by("pk"))


def _said(posts: list[Post], replies: list[Reply]) -> list[Line]:
    """Posts, and the replies that are none yet; a post that a reply became carries it."""
    lines = {post.pk: Line(post.posted_at, post) for post in posts}
    loose = []
    for reply in replies:
        if reply.sent_post_id in lines:
            lines[reply.sent_post_id].sent_by = reply
        else:
            loose.append(Line(reply.sent_at or reply.created_at, reply=reply))
    return [*lines.values(), *loose]


def _lines(conversation: Conversation, posts: list[Post], who: Customer) -> list[Line]:
    events = list(conversation.events.select_related("user").order_by("-pk")[:LINES])
    colleagues = history.names(events)
    people = {post.author_id: post.author.name or f"@{post.author.handle}" for post in posts}
    told = [
        Line(event.at, event=event, sentence=history.sentence(event, colleagues, _person(event, people, who)))
        for event in events
    ]
    mentions = Prefetch("mentions", NoteMention.objects.select_related("user").order_by("pk"))
    notes = conversation.notes.select_related("user").prefetch_related(mentions).order_by("-pk")[:LINES]
    return [*reversed(told), *(Line(note.at, note=note) for note in reversed(notes))]


def _person(event: ConversationEvent, people: dict[int, str], who: Customer) -> str:
    return people.get(event.data.get("profile") or 0, who.name)


def _seen(posts: list[Post], replies: list[Reply]) -> Seen:
    return Seen(
        reply=max((reply.pk for reply in replies), default=0),
        own_post=max((post.pk for post in posts if post.account_id), default=0),
        post=max((post.pk for post in posts if getattr(post, "mention_reason", None)), default=0),
    )
