"""Loading the timeline in a fixed number of queries, whatever the number of posts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections
from django.db.models import Exists, Q, QuerySet

from socialcrm.access import Sight, sight_of
from socialcrm.models import Post, ProfileLink, Reply, SocialAccount

from .ready import ready
from .shape import KINDS, Cursor, Entry, Head, Item, People, TimelinePage
from .shown import naming
from .surround import surround

THREAD_POSTS = 200


def people(contacts: Any, user: Any, accounts: Iterable[SocialAccount] | None = None) -> People:
    """The profiles of a contact or of several (a QuerySet stays a subquery), with what the user sees of them counted.

    One query; one more where `accounts`, those that the user may use, are not handed in.
    """
    found = contacts if isinstance(contacts, (list, tuple, set, QuerySet)) else [contacts]
    sight = sight_of(user, accounts)
    links = list(ready(sight).links.filter(contact__in=found))
    return People(
        found,
        [link for link in links if link.state == ProfileLink.State.LINKED],
        sorted((link for link in links if link.state == ProfileLink.State.SUGGESTED), key=lambda link: -link.score),
        sight,
    )


def counts(contact: Any, user: Any) -> dict[str, int]:
    """How many posts each tab of the timeline holds for the user: all, posts, mentions, replies."""
    return people(contact, user).counts


def timeline(
    contacts: Any,
    user: Any,
    kind: str = "all",
    network: str | None = None,
    before: str | None = None,
    limit: int = 20,
    *,
    who: People | None = None,
) -> TimelinePage:
    """A page of what these contacts and we said to each other, for a user who may see the contacts.

    `who` is loaded where the caller does not hand it in.
    """
    who = who or people(contacts, user)
    kind = kind if kind in KINDS else "all"
    cursor = Cursor.parse(before)
    profiles = who.profile_ids(network)
    page = TimelinePage([], "", who, kind, network or "", cursor is None)
    if not profiles:
        return page
    heads = _heads(profiles, who.sight, kind, cursor, limit + 1)
    page.items = _items(heads[:limit], who, profiles, kind, cursor, user)
    if len(heads) > limit:
        page.next_cursor = str(Cursor(heads[limit - 1].at, heads[limit - 1].post_id))
    return page


def item_of(post: Post, user: Any, who: People | None = None) -> Item:
    """The item that shows this post, with the thread around it where we took part."""
    profile_id = post.author_id if post.account_id is None else post.to_profile_id
    if who is None:
        link = ProfileLink.objects.filter(profile=profile_id, state="linked").select_related("contact").first()
        who = People([link.contact] if link and link.contact else [], [link] if link else [], [], sight_of(user))
    head = Head(post.posted_at, post.pk, post.thread_id, post.network)
    items = _items([head], who, [profile_id] if profile_id else [], "all", None, user)
    return next((item for item in items if any(p.pk == post.pk for p in item.posts)), items[0])


def _heads(profiles: list[int], sight: Sight, kind: str, cursor: Cursor | None, n: int) -> list[Head]:
    arms = [arm for arm in _arms(profiles, sight, kind, cursor, n) if arm is not None]
    rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    newest: dict[int, Head] = {}
    for row in rows:
        head = Head(*row)
        if head.post_id not in newest or head.at > newest[head.post_id].at:
            newest[head.post_id] = head
    return sorted(newest.values(), key=lambda head: (head.at, head.post_id), reverse=True)[:n]


def _arms(profiles: list[int], sight: Sight, kind: str, cursor: Cursor | None, n: int) -> Iterable[Any]:
    made = ready(sight)
    if kind == "all":
        yield _arm(made.whole.filter(author__in=profiles), cursor, n)
    if kind == "posts":
        yield _arm(made.whole.filter(author__in=profiles).exclude(Exists(naming(sight, "pk"))), cursor, n)
    if kind == "mentions":
        yield _arm(made.mentions.filter(author__in=profiles), cursor, n, post="post__")
    if kind in ("all", "replies"):
        yield _arm(made.ours.filter(to_profile__in=profiles), cursor, n)
        yield _arm(made.unsent.filter(post__author__in=profiles), cursor, n, at="created_at", post="post__")


def _arm(
    rows: QuerySet[Any], cursor: Cursor | None, n: int, at: str = "posted_at", post: str = ""
) -> QuerySet[Any, Any]:
    """The newest n of these rows as heads; `post` is the way from a row to its post."""
    pk = f"{post}pk"
    if cursor:
        older = Q(**{f"{at}__lt": cursor.at}) | Q(**{at: cursor.at, f"{pk}__lt": cursor.post_id})
        rows = rows.filter(older, **{f"{at}__lte": cursor.at})
    newest = rows.order_by(f"-{at}", f"-{pk}")
    if connections[rows.db].features.supports_slicing_ordering_in_compound:
        return newest.values_list(at, pk, f"{post}thread_id", f"{post}network")[:n]
    # SQLite takes no LIMIT inside an arm of a UNION, but it does inside a subquery.
    few: QuerySet[Any] = rows.model._default_manager.filter(pk__in=newest.values("pk")[:n])
    return few.values_list(at, pk, f"{post}thread_id", f"{post}network")


def _items(
    heads: list[Head],
    who: People,
    profiles: list[int],
    kind: str,
    cursor: Cursor | None,
    user: Any,
) -> list[Item]:
    posts = _posts(heads, profiles, who.sight)
    surround(posts, user, who.sight)
    replies = _replies(posts, who.sight, user)
    of_page = {head.post_id for head in heads}
    items = []
    for thread in _threads(posts):
        entries = _entries(thread, replies)
        if any(entry.ours for entry in entries):
            items.append(_item(entries, who, kind))
        else:
            items += [_item([entry], who, kind) for entry in entries if entry.post and entry.post.pk in of_page]
    if cursor:
        items = [item for item in items if (item.at, item.newest) < cursor]
    return sorted(items, key=lambda item: (item.at, item.key), reverse=True)


def _posts(heads: list[Head], profiles: list[int], sight: Sight) -> list[Post]:
    pks = [head.post_id for head in heads]
    threads = {head.thread_id for head in heads if head.thread_id}
    whole = Q(network__in={head.network for head in heads}, thread_id__in=threads)
    between_us = Q(author__in=profiles) | Q(to_profile__in=profiles, account__in=sight.accounts)
    rows = ready(sight).posts.filter(Q(pk__in=pks) | (whole & between_us) if threads else Q(pk__in=pks))
    return sorted(rows[:THREAD_POSTS], key=lambda post: (post.posted_at, post.pk))


def _replies(posts: list[Post], sight: Sight, user: Any) -> dict[int, list[Reply]]:
    """The replies to these posts, of the user's accounts and by the user."""
    theirs = {post.pk: post for post in posts if post.account_id is None}
    found: dict[int, list[Reply]] = {}
    for reply in ready(sight).replies.filter(sight.replies() | Q(user=user.pk), post__in=list(theirs)):
        post = theirs[reply.post_id or 0]
        reply.post = post  # a failed reply shows where it can be answered instead, without a query
        found.setdefault(post.pk, []).append(reply)
    return found


