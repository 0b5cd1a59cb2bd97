"""X's answers -> border structs. Nothing else in the house knows X's JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from socialcrm.networks.border import Author, FetchedPost, Metrics, Missing, Page, Profiles, Unreachable

from .text import mark, unescape
from .wire import Envelope, Problem, UserMetrics, XMedia, XPost, XUser

T = TypeVar("T")
BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, OverflowError)
EPOCH_MS = 1288834974657  # X's snowflake ids count milliseconds from here
MOST = 2**31 - 1  # counts are kept in 32 bits
WEB = "https://x.com"

_envelope = msgspec.json.Decoder(Envelope)
_raws = msgspec.json.Decoder(list[msgspec.Raw])
_post = msgspec.json.Decoder(XPost)
_user = msgspec.json.Decoder(XUser)
_media = msgspec.json.Decoder(XMedia)
_problem = msgspec.json.Decoder(Problem)

# An escape of NUL or of half a surrogate pair: neither can be kept as text. Pairs of backslashes before it are text.
_UNKEEPABLE = re.compile(
    rb"(?<!\\)((?:\\\\)*)(?:\\u0000|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def repair(body: bytes) -> bytes:
    """The body with NUL, lone surrogates and broken UTF-8 replaced by U+FFFD."""
    text = body.decode("utf-8", "replace").encode()
    return _UNKEEPABLE.sub(lambda hit: hit[0] if len(hit[0]) - len(hit[1]) == 12 else hit[1] + b"\\ufffd", text)


def envelope(body: bytes) -> Envelope:
    """Take an answer apart. Raises Unreachable where it is not one."""
    if b"\\u0000" in body:
        body = repair(body)
    try:
        body.decode()
        return _envelope.decode(body)
    except BAD:
        pass
    try:
        return _envelope.decode(repair(body))
    except BAD:
        raise Unreachable("The network's answer could not be read.", code="unreadable") from None


def _read(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw) -> T | None:
    try:
        return decoder.decode(raw)
    except BAD:
        pass
    try:
        return decoder.decode(repair(bytes(raw)))
    except BAD:
        return None


def objects(envelope: Envelope) -> list[msgspec.Raw]:
    """The objects of `data`, be it a list, one object or nothing. Raises Unreachable for anything else."""
    data = bytes(envelope.data)
    if data[:1] == b"[":
        return _raws.decode(envelope.data)
    if data[:1] == b"{":
        return [envelope.data]
    if data in {b"", b"null"}:
        return []
    raise Unreachable("The network's answer could not be read.", code="unreadable")


def count(number: int | None) -> int | None:
    """A count as we keep it: never negative, at most 32 bits."""
    return None if number is None else min(max(number, 0), MOST)


_NO_COUNTS = UserMetrics()


def author_of(user: XUser, raw: bytes = b"{}", web: str = WEB) -> Author:
    """A person."""
    metrics, links = user.public_metrics or _NO_COUNTS, user.entities and user.entities.url
    website = user.url or ""
    if links and links.urls:
        website = links.urls[0].expanded_url or website
    posts = metrics.tweet_count if metrics.tweet_count is not None else metrics.post_count
    return Author(
        external_id=user.id,
        handle=user.username,
        name=unescape(user.name or ""),
        bio=_expanded_bio(user),
        location=unescape(user.location or ""),
        website=website,
        url=f"{web}/{user.username}" if user.username else "",
        avatar_url=user.profile_image_url or "",
        followers=count(metrics.followers_count),
        following=count(metrics.following_count),
        listed=count(metrics.listed_count),
        posts_count=count(posts),
        verified=bool(user.verified),
        protected=bool(user.protected),
        joined_at=_utc(user.created_at),
        raw=raw,
    )


def _expanded_bio(user: XUser) -> str:
    text = user.description or ""
    for link in (user.entities and user.entities.description and user.entities.description.urls) or ():
        if link.url and link.expanded_url:
            text = text.replace(link.url, link.expanded_url)
    return unescape(text)


def _utc(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment


def time_of_id(external_id: str) -> datetime:
    """When a post was made, by its id."""
    try:
        return datetime.fromtimestamp(((int(external_id) >> 22) + EPOCH_MS) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


class Reader:
    """Reads the objects of one answer; people and media that were sent along are looked up here."""

    def __init__(self, parts: Envelope, web: str = WEB) -> None:
        self.parts, self.web = parts, web
        self.authors: dict[str, Author] = {}
        self.by_handle: dict[str, str] = {}
        self.media: dict[str, Mapping[str, Any]] = {}
        includes = parts.includes
        for raw in (includes and includes.users) or ():
            self.author(raw)
        for raw in (includes and includes.media) or ():
            medium = _read(_media, raw)
            if medium is not None:
                self.media[medium.media_key] = picture(medium)

    def author(self, raw: msgspec.Raw) -> Author | None:
        """Read and remember a person."""
        user = _read(_user, raw)
        if user is None or not user.id:
            return None
        author = author_of(user, bytes(raw), self.web)
        self.authors[user.id] = author
        self.by_handle[user.username.lower()] = user.id
        return author

    def posts(self, raws: list[msgspec.Raw], bad: list[bytes]) -> list[FetchedPost]:
        """Read posts; those that cannot be read land in `bad` as they are."""
        found = []
        for raw in raws:
            post = _read(_post, raw)
            if post is None or not post.id.isdigit():
                bad.append(bytes(raw))
            else:
                found.append(self.post(post, bytes(raw)))
        return found

    def post(self, post: XPost, raw: bytes) -> FetchedPost:
        """One post. Reposts name what they repost in `quoted`."""
        author = self.authors.get(post.author_id or "") or Author(external_id=post.author_id or "", handle="")
        note = post.note_tweet or post.note_post
        sent, marks = (note.text, note.entities) if note and note.text else (post.text, post.entities)
        text, entities, mentioned = mark(sent, marks, self.by_handle, self.web) if marks else (unescape(sent), (), ())
        parent, quoted, kind = references(post)
        history = post.edit_history_tweet_ids or post.edit_history_post_ids
        return FetchedPost(
            external_id=post.id,
            author=author,
            text=text,
            posted_at=_utc(post.created_at) or time_of_id(post.id),
            thread_id=post.conversation_id or "",
            in_reply_to=parent,
            to_author_id=(post.in_reply_to_user_id or "") if parent else "",
            quoted=quoted,
            kind=kind,
            visibility="followers" if author.protected else "public",
            lang=post.lang or "",
            url=f"{self.web}/{author.handle or 'i'}/status/{post.id}",
            mentioned_ids=mentioned,
            metrics=metrics_of(post),
            entities=entities,
            media=self._media_of(post),
            edited=history is not None and len(history) > 1,
            raw=raw,
        )

    def _media_of(self, post: XPost) -> tuple[Mapping[str, Any], ...]:
        keys = post.attachments.media_keys if post.attachments else None
        return tuple(self.media[key] for key in keys if key in self.media) if keys else ()


def references(post: XPost) -> tuple[str, str, str]:
    """(the parent's id, the quoted or reposted post's id, kind)."""
    parent = quoted = ""
    kind = "post"
    for one in post.referenced_tweets or post.referenced_posts or ():
        if one.type == "replied_to":
            parent, kind = one.id, "reply"
        elif one.type == "quoted":
            quoted, kind = one.id, kind if kind == "reply" else "quote"
        elif one.type == "retweeted":
            quoted, kind = one.id, "repost"
    return parent, quoted, kind


_NO_METRICS = Metrics()


def metrics_of(post: XPost) -> Metrics:
    """Public counts."""
    found = post.public_metrics
    if found is None:
        return _NO_METRICS
    return Metrics(
        likes=count(found.like_count),
        replies=count(found.reply_count),
        reposts=count(found.retweet_count if found.retweet_count is not None else found.repost_count),
        quotes=count(found.quote_count),
        views=count(found.impression_count),
        bookmarks=count(found.bookmark_count),
    )


def picture(medium: XMedia) -> Mapping[str, Any]:
    """A picture or film; of a film's files the best mp4."""
    films = [v for v in medium.variants or () if v.url and v.content_type == "video/mp4"]
    best = max(films, key=lambda v: v.bit_rate or 0).url if films else None
    return {
        "kind": medium.type,
        "url": medium.url or best or "",
        "preview_url": medium.preview_image_url or "",
        "alt": medium.alt_text or "",
        "width": medium.width,
        "height": medium.height,
    }


