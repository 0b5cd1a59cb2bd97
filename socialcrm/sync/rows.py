"""What a network said, as rows: repaired, clipped to the columns, each post and person once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from socialcrm.bulk import Staging
from socialcrm.models import SocialAccount
from socialcrm.models.conversation import PRIVATE_THREAD
from socialcrm.networks.base import Author, FetchedPost, Page

MAX_INT = 2_147_483_647
MAX_ID = 500
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCKS_DIFFER = timedelta(hours=1)
NOTHING, NO_OBJECT = msgspec.Raw(b"[]"), msgspec.Raw(b"{}")
MENTION_THREAD = 3  # where the thread stands in a mention's row
PARENT_DEPTH = 5  # missing parents fetched upwards from a mention or a post of ours

PROFILES = Staging(
    "socialcrm_in_profile",
    (
        ("network", "text"), ("external_id", "text"), ("handle", "text"), ("name", "text"), ("bio", "text"),
        ("location", "text"), ("website", "text"), ("url", "text"), ("avatar_url", "text"), ("followers", "integer"),
        ("following", "integer"), ("listed", "integer"), ("posts_count", "integer"), ("verified", "boolean"),
        ("state", "text"), ("joined_at", "timestamptz"), ("fetched_at", "timestamptz"), ("raw", "jsonb"),
        ("told_by", "text"),
    ),
)  # fmt: skip
POSTS = Staging(
    "socialcrm_in_post",
    (
        ("network", "text"), ("external_id", "text"), ("author_xid", "text"), ("to_xid", "text"), ("text", "text"),
        ("posted_at", "timestamptz"), ("thread_id", "text"), ("in_reply_to", "text"), ("quoted", "text"),
        ("kind", "text"), ("visibility", "text"), ("lang", "text"), ("url", "text"), ("edited", "boolean"),
        ("likes", "integer"), ("replies_count", "integer"), ("reposts", "integer"), ("quotes", "integer"),
        ("views", "integer"), ("entities", "jsonb"), ("media", "jsonb"), ("mentioned_ids", "jsonb"), ("raw", "jsonb"),
        ("seen_at", "timestamptz"), ("wanted", "smallint"), ("told_by", "text"),
    ),
)  # fmt: skip
MENTIONS = Staging(
    "socialcrm_in_mention",
    (("network", "text"), ("external_id", "text"), ("account_id", "bigint"), ("thread_id", "text"), ("reason", "text")),
)
PARENTS = Staging("socialcrm_in_parent", (("network", "text"), ("external_id", "text")))

# Looks at the whole of it and builds nothing: JSON with more behind its end must not reach the statement around it.
_one_value = msgspec.json.Decoder(msgspec.Raw)


@dataclass(slots=True)
class Batch:
    """A page on its way into the tables: whose it is, what stream it came from, and when the network said it."""

    page: Page
    account: SocialAccount
    kind: str
    seen_at: datetime
    wanted: int | None = None  # levels of missing parents to fetch; None: by kind of stream
    outcome: Any = None  # what becomes of the stream, see streams.Outcome


class Said(NamedTuple):
    """A post on its way into the tables."""

    post: FetchedPost
    batch: Batch
    wanted: int  # levels of missing parents to fetch
    thread: str


@dataclass(slots=True)
class Rows:
    """What is staged for the database, keyed so that each appears once however often the pages repeat it.

    The rows are made when they are asked for: PostgreSQL already works on the people while those of the posts are made.
    """

    profiles: dict[tuple[str, str], tuple[Author, Batch]] = field(default_factory=dict)
    posts: dict[tuple[str, str], Said] = field(default_factory=dict)
    mentions: dict[tuple[str, str, int], tuple[Any, ...]] = field(default_factory=dict)
    nameless: dict[tuple[str, str], str] = field(default_factory=dict)  # post -> parent, where no thread is named
    refused: int = 0
    bare: bool = False  # with nothing that the network nested or numbered at will

    def add(self, batch: Batch) -> None:
        """Take a page in. Posts without a usable id or author are counted as refused, never stored half."""
        concerns_us = batch.kind != "profile_posts"
        wanted = batch.wanted if batch.wanted is not None else PARENT_DEPTH * concerns_us
        for author in batch.page.authors:
            self._author(author, batch)
        for post in batch.page.parents:
            self._post(post, batch, max(0, wanted - 1))
        for post in batch.page.posts:
            if self._post(post, batch, wanted) and batch.kind == "mentions" and post.kind != "repost":
                self._mention(post, batch)

    def _author(self, author: Author, batch: Batch) -> bool:
        if not usable(author.external_id):
            return False
        key = (batch.account.network, author.external_id)
        known = self.profiles.get(key)
        # A stub (an id without a handle) gives way to the whole person, hearsay to the word of the person's own server.
        if known is None or (author.handle and (not known[0].handle or (known[0].told_by and not author.told_by))):
            self.profiles[key] = (author, batch)
        return True

    def _post(self, post: FetchedPost, batch: Batch, wanted: int) -> bool:
        if not usable(post.external_id) or not self._author(post.author, batch):
            self.refused += 1
            return False
        key = (batch.account.network, post.external_id)
        known = self.posts.get(key)
        if known is None or known.wanted < wanted:
            self.posts[key] = Said(post, batch, wanted, thread_of(batch.account, post))
            if post.in_reply_to and not names_thread(batch.account, post):
                self.nameless[key] = post.in_reply_to[:MAX_ID]
        return True

    def file_under(self, threads: Mapping[tuple[str, str], str]) -> None:
        """Put posts, and what they say to us, into other threads."""
        for key, thread in threads.items():
            self.posts[key] = self.posts[key]._replace(thread=thread)
        for told, row in self.mentions.items():
            if told[:2] in threads:
                self.mentions[told] = (*row[:MENTION_THREAD], threads[told[:2]], *row[MENTION_THREAD + 1 :])

    def _mention(self, post: FetchedPost, batch: Batch) -> None:
        account = batch.account
        key = (account.network, post.external_id, account.pk)
        self.mentions[key] = (*key, thread_of(account, post), reason_of(account, post))

    def profile_rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows of PROFILES."""
        for author, batch in self.profiles.values():
            raw = NO_OBJECT if self.bare else clean_json(author.raw)
            yield profile_row(batch.account.network, author, batch.seen_at, raw)

    def post_rows(self) -> Iterator[tuple[Any, ...]]:
        """The rows of POSTS."""
        for said in self.posts.values():
            yield post_row(said, (NOTHING, NOTHING, NOTHING, NO_OBJECT) if self.bare else json_of(said.post))


