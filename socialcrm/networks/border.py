"""The border: what networks and rooms hand to each other, and errors that say what to do next.

Structs are msgspec Structs (a dataclass that is built in a fraction of the time): a page of 100 posts
becomes rows without a detour. Nothing here knows a model, a setting or a room.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


def gettext_noop(text: str) -> str:
    """Mark a sentence for translation: whoever shows an error's `detail` translates it (X's own stay as they are)."""
    return text


class Author(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A person's public face as the network showed it; numbers are None where the network did not say."""

    external_id: str
    handle: str
    name: str = ""
    bio: str = ""
    location: str = ""
    website: str = ""
    url: str = ""
    avatar_url: str = ""
    followers: int | None = None
    following: int | None = None
    listed: int | None = None
    posts_count: int | None = None
    verified: bool = False
    protected: bool = False
    joined_at: datetime | None = None
    told_by: str = ""  # the server whose word this is, where it is hearsay: not the server that the person lives on
    raw: bytes = b"{}"


class Metrics(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Public counts of a post; None where the network did not say."""

    likes: int | None = None
    replies: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    views: int | None = None
    bookmarks: int | None = None


class FetchedPost(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post as the network showed it. `raw` is the network's own JSON, in bytes."""

    external_id: str
    author: Author
    text: str
    posted_at: datetime
    thread_id: str = ""
    in_reply_to: str = ""  # external_id of the parent post
    to_author_id: str = ""  # external_id of the person that the parent post is by
    quoted: str = ""  # external_id of the post that this one quotes
    kind: str = "post"  # post, reply, quote, repost
    visibility: str = "public"  # public, unlisted, followers, private
    lang: str = ""
    url: str = ""
    mentioned_ids: tuple[str, ...] = ()
    metrics: Metrics = Metrics()
    entities: tuple[
        Mapping[str, Any], ...
    ] = ()  # {start, end, kind: url|mention|hashtag|cashtag, text, href}, in characters
    media: tuple[Mapping[str, Any], ...] = ()  # {kind, url, preview_url, alt, width, height}
    edited: bool = False
    raw: bytes = b"{}"


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """Something asked for that the network does not show, and why: deleted, suspended, protected, unknown."""

    external_id: str
    why: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One page of posts, oldest first. `cursor` is the newest id seen; `next_token` asks for the next (older) page."""

    posts: tuple[FetchedPost, ...] = ()
    cursor: str = ""
    next_token: str = ""
    missing: tuple[Missing, ...] = ()
    parents: tuple[FetchedPost, ...] = ()  # posts that the network sent along: parents, quoted posts
    authors: tuple[Author, ...] = ()  # people that the network sent along without a post of theirs
    oldest: str = ""
    truncated: bool = False  # the network's depth ended before the cursor was reached: what lies between is a gap
    unreadable: tuple[bytes, ...] = ()  # posts that could not be understood, as sent: keep them for a person
    forward: bool = False  # the walk goes from old to new: next_token asks for newer posts, the last cursor counts


class Profiles(msgspec.Struct, frozen=True, kw_only=True):
    """People asked for, and those that the network does not show."""

    authors: tuple[Author, ...] = ()
    missing: tuple[Missing, ...] = ()


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A reply or post of ours that the network accepted."""

    external_id: str
    url: str = ""
    text: str = ""


class Whom(msgspec.Struct, frozen=True, kw_only=True):
    """A person as someone typed it: a handle, or the network's own id; one of them is set."""

    handle: str = ""
    external_id: str = ""


class Undecided(enum.Enum):
    """The answer of `find_reply` where the network shows too little to tell."""

    UNDECIDED = "undecided"


UNDECIDED = Undecided.UNDECIDED


@dataclass(frozen=True, slots=True)
class ReplyFacts:
    """What decides whether a post may be answered through the API."""

    own_id: str  # our account's id there
    own_handle: str = ""
    post_id: str = ""
    author_id: str = ""
    author_handle: str = ""
    mentioned_ids: tuple[str, ...] = ()
    quoted_author_id: str = ""  # who wrote the post that this one quotes
    author_protected: bool = False
    deleted: bool = False
    tier: str = "self_serve"


@dataclass(frozen=True, slots=True)
class Limit:
    """What the network's headers said of its rate limit."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, before signing. `endpoint` is the name under which limits and costs are kept."""

    method: str
    url: str
    endpoint: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    data: Mapping[str, str] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    writes: bool = False  # a lost answer to it is OutcomeUnknown, never a blind repeat


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer whose body was read whole under the size cap. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A verb before it is carried out: the signed request and the function that reads the answer.

    One call is run by `Transport.run`, hundreds at once by `Transport.run_many`.
    """

    request: Request
    parse: Callable[[Response], T]
    auth: Any = None  # a requests auth object; used by both transports to sign


@dataclass(frozen=True, slots=True)
class Spent:
    """What one call cost: `units` resources returned or created, in millionths of a US dollar.

    `resources` names those of them that the network charges once a UTC day, each `micros / units`.
    """

    endpoint: str
    units: int
    micros: int
    resources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a post may be answered here, in words for the person, with the next best act."""

    allowed: bool
    code: str  # "mentioned", "quoted", "enterprise", "not_summoned", "deleted", "protected", ...
    sentence: str
    open_url: str = ""  # where to answer on the network itself


@dataclass(frozen=True, slots=True)
class TextCheck:
    """The network's own count of a text. Units are the network's (X: weighted characters)."""

    length: int
    limit: int
    problem: str = ""  # empty, or a sentence for the person

    @property
    def left(self) -> int:
        """Units still free; negative when over."""
        return self.limit - self.length


class NetworkError(Exception):
    """A call did not do what was asked. `detail` is the network's sentence; `status` and `code` decide."""

    def __init__(
        self, detail: str = "", *, status: int | None = None, code: str = "", limit: Limit | None = None
    ) -> None:
        super().__init__(detail or self.__class__.__name__)
        self.detail, self.status, self.code, self.limit = detail, status, code, limit
        self.body = b""  # the answer, where it could not be read


class Rejected(NetworkError):
    """The network refused and will refuse again: tell the person."""


class Duplicate(Rejected):
    """The network says that this text was already posted: look for it before saying so."""


class MayNotReply(Rejected):
    """The network does not let this account answer this post from here, whatever the text."""


class NotFound(NetworkError):
    """What was asked for does not exist, or not for us. `code`: deleted, suspended, protected, unknown."""


class AuthExpired(NetworkError):
    """The account's access is gone: ask to reconnect. Try a refresh first where there is a refresh token."""


class RateLimited(NetworkError):
    """Wait until `retry_at`."""

    def __init__(self, retry_at: datetime, detail: str = "", **kwargs: Any) -> None:
        super().__init__(detail, **kwargs)
        self.retry_at = retry_at


class Unreachable(NetworkError):
    """The network did not answer, or not in a way that can be read: nothing happened there, try again later."""


class OutcomeUnknown(NetworkError):
    """A write may or may not have happened: reconcile, never repeat blindly."""