def _threads(posts: list[Post]) -> list[list[Post]]:
    threads: dict[tuple[str, str], list[Post]] = {}
    for post in posts:
        threads.setdefault((post.network, post.thread_id or f"#{post.pk}"), []).append(post)
    return list(threads.values())


def _entries(thread: list[Post], replies: dict[int, list[Reply]]) -> list[Entry]:
    entries = {post.pk: Entry(post.posted_at, post) for post in thread}
    loose = []
    for post in thread:
        for reply in replies.get(post.pk, []):
            if reply.sent_post_id in entries:
                entries[reply.sent_post_id].sent_by = reply
            else:
                loose.append(Entry(reply.sent_at or reply.created_at, reply=reply))
    return sorted([*entries.values(), *loose], key=lambda entry: entry.at)


def _item(entries: list[Entry], who: People, kind: str) -> Item:
    events = [entry.place for entry in entries if kind in ("all", entry.kind)] or [entries[-1].place]
    at, newest = max(events)
    first = next((entry.post for entry in entries if entry.post and not entry.ours), None)
    anchor = first or next(entry.post for entry in entries if entry.post)
    profile_id = anchor.author_id if anchor.account_id is None else anchor.to_profile_id
    return Item(
        key=str(anchor.pk),
        at=at,
        entries=entries,
        contact=who.contact_by_profile.get(profile_id or 0),
        profile=anchor.author if anchor.account_id is None else None,
        newest=newest,
    )
