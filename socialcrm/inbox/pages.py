"""The list of conversations: keyset pages in a fixed number of queries, page 200 like page 1."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import Any, NamedTuple

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from socialcrm.access import hidden, visible_conversations
from socialcrm.contacts import get_adapter
from socialcrm.models import (
    Conversation,
    ConversationEvent,
    ConversationSeen,
    Mention,
    Post,
    ProfileLink,
    Reply,
    SocialProfile,
)
from socialcrm.timeline import Cursor

from .filters import Filters
from .named import unseen, unseen_mark

LIMIT = 30
# A search looks through so many conversations a page, newest first; the page's cursor leads on from there.
SEARCHED = 5_000


class ContactBrief(NamedTuple):
    """The contact behind a profile, as a row shows it."""

    pk: Any
    name: str
    url: str


@dataclass(slots=True)
class Row:
    """One conversation of the list. `preview` is their newest post that the user may see, None where it is gone.

    `named` says that a colleague names the user in a note that the user has not seen.
    """

    conversation: Conversation
    preview: Post | None
    contact: ContactBrief | None
    unread: bool
    reply_state: str
    named: bool = False

    @property
    def preview_at(self) -> datetime:
        """When they said it."""
        return self.preview.posted_at if self.preview else self.conversation.last_post_at

    @property
    def is_private(self) -> bool:
        """Whether it is said between the two of us alone."""
        return self.conversation.is_private


@dataclass(slots=True)
class InboxPage:
    """A page of the list. `next_cursor` is "" at the end; a search may lead on from a page with few rows or none.

    `searched` is how many conversations a search looked through, `to_the_end` whether there were no more.
    """

    rows: list[Row]
    next_cursor: str = ""
    searched: int = 0
    to_the_end: bool = False


def listing(user: Any, filters: Filters, cursor: str = "", limit: int = LIMIT) -> InboxPage:
    """One page of the conversations that the user may see, in a fixed number of queries."""
    window = _window(user, filters, Cursor.parse(cursor))
    if filters.q:
        return _search(user, filters, window, limit)
    talks: list[Any] = list(_loaded(window, user)[: limit + 1])
    page = InboxPage(_rows(talks[:limit], user))
    if len(talks) > limit:
        page.next_cursor = str(Cursor(talks[limit - 1].at, talks[limit - 1].pk))
    return page


def row_of(user: Any, conversation: Conversation) -> Row:
    """One conversation that the user may see, as the list shows it."""
    return _rows(list(_loaded(Conversation.objects.filter(pk=conversation.pk), user)), user)[0]


def version(user: Any, filters: Filters) -> str:
    """Changes when the first page changed, anyone did anything in the user's inbox or named the user; one query besides
    the rights, two where the list is empty."""
    newest = Reply.objects.filter(shown_replies(user), conversation=OuterRef("pk")).order_by().values("conversation")
    talks = visible_conversations(user)
    # Asked event by event from the newest, which is nearly always one of theirs.
    theirs = talks.filter(pk=OuterRef("conversation_id"))
    rows = _ordered(filters.apply(talks, user), filters, user).annotate(
        moved=Subquery(newest.annotate(at=Max("changed_at")).values("at")),
        done=Subquery(ConversationEvent.objects.filter(Exists(theirs)).order_by("-pk").values("pk")[:1]),
        named=Subquery(unseen_mark(user)),
    )
    names = ("pk", "status", "assignee", "last_post_at", "waiting_since", "moved", "done", "named")
    facts = list(rows.values_list(*names)[:LIMIT]) or list(unseen_mark(user))
    return blake2s(repr(facts).encode(), digest_size=8).hexdigest()


def shown_mentions(user: Any) -> QuerySet[Mention]:
    """What was said to us and is still there, but for the words of people who are hidden from the user."""
    return Mention.objects.filter(~hidden(user, "author_id"), post__state=Post.State.LIVE)


def shown_replies(user: Any) -> Q:
    """Of the replies in conversations that the user may see, those to people who are not hidden, and the user's own."""
    return Q(user=user) | ~Q(hidden(user, "post__author_id"))


