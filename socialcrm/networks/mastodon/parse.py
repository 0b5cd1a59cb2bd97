"""Mastodon's objects -> the border's structs. People are keyed by their URI, which every server knows them by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from socialcrm.networks.border import Author, FetchedPost, Metrics, Missing, Page, Unreachable
from socialcrm.networks.html import first_link, plain, web_address
from socialcrm.networks.reading import read, unreadable, utc
from socialcrm.networks.servers import host_of, is_under

from .wire import MAccount, MMedia, MOption, MStatus

# A server shows 4 pictures and as many answers of a poll, warnings of some 500 characters; forks allow more.
LONGEST_LINE, MOST = 2_000, 50
VISIBILITY = {"public": "public", "unlisted": "unlisted", "private": "followers", "direct": "private"}


def sort_key(local_id: str) -> tuple[int, str]:
    """Ids are opaque texts whose order is by length, then by letters [docs]."""
    return len(local_id), local_id


def local(external_id: str) -> str:
    """A post's id on the server that told us of it."""
    return external_id.partition("@")[0]


class Reader:
    """Reads one answer of one server; remembers who is who in it."""

    def __init__(self, host: str, domain: str = "", own_uri: str = "", own_handle: str = "") -> None:
        self.host, self.domain = host, domain or host
        self.own_uri, self.own_handle = own_uri, own_handle.lower()
        self.uris: dict[str, str] = {}
        self.unreadable: list[bytes] = []

    def key(self, local_id: str | None) -> str:
        """A post's key: two servers give the same id to two posts, and two ids to one post."""
        return f"{local_id}@{self.host}" if local_id else ""

    def handle(self, acct: str, home: str) -> str:
        """user@host. People of this server have its domain, others one that can be theirs: else the host of their URI.

        A server's people may be named after a domain above it (LOCAL_DOMAIN); any other domain anyone could claim.
        """
        name, _, domain = acct.partition("@")
        if home == self.host:
            return f"{name}@{self.domain}"
        return f"{name}@{domain if is_under(home, domain.lower()) else home}"

    def author(self, raw: bytes | msgspec.Raw) -> Author:
        """A person. Raises Unreachable where it is none."""
        one = read(raw, MAccount)
        uri = one.uri or one.url or ""
        home = host_of(uri)
        if not home:
            raise unreadable()
        self.uris[one.id] = uri
        handle = self.handle(one.acct or one.username, home)
        fields = one.fields or []
        links = [first_link(line.value) for line in sorted(fields, key=lambda line: not line.verified_at)]
        return Author(
            external_id=uri,
            handle=handle,
            name=one.display_name or one.username,
            bio=plain(one.note or "")[0],
            website=next(filter(None, links), ""),
            url=self.link(one.url, home, handle) or uri,
            avatar_url=web_address(one.avatar),
            followers=one.followers_count,
            following=one.following_count,
            posts_count=one.statuses_count,
            joined_at=utc(one.created_at),
            told_by="" if home == self.host else self.host,
            raw=bytes(raw),
        )

    def link(self, address: str | None, home: str, handle: str) -> str:
        """The address, where it leads to the person's own server, to the domain in their name, or to this server."""
        where = host_of(address)
        own = {home, self.host, handle.partition("@")[2]}
        return web_address(address) if where in own else ""

    def posts(self, raws: Iterable[msgspec.Raw | bytes]) -> list[FetchedPost]:
        """Posts, those that can't be understood set aside."""
        found = []
        for raw in raws:
            try:
                status = read(raw, MStatus)
                found.append((status, self.author(status.account), raw))
            except Unreachable:
                self.unreadable.append(bytes(raw))
        return [self._post(status, author, raw) for status, author, raw in found]

    def _post(self, status: MStatus, author: Author, raw: msgspec.Raw | bytes) -> FetchedPost:
        text, entities = _told(status)
        home = host_of(author.external_id)
        return FetchedPost(
            external_id=self.key(status.id),
            author=author,
            text=text,
            posted_at=utc(status.created_at) or status.created_at,
            # Mastodon has no name for a conversation: whoever keeps the posts finds it by their parents.
            thread_id="" if status.in_reply_to_id else self.key(status.id),
            in_reply_to=self.key(status.in_reply_to_id),
            to_author_id=self._uri(status, status.in_reply_to_account_id or ""),
            quoted=self.key(_quoted(status)),
            kind=_kind(status),
            visibility=VISIBILITY.get(status.visibility, "private"),
            lang=(status.language or "")[:8],
            url=self.link(status.url, home, author.handle) or self.link(status.uri, home, author.handle),
            mentioned_ids=tuple(dict.fromkeys(filter(None, (self._uri(status, m.id) for m in status.mentions or ())))),
            metrics=Metrics(
                likes=status.favourites_count,
                replies=status.replies_count,
                reposts=status.reblogs_count,
                quotes=status.quotes_count,
            ),
            entities=entities,
            media=tuple(_media(one) for one in (status.media_attachments or ())[:MOST]),
            edited=bool(status.edited_at),
            raw=bytes(raw),
        )

    def _uri(self, status: MStatus, local_id: str) -> str:
        """The URI of someone named by this server's own id, where the answer tells it."""
        us = {self.own_handle, self.own_handle.partition("@")[0]}  # a server names its own people without host
        for one in status.mentions or ():
            if one.id == local_id and self.own_uri and one.acct.lower() in us:
                return self.own_uri
        return self.uris.get(local_id, "")

    def page(self, raws: Iterable[msgspec.Raw | bytes], cursor: str = "") -> Page:
        """A page, oldest first; its cursor is its newest post, or the one we had."""
        posts = sorted(self.posts(raws), key=lambda post: sort_key(local(post.external_id)))
        return Page(
            posts=tuple(posts),
            cursor=posts[-1].external_id if posts else cursor,
            oldest=posts[0].external_id if posts else "",
            unreadable=tuple(self.unreadable),
        )


