"""Loading the timeline in a fixed number of queries, whatever the number of posts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject

from socialcrm.access import usable_accounts
from socialcrm.models import Mention, Post, ProfileLink, Reply, SocialAccount

from .shape import KINDS, Cursor, Entry, Head, Item, People, TimelinePage

UNSENT = (Reply.State.QUEUED, Reply.State.SENDING, Reply.State.UNKNOWN, Reply.State.FAILED)
THREAD_POSTS = 200


def people(contacts: Any) -> People:
    """Load the profiles of a contact or of several (a QuerySet stays a subquery), with their counts: one query."""
    found = contacts if isinstance(contacts, (list, tuple, set, QuerySet)) else [contacts]
    rows = (
        ProfileLink.objects.filter(contact__in=found, state__in=("linked", "suggested"))
        .select_related("profile", "decided_by")
        .defer("profile__raw")
        .annotate(n_posts=_count(Post, "author"), n_mentions=_count(Mention, "author"), n_ours=_count_ours())
        .annotate(**_moving())
        .order_by(F("profile__followers").desc(nulls_last=True), "-score", "pk")
    )
    links = list(rows)
    return People(
        found,
        [link for link in links if link.state == ProfileLink.State.LINKED],
        sorted((link for link in links if link.state == ProfileLink.State.SUGGESTED), key=lambda link: -link.score),
    )


def counts(contact: Any) -> dict[str, int]:
    """How many items each tab of the timeline holds: all, posts, mentions, replies."""
    return people(contact).counts


def timeline(
    contacts: Any,
    user: Any,
    kind: str = "all",
    network: str | None = None,
    before: str | None = None,
    limit: int = 20,
    *,
    who: People | None = None,
    accounts: Sequence[SocialAccount] | None = None,
) -> TimelinePage:
    """A page of what these contacts and we said to each other, for a user who may see the contacts.

    `who` and `accounts` (those that the user may act as) are loaded where the caller does not hand them in.
    """
    who = who or people(contacts)
    mine = [a.pk for a in (accounts if accounts is not None else usable_accounts(user))]
    kind = kind if kind in KINDS else "all"
    cursor = Cursor.parse(before)
    profiles = who.profile_ids(network)
    page = TimelinePage([], "", who, kind, network or "", cursor is None)
    if not profiles:
        return page
    heads = _heads(profiles, mine, kind, cursor, limit + 1)
    page.items = _items(heads[:limit], who, profiles, mine, kind, cursor)
    if len(heads) > limit:
        page.next_cursor = str(Cursor(heads[limit - 1].at, heads[limit - 1].post_id))
    return page


def item_of(post: Post, user: Any, who: People | None = None) -> Item:
    """The item that shows this post, with the thread around it where we took part."""
    profile_id = post.author_id if post.account_id is None else post.to_profile_id
    if who is None:
        link = ProfileLink.objects.filter(profile=profile_id, state="linked").select_related("contact").first()
        who = People([link.contact] if link and link.contact else [], [link] if link else [], [])
    head = Head(post.posted_at, post.pk, post.thread_id, post.network)
    mine = list(usable_accounts(user).values_list("pk", flat=True))
    items = _items([head], who, [profile_id] if profile_id else [], mine, "all", None)
    return next((item for item in items if any(p.pk == post.pk for p in item.posts)), items[0])


def _heads(profiles: list[int], mine: list[int], kind: str, cursor: Cursor | None, n: int) -> list[Head]:
    arms = [arm for arm in _arms(profiles, mine, kind, cursor, n) if arm is not None]
    rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    newest: dict[int, Head] = {}
    for row in rows:
        head = Head(*row)
        if head.post_id not in newest or head.at > newest[head.post_id].at:
            newest[head.post_id] = head
    return sorted(newest.values(), key=lambda head: (head.at, head.post_id), reverse=True)[:n]


def _arms(profiles: list[int], mine: list[int], kind: str, cursor: Cursor | None, n: int) -> Iterable[Any]:
    mentions = Mention.objects.filter(author__in=profiles)
    if kind in ("all", "posts"):
        theirs = Post.objects.filter(author__in=profiles)
        if kind == "posts":
            theirs = theirs.exclude(pk__in=mentions.values("post"))
        yield _arm(theirs, "posted_at", "pk", cursor, n)
    if kind == "mentions":
        # One post may mention two of our accounts.
        yield _arm(mentions, "posted_at", "post", cursor, 2 * n)
    if kind in ("all", "replies"):
        ours = Post.objects.filter(to_profile__in=profiles, account__in=mine, account__isnull=False)
        yield _arm(ours, "posted_at", "pk", cursor, n)
        unsent = Reply.objects.filter(state__in=UNSENT, post__author__in=profiles)
        if cursor:
            unsent = unsent.filter(created_at__lt=cursor.at)
        newest = unsent.order_by("-created_at").values("pk")[:n]
        rows = Reply.objects.filter(pk__in=newest)
        yield rows.values_list("created_at", "post_id", "post__thread_id", "post__network")


def _arm(rows: QuerySet[Any], at: str, pk: str, cursor: Cursor | None, n: int) -> QuerySet[Any, Any]:
    if cursor:
        older = Q(**{f"{at}__lt": cursor.at}) | Q(**{at: cursor.at, f"{pk}__lt": cursor.post_id})
        rows = rows.filter(older, **{f"{at}__lte": cursor.at})
    # SQLite takes no LIMIT inside an arm of a UNION, but it does inside a subquery.
    newest = rows.order_by(f"-{at}", f"-{pk}").values(pk)[:n]
    return Post.objects.filter(pk__in=newest).values_list("posted_at", "pk", "thread_id", "network")


def _items(
    heads: list[Head], who: People, profiles: list[int], mine: list[int], kind: str, cursor: Cursor | None
) -> list[Item]:
    posts = _posts(heads, profiles, mine)
    replies = _replies(posts)
    shown = {head.post_id for head in heads}
    items = []
    for thread in _threads(posts):
        entries = _entries(thread, replies)
        if any(entry.ours for entry in entries):
            items.append(_item(entries, who, kind))
        else:
            items += [_item([entry], who, kind) for entry in entries if entry.post and entry.post.pk in shown]
    if cursor:
        items = [item for item in items if (item.at, item.posts[-1].pk) < cursor]
    return sorted(items, key=lambda item: (item.at, item.key), reverse=True)


def _posts(heads: list[Head], profiles: list[int], mine: list[int]) -> list[Post]:
    pks = [head.post_id for head in heads]
    threads = {head.thread_id for head in heads if head.thread_id}
    whole = Q(network__in={head.network for head in heads}, thread_id__in=threads)
    between_us = Q(author__in=profiles) | Q(to_profile__in=profiles, account__in=mine)
    first_mention = Mention.objects.filter(post=OuterRef("pk")).order_by("pk")
    rows = (
        Post.objects.filter(Q(pk__in=pks) | (whole & between_us) if threads else Q(pk__in=pks))
        .select_related("author", "account")
        .defer("raw", "author__raw", "author__bio", "account__credentials")
        .annotate(
            mention_reason=Subquery(first_mention.values("reason")[:1]),
            mentioned_account=Subquery(first_mention.values("account")[:1]),
        )
        .order_by("-posted_at", "-pk")[:THREAD_POSTS]
    )
    return sorted(rows, key=lambda post: (post.posted_at, post.pk))


def _replies(posts: list[Post]) -> dict[int, list[Reply]]:
    theirs = [post.pk for post in posts if post.account_id is None]
    rows = Reply.objects.filter(post__in=theirs).exclude(state=Reply.State.CANCELLED)
    found: dict[int, list[Reply]] = {}
    for reply in rows.select_related("user", "account").defer("account__credentials").order_by("pk"):
        found.setdefault(reply.post_id or 0, []).append(reply)
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
    events = [entry.at for entry in entries if kind in ("all", entry.kind)] or [entries[-1].at]
    first = next((entry.post for entry in entries if entry.post and not entry.ours), None)
    anchor = first or next(entry.post for entry in entries if entry.post)
    profile_id = anchor.author_id if anchor.account_id is None else anchor.to_profile_id
    return Item(
        key=str(anchor.pk),
        at=max(events),
        entries=entries,
        contact=who.contact_by_profile.get(profile_id or 0),
        profile=anchor.author if anchor.account_id is None else None,
    )


def _count(model: Any, column: str) -> Case:
    rows = model.objects.filter(**{column: OuterRef("profile")}).order_by().values(column)
    unit = "post" if model is Mention else "pk"
    return _if_linked(rows.annotate(n=Count(unit, distinct=model is Mention)).values("n"))


def _count_ours() -> Case:
    rows = Post.objects.filter(to_profile=OuterRef("profile"), account__isnull=False)
    return _if_linked(rows.order_by().values("to_profile").annotate(n=Count("pk")).values("n"))


def _moving() -> dict[str, Subquery]:
    """What tells that a reply moved: those in flight by their own index, the settled ones by their conversation."""
    moving = Reply.objects.filter(state__in=Reply.IN_FLIGHT, post__author=OuterRef("profile")).order_by()
    ours = Reply.objects.filter(conversation__profile=OuterRef("profile")).order_by()
    sending = Count("pk", filter=Q(state="sending"))
    return {
        "moving": Subquery(moving.values("post__author").annotate(told=_told(sending=sending)).values("told")),
        "settled": Subquery(ours.values("conversation__profile").annotate(told=_told()).values("told")),
    }


def _told(**more: Count) -> JSONObject:
    """Several figures as one object, so that they need one subquery."""
    return JSONObject(n=Count("pk"), at=Max("changed_at"), **more)


def _if_linked(count: QuerySet[Any, Any]) -> Case:
    linked = When(state="linked", then=Subquery(count, output_field=IntegerField()))
    return Case(linked, default=Value(0), output_field=IntegerField())