def profile_row(network: str, author: Author, seen_at: datetime, raw: msgspec.Raw) -> tuple[Any, ...]:
    """The staging row of a person."""
    texts = tidy(
        author.handle[:255], author.name[:255], author.bio, author.location[:255], author.website[:2000],
        author.url[:2000], author.avatar_url[:2000],
    )  # fmt: skip
    return (
        network, author.external_id, *texts, count(author.followers), count(author.following), count(author.listed),
        count(author.posts_count), author.verified, "protected" if author.protected else "active",
        joined_at(author.joined_at, seen_at), seen_at, raw, clean(author.told_by[:255]),
    )  # fmt: skip


def post_row(said: Said, given: tuple[msgspec.Raw, ...]) -> tuple[Any, ...]:
    """The staging row of a post; `given` is what its network nested, see `json_of`."""
    post, batch, wanted, thread = said
    metrics = post.metrics
    text, *names = tidy(
        post.text, thread, post.in_reply_to[:MAX_ID], post.quoted[:MAX_ID], post.kind,
        post.visibility[:20], post.lang[:10], post.url[:2000],
    )  # fmt: skip
    return (
        batch.account.network, post.external_id, post.author.external_id, post.to_author_id or None, text,
        said_at(post.posted_at, batch.seen_at), *names, post.edited, count(metrics.likes), count(metrics.replies),
        count(metrics.reposts), count(metrics.quotes), count(metrics.views), *given, batch.seen_at, wanted,
        clean(post.author.told_by),
    )  # fmt: skip