def contacts_of(profiles: Iterable[int]) -> dict[int, ContactBrief]:
    """The contact behind each of these profiles, by profile's key: one query. The profiles are visible ones."""
    adapter = get_adapter()
    links = ProfileLink.objects.filter(state="linked", contact__isnull=False, profile__in=set(profiles))
    return {
        link.profile_id: ContactBrief(link.contact_id, adapter.name(link.contact), adapter.url(link.contact))
        for link in links.select_related("contact")
    }


def _window(user: Any, filters: Filters, cursor: Cursor | None) -> QuerySet[Conversation]:
    rows = _ordered(filters.apply(visible_conversations(user), user), filters, user)
    if cursor:
        past = "lt" if filters.order(user)[1] else "gt"
        further = Q(**{f"at__{past}": cursor.at}) | Q(at=cursor.at, **{f"pk__{past}": cursor.post_id})
        # The second condition says less, but it is the one that an index understands.
        rows = rows.filter(further, **{f"at__{past}e": cursor.at})
    return rows


def _ordered(rows: QuerySet[Conversation], filters: Filters, user: Any) -> QuerySet[Conversation]:
    at, newest_first = filters.order(user)
    rows = rows.annotate(at=F(at) if isinstance(at, str) else at)
    return rows.order_by("-at", "-pk") if newest_first else rows.order_by("at", "pk")


def _search(user: Any, filters: Filters, window: QuerySet[Any], limit: int) -> InboxPage:
    looked: list[Any] = list(window.values_list("pk", "profile_id", "at")[:SEARCHED])
    hits = _hits(user, filters.q, looked)
    found = [(pk, at) for pk, _profile, at in looked if pk in hits]
    page = InboxPage(_rows(_in_order(user, [pk for pk, _at in found[:limit]]), user))
    page.searched, page.to_the_end = len(looked), len(looked) < SEARCHED
    if len(found) > limit:
        page.next_cursor = str(Cursor(found[limit - 1][1], found[limit - 1][0]))
    elif len(looked) == SEARCHED:
        page.next_cursor = str(Cursor(looked[-1][2], looked[-1][0]))
    return page


def _hits(user: Any, words: str, looked: list[Any]) -> set[int]:
    """Which of these conversations hold the words, or are with a person of that name or handle.

    The keys are handed over, so that the database never looks through more than these, however many posts there are.
    """
    named = Q(handle__icontains=words.removeprefix("@")) | Q(name__icontains=words)
    people = SocialProfile.objects.filter(named, pk__in={profile for _pk, profile, _at in looked})
    them = set(people.values_list("pk", flat=True))
    said = shown_mentions(user).filter(conversation__in=[row[0] for row in looked], post__text__icontains=words)
    hits: set[int] = set(said.values_list("conversation_id", flat=True))
    return hits | {pk for pk, profile, _at in looked if profile in them}


def _in_order(user: Any, pks: list[int]) -> list[Any]:
    loaded = {talk.pk: talk for talk in _loaded(Conversation.objects.filter(pk__in=pks), user)}
    return [loaded[pk] for pk in pks if pk in loaded]


def _loaded(rows: QuerySet[Conversation], user: Any) -> QuerySet[Conversation]:
    newest = shown_mentions(user).filter(conversation=OuterRef("pk")).order_by("-posted_at", "-post")
    ours = (
        Reply.objects.filter(shown_replies(user), conversation=OuterRef("pk"))
        .exclude(state=Reply.State.CANCELLED)
        .order_by("-pk")
    )
    return (
        rows.select_related("account", "profile", "assignee")
        .defer("account__credentials", "profile__raw", "profile__bio")
        .annotate(preview_id=Subquery(newest.values("post")[:1]), reply_state=Subquery(ours.values("state")[:1]))
        .annotate(named=Exists(unseen(user).filter(note__conversation=OuterRef("pk"))))
    )


def _rows(talks: list[Any], user: Any) -> list[Row]:
    posts = Post.objects.defer("raw").in_bulk([talk.preview_id for talk in talks if talk.preview_id])
    contacts = contacts_of(talk.profile_id for talk in talks)
    seen = ConversationSeen.objects.filter(user=user, conversation__in=[talk.pk for talk in talks])
    last = dict(seen.values_list("conversation_id", "post_id"))
    return [
        Row(
            talk,
            posts.get(talk.preview_id or 0),
            contacts.get(talk.profile_id),
            (talk.preview_id or 0) > last.get(talk.pk, 0),
            talk.reply_state or "",
            talk.named,
        )
        for talk in talks
    ]