def missing_of(parts: Envelope, kinds: tuple[str, ...]) -> tuple[Missing, ...]:
    """What the answer says is not shown, of these resource types, and why."""
    problems = [_read(_problem, raw) for raw in parts.errors or ()]
    return tuple(
        Missing(external_id=which(one), why=why(one))
        for one in problems
        if one is not None and (one.resource_type or kinds[0]) in kinds and which(one)
    )


def which(problem: Problem) -> str:
    """The id or handle that a partial error is about."""
    value = problem.value if isinstance(problem.value, str) else ""
    return problem.resource_id or value


def why(problem: Problem) -> str:
    """deleted, suspended, protected or unknown: by type, then by title, never by the sentence.

    A suspended person comes as resource-not-found with the title "Forbidden" [observed through API clients].
    """
    kind = (problem.type or "").rpartition("/")[2]
    if kind in {"not-authorized-for-resource", "disallowed-resource"} or problem.title == "Authorization Error":
        return "protected"
    if problem.title == "Forbidden" or kind == "resource-unavailable":
        return "suspended"
    if kind == "resource-not-found" or problem.title == "Not Found Error":
        return "unknown" if problem.parameter in {"username", "usernames"} else "deleted"
    return "unknown"


def key(external_id: str) -> tuple[int, str]:
    """Snowflake ids in order of time, compared without turning them into numbers."""
    return len(external_id), external_id