def json_of(post: FetchedPost) -> tuple[msgspec.Raw, ...]:
    """The columns of a post that are JSON."""
    return as_json(post.entities), as_json(post.media), as_json(post.mentioned_ids), clean_json(post.raw)


def thread_of(account: SocialAccount, post: FetchedPost) -> str:
    """The key of the conversation: the thread; in private, the person, so that each account has its own with them."""
    if post.visibility == "private":
        return clean(PRIVATE_THREAD + (partner(account, post) or post.external_id))[:MAX_ID]
    return clean(post.thread_id or post.external_id)[:MAX_ID]


def partner(account: SocialAccount, post: FetchedPost) -> str:
    """With whom a private post speaks; "" where the network does not say."""
    return post.to_author_id if post.author.external_id == account.external_id else post.author.external_id


def names_thread(account: SocialAccount, post: FetchedPost) -> bool:
    """Whether the network says to which conversation the post belongs."""
    return bool(partner(account, post) if post.visibility == "private" else post.thread_id)


def reason_of(account: SocialAccount, post: FetchedPost) -> str:
    """Why the post concerns the account."""
    if post.to_author_id == account.external_id:
        return "reply"
    if post.kind == "quote" and account.external_id not in post.mentioned_ids:
        return "quote"
    return "mention"


def usable(external_id: str) -> bool:
    """Whether an id can be kept: not empty, not longer than the column, printable."""
    return 0 < len(external_id) <= MAX_ID and external_id.isprintable()


def clean(text: str) -> str:
    """The text with what no database takes (NUL, lone surrogates) replaced by U+FFFD."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def tidy(*texts: str) -> tuple[str, ...]:
    """The texts cleaned; one look at all of them together is enough where they are clean, as nearly always."""
    joined = "".join(texts)
    return texts if clean(joined) is joined else tuple(clean(text) for text in texts)


def count(number: int | None) -> int | None:
    """A count that fits the column; None stays None."""
    if number is None or 0 <= number <= MAX_INT:
        return number
    return min(max(number, 0), MAX_INT)


def said_at(moment: datetime, seen_at: datetime) -> datetime:
    """When a post was said, in UTC: as its network says, but not before there were networks, nor after it was read.

    A time at the ends of the calendar fits no time zone, and one that is still to come would wait for us for ever.
    """
    moment = aware(moment)
    if moment < EARLIEST:
        return EARLIEST
    return moment.astimezone(UTC) if moment <= seen_at + CLOCKS_DIFFER else seen_at


def joined_at(moment: datetime | None, seen_at: datetime) -> datetime | None:
    """When a person joined; None where that cannot be."""
    return said_at(moment, seen_at) if moment and EARLIEST <= aware(moment) <= seen_at + CLOCKS_DIFFER else None


def aware(moment: datetime) -> datetime:
    """The moment with a time zone; a bare one is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_json(values: Iterable[Any]) -> msgspec.Raw:
    """JSON of a list."""
    if not values:
        return NOTHING
    made = msgspec.json.encode(values)
    return clean_json(made) if b"\\u0000" in made else msgspec.Raw(made)


def clean_json(raw: bytes) -> msgspec.Raw:
    """The network's JSON byte for byte, unless it is none, or holds what no database takes."""
    try:
        raw.decode()
        if b"\\u0000" not in raw and b"\\ud" not in raw and b"\\uD" not in raw:
            return _one_value.decode(raw)
    except (ValueError, RecursionError):  # not UTF-8, no JSON, or nested without end
        pass
    return msgspec.Raw(_repaired(raw))


def _repaired(raw: bytes) -> str:
    try:
        return json.dumps(_scrub(json.loads(raw.decode("utf-8", "replace"))), ensure_ascii=False)
    except (ValueError, RecursionError):
        return "{}"


def _scrub(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_scrub(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _scrub(item) for key, item in value.items()}
    return value
