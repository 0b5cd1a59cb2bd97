"""Mastodon's JSON as typed structs: exactly what we keep [OpenAPI of 4.7; recorded on 4.6.4]."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

NULL = msgspec.Raw(b"null")
# Numbers on Mastodon, letters too on its kin; nothing that has a meaning in an address, or in a key of ours.
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,100}\Z")]


class MId(msgspec.Struct, gc=False):
    """Anything that has a place in a list, however little sense it makes else."""

    id: Id | int


class MField(msgspec.Struct, gc=False):
    """A line of a profile; its value is HTML."""

    value: str = ""
    verified_at: str | None = None


class MAccount(msgspec.Struct, gc=False):
    """A person as one server knows them; `id` is that server's own, `uri` is the same everywhere."""

    id: Id
    username: str = ""
    acct: str = ""
    uri: str | None = None
    url: str | None = None
    display_name: str | None = None
    note: str | None = None
    avatar: str | None = None
    suspended: bool | None = None
    created_at: datetime | None = None
    followers_count: int | None = None
    following_count: int | None = None
    statuses_count: int | None = None
    fields: list[MField] | None = None


class MMention(msgspec.Struct, gc=False):
    """Someone named in a post; there is no URI here."""

    id: str = ""
    acct: str = ""


class MMedia(msgspec.Struct, gc=False):
    """A picture, film or sound."""

    type: str = ""
    url: str | None = None
    preview_url: str | None = None
    description: str | None = None


class MOption(msgspec.Struct, gc=False):
    """An answer of a poll; the server may hide its votes until the end."""

    title: str = ""
    votes_count: int | None = None


class MPoll(msgspec.Struct, gc=False):
    """A poll."""

    options: list[MOption] | None = None


class MQuoted(msgspec.Struct, gc=False):
    """What a quote leads to, in its two shapes: the post, or its id alone."""

    quoted_status: MId | None = None
    quoted_status_id: Id | None = None


class MStatus(msgspec.Struct, gc=False):
    """A post."""

    id: Id
    account: msgspec.Raw
    created_at: datetime
    content: str = ""
    spoiler_text: str | None = None
    visibility: str = "public"
    language: str | None = None
    uri: str | None = None
    url: str | None = None
    in_reply_to_id: Id | None = None
    in_reply_to_account_id: str | None = None
    replies_count: int | None = None
    reblogs_count: int | None = None
    favourites_count: int | None = None
    quotes_count: int | None = None
    edited_at: str | None = None
    reblog: msgspec.Raw = NULL
    quote: MQuoted | None = None
    poll: MPoll | None = None
    mentions: list[MMention] | None = None
    media_attachments: list[MMedia] | None = None


class MNotification(msgspec.Struct, gc=False):
    """Something that happened to the account."""

    id: Id
    status: msgspec.Raw = NULL


class MContext(msgspec.Struct, gc=False):
    """What stands before and after a post."""

    ancestors: list[msgspec.Raw]
    descendants: list[msgspec.Raw]


class MSearch(msgspec.Struct, gc=False):
    """What a search found."""

    accounts: list[msgspec.Raw] | None = None


class MError(msgspec.Struct, gc=False):
    """A refusal; its words are localised by the account's language, so they are shown and never judged."""

    error: str | None = None
    error_description: str | None = None


class MApp(msgspec.Struct, gc=False):
    """Our app on one server."""

    client_id: str
    client_secret: str = ""


class MToken(msgspec.Struct, gc=False):
    """An access token; it does not expire."""

    access_token: str
    scope: str = ""


class MInstance(msgspec.Struct, gc=False):
    """The server; the host in the handles of its people may be another than that of its API."""

    domain: str
    api_versions: Any = None  # said since 4.3
    configuration: dict[str, Any] = {}