def missing(asked: Iterable[str], page: Page) -> tuple[Missing, ...]:
    """Asked for and not shown: deleted, or no longer for us; Mastodon does not say which."""
    shown = {post.external_id for post in page.posts}
    return tuple(Missing(external_id=one, why="deleted") for one in asked if one not in shown)


def _kind(status: MStatus) -> str:
    if bytes(status.reblog) != b"null":
        return "repost"
    return "reply" if status.in_reply_to_id else "quote" if _quoted(status) else "post"


def _quoted(status: MStatus) -> str:
    if status.quote is None:
        return ""
    return str(status.quote.quoted_status.id) if status.quote.quoted_status else status.quote.quoted_status_id or ""


def _told(status: MStatus) -> tuple[str, tuple[dict[str, Any], ...]]:
    """All that the post says: its content warning before it, its poll after it."""
    text, entities = plain(status.content)
    if status.spoiler_text:
        head = f"{_line(status.spoiler_text)}\n\n"
        moved = ({**one, "start": one["start"] + len(head), "end": one["end"] + len(head)} for one in entities)
        text, entities = f"{head}{text}", tuple(moved)
    lines = [_option(one) for one in ((status.poll.options if status.poll else None) or ())[:MOST]]
    return "\n".join([f"{text}\n" if text else "", *lines] if lines else [text]), entities


def _option(one: MOption) -> str:
    votes = "" if one.votes_count is None else f" ({one.votes_count})"
    return f"○ {_line(one.title)}{votes}"


def _line(text: str) -> str:
    return " ".join(text[:LONGEST_LINE].replace(chr(0), " ").split())


def _media(one: MMedia) -> dict[str, Any]:
    kind = {"image": "photo", "gifv": "gif"}.get(one.type, one.type)
    urls = {"url": web_address(one.url), "preview_url": web_address(one.preview_url)}
    return {"kind": kind, **urls, "alt": (one.description or "")[:LONGEST_LINE], "width": None, "height": None}
