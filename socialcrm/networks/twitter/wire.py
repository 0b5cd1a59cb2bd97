"""X's JSON as typed structs: exactly what we keep, under old names (2.159: tweet) and new ones (2.167: post)."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Entity(msgspec.Struct, gc=False):
    """A mention, link, hashtag or cashtag; `start` and `end` in code points of the text as sent."""

    start: int = -1
    end: int = -1
    username: str | None = None
    id: str | None = None
    tag: str | None = None
    url: str | None = None
    expanded_url: str | None = None
    display_url: str | None = None
    unwound_url: str | None = None
    media_key: str | None = None


class Entities(msgspec.Struct, gc=False):
    """The marked places of a text."""

    mentions: list[Entity] | None = None
    urls: list[Entity] | None = None
    hashtags: list[Entity] | None = None
    cashtags: list[Entity] | None = None


class Note(msgspec.Struct, gc=False):
    """The whole of a post longer than 280."""

    text: str | None = None
    entities: Entities | None = None


class PostMetrics(msgspec.Struct, gc=False):
    """Public counts of a post."""

    like_count: int | None = None
    reply_count: int | None = None
    retweet_count: int | None = None
    repost_count: int | None = None
    quote_count: int | None = None
    impression_count: int | None = None
    bookmark_count: int | None = None


class Reference(msgspec.Struct, gc=False):
    """What a post answers, quotes or reposts."""

    type: str
    id: str


class Attachments(msgspec.Struct, gc=False):
    """What hangs on a post."""

    media_keys: list[str] | None = None


class XPost(msgspec.Struct, gc=False):
    """A post."""

    id: str
    text: str = ""
    author_id: str | None = None
    conversation_id: str | None = None
    created_at: datetime | None = None
    in_reply_to_user_id: str | None = None
    lang: str | None = None
    entities: Entities | None = None
    note_tweet: Note | None = None
    note_post: Note | None = None
    public_metrics: PostMetrics | None = None
    referenced_tweets: list[Reference] | None = None
    referenced_posts: list[Reference] | None = None
    edit_history_tweet_ids: list[str] | None = None
    edit_history_post_ids: list[str] | None = None
    attachments: Attachments | None = None


class UserMetrics(msgspec.Struct, gc=False):
    """Public counts of a person."""

    followers_count: int | None = None
    following_count: int | None = None
    listed_count: int | None = None
    tweet_count: int | None = None
    post_count: int | None = None


class UserEntities(msgspec.Struct, gc=False):
    """The marked places of a profile."""

    url: Entities | None = None
    description: Entities | None = None


class XUser(msgspec.Struct, gc=False):
    """A person."""

    id: str
    username: str = ""
    name: str | None = None
    description: str | None = None
    location: str | None = None
    url: str | None = None
    entities: UserEntities | None = None
    profile_image_url: str | None = None
    protected: bool | None = None
    verified: bool | None = None
    created_at: datetime | None = None
    public_metrics: UserMetrics | None = None


class Variant(msgspec.Struct, gc=False):
    """One file of a video."""

    url: str | None = None
    content_type: str | None = None
    bit_rate: int | None = None


class XMedia(msgspec.Struct, gc=False):
    """A picture or film."""

    media_key: str = ""
    type: str = ""
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None
    width: int | None = None
    height: int | None = None
    variants: list[Variant] | None = None


class Problem(msgspec.Struct, gc=False):
    """One of the partial errors beside the data, or a whole refusal (RFC 7807)."""

    title: str | None = None
    detail: str | None = None
    type: str | None = None
    status: int | None = None
    code: int | None = None
    message: str | None = None
    parameter: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    value: str | list[str] | None = None
    reason: str | None = None
    period: str | None = None
    errors: list[Problem] | None = None
    error: str | None = None  # OAuth's own form
    error_description: str | None = None


class Meta(msgspec.Struct, gc=False):
    """The page's own facts."""

    result_count: int | None = None
    newest_id: str | None = None
    oldest_id: str | None = None
    next_token: str | None = None


class Envelope(msgspec.Struct, gc=False):
    """An answer taken apart only one level deep: every object stays as it was sent."""

    data: msgspec.Raw = msgspec.Raw()
    includes: Includes | None = None
    errors: list[msgspec.Raw] | None = None
    meta: Meta | None = None


class Includes(msgspec.Struct, gc=False):
    """Objects sent along."""

    users: list[msgspec.Raw] | None = None
    tweets: list[msgspec.Raw] | None = None
    posts: list[msgspec.Raw] | None = None
    media: list[msgspec.Raw] | None = None