def page(body: bytes, cursor: str = "", web: str = WEB) -> Page:
    """A page of posts, oldest first, with what was sent along. `next_token` is X's own."""
    parts = envelope(body)
    reader, bad = Reader(parts, web), list[bytes]()
    posts = sorted(reader.posts(objects(parts), bad), key=lambda post: key(post.external_id))
    includes = parts.includes
    along = reader.posts((includes and (includes.tweets or includes.posts)) or [], [])
    meta = parts.meta
    ids = [post.external_id for post in posts] + [one for one in (cursor, meta and meta.newest_id) if one]
    return Page(
        posts=tuple(posts),
        cursor=max(ids, key=key, default=""),
        next_token=(meta and meta.next_token) or "",
        missing=missing_of(parts, ("tweet", "post")),
        parents=tuple(along),
        authors=tuple(reader.authors.values()),
        oldest=posts[0].external_id if posts else "",
        unreadable=tuple(bad),
    )


def people(body: bytes, web: str = WEB) -> Profiles:
    """People, and those who are not shown."""
    parts = envelope(body)
    reader = Reader(parts, web)
    found = [author for raw in objects(parts) if (author := reader.author(raw)) is not None]
    return Profiles(authors=tuple(found), missing=missing_of(parts, ("user",)))


class Written(msgspec.Struct):
    """What X says after a post was made or deleted."""

    id: str = ""
    text: str = ""
    deleted: bool = False


_written = msgspec.json.Decoder(Written)


def written(body: bytes) -> tuple[str, str]:
    """(id, text) of the post that was made. Raises Unreachable where the answer does not say."""
    for raw in objects(envelope(body)):
        found = _read(_written, raw)
        if found is not None and found.id.isdigit():
            return found.id, unescape(found.text)
    raise Unreachable("The network's answer could not be read.", code="unreadable")


def deleted(body: bytes) -> bool:
    """Whether X says that the post is gone."""
    found = [_read(_written, raw) for raw in objects(envelope(body))]
    return any(one is not None and one.deleted for one in found)
