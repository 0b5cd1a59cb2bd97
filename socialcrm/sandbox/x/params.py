"""Query parameters, checked as X checks them: what is unknown, wrong or out of range is a 400 that names it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from socialcrm.sandbox.clock import parse_iso
from socialcrm.sandbox.words import words

from .names import OLD_NAMES
from .problems import invalid_many

TWEET_FIELDS = frozenset(
    words(
        "article attachments author_id card_uri community_id context_annotations conversation_id created_at "
        "display_text_range edit_controls edit_history_tweet_ids entities geo id in_reply_to_user_id lang "
        "media_metadata non_public_metrics note_tweet organic_metrics possibly_sensitive promoted_metrics "
        "public_metrics referenced_tweets reply_settings scopes source suggested_source_links "
        "suggested_source_links_with_counts text withheld"
    )
)
TWEET_EXPANSIONS = frozenset(
    words(
        "article.cover_media article.media_entities attachments.media_keys attachments.media_source_tweet "
        "attachments.poll_ids author_id edit_history_tweet_ids entities.mentions.username geo.place_id "
        "in_reply_to_user_id entities.note.mentions.username referenced_tweets.id "
        "referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id"
    )
)
USER_FIELDS = frozenset(
    words(
        "affiliation confirmed_email connection_status created_at description entities id "
        "is_identity_verified location most_recent_tweet_id name parody pinned_tweet_id profile_banner_url "
        "profile_image_url protected public_metrics receives_your_dm subscription subscription_type url "
        "username verified verified_followers_count verified_type withheld"
    )
)
USER_EXPANSIONS = frozenset(words("affiliation.user_id most_recent_tweet_id pinned_tweet_id"))
OTHER_FIELDS = ("media.fields", "poll.fields", "place.fields")
TIMELINE = ("max_results", "since_id", "until_id", "start_time", "end_time", "pagination_token")
RENAMED_EXPANSIONS = {"referenced_posts": "referenced_tweets.id", "affiliation": "affiliation.user_id"}


@dataclass
class Query:
    """A call's checked parameters, in the old names."""

    fields: frozenset[str] = frozenset()
    user_fields: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)

    def complain(self, message: str, name: str, value: str) -> None:
        """Note one wrong parameter."""
        self.errors.append({"message": message, "parameters": {name: [value]}})


def read(request: web.Request, allowed: tuple[str, ...], kind: str, limits: tuple[int, int] = (5, 100)) -> Query:
    """Check a GET's parameters; `kind` (`tweet` or `user`) says what `expansions` may name. Raises a 400."""
    query = Query()
    lists = ("tweet.fields", "user.fields", "expansions")
    names = {*allowed, *lists, *(OTHER_FIELDS if kind == "tweet" else ())}
    for raw in dict.fromkeys(request.query):
        name = OLD_NAMES.get(raw, raw) if raw.endswith(".fields") else raw
        if name not in names and name != "sandbox_names":
            known = ",".join(sorted(names))
            query.complain(f"The query parameter [{raw}] is not one of [{known}]", raw, request.query[raw])
    query.fields = _list(query, request, "tweet.fields", TWEET_FIELDS)
    query.user_fields = _list(query, request, "user.fields", USER_FIELDS)
    query.expansions = _list(query, request, "expansions", TWEET_EXPANSIONS if kind == "tweet" else USER_EXPANSIONS)
    for name in allowed:
        if name in request.query:
            _value(query, name, request.query[name], limits)
    if query.errors:
        raise invalid_many(query.errors)
    return query


def _list(query: Query, request: web.Request, name: str, known: frozenset[str]) -> frozenset[str]:
    raw_name = "post.fields" if name == "tweet.fields" and "post.fields" in request.query else name
    if raw_name not in request.query:
        return frozenset()
    found = set()
    for index, raw in enumerate(request.query[raw_name].split(",")):
        value = OLD_NAMES.get(raw, raw)
        value = RENAMED_EXPANSIONS.get(raw, value) if name == "expansions" else value
        if value in known:
            found.add(value)
        else:
            query.complain(
                f"invalid value '{raw}' at index {index}: value must be one of: [{_names(known)}]", raw_name, raw
            )
    return frozenset(found)


def _names(known: frozenset[str]) -> str:
    return ", ".join(sorted(known))


def _value(query: Query, name: str, text: str, limits: tuple[int, int]) -> None:
    reader = READERS.get(name)
    if reader is None:
        query.values[name] = text
        return
    try:
        query.values[name] = reader(text, limits)
    except ValueError as error:
        query.complain(str(error).format(name=name, text=text), name, text)


def _max_results(text: str, limits: tuple[int, int]) -> int:
    low, high = limits
    if not re.fullmatch(r"\d{1,6}", text) or not low <= int(text) <= high:
        raise ValueError(f"The `max_results` query parameter value [{{text}}] is not between {low} and {high}")
    return int(text)


def _id(text: str, limits: tuple[int, int]) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise ValueError("The `{name}` query parameter value [{text}] is not valid")
    return int(text)


def _time(text: str, limits: tuple[int, int]) -> int:
    try:
        return parse_iso(text)
    except ValueError:
        raise ValueError("The `{name}` query parameter value [{text}] is not a valid ISO8601 time") from None


def _exclude(text: str, limits: tuple[int, int]) -> set[str]:
    parts = set(text.split(","))
    if not parts <= {"replies", "retweets"}:
        raise ValueError("The `{name}` query parameter value [{text}] is not one of [replies,retweets]")
    return parts


def _ids(text: str, limits: tuple[int, int]) -> list[str]:
    ids = text.split(",")
    if len(ids) > 100:
        raise ValueError("The number of values in the `{name}` query parameter list is not between 1 and 100")
    if not all(re.fullmatch(r"[0-9]{1,19}", one) for one in ids):
        raise ValueError("The `{name}` query parameter value [{text}] is not valid")
    return ids


def _usernames(text: str, limits: tuple[int, int]) -> list[str]:
    names = text.split(",")
    if len(names) > 100:
        raise ValueError("The number of values in the `{name}` query parameter list is not between 1 and 100")
    if not all(re.fullmatch(r"[A-Za-z0-9_]{1,15}", one) for one in names):
        raise ValueError("The `{name}` query parameter value [{text}] does not match ^[A-Za-z0-9_]{{1,15}}$")
    return names


READERS = {
    "max_results": _max_results,
    "since_id": _id,
    "until_id": _id,
    "start_time": _time,
    "end_time": _time,
    "exclude": _exclude,
    "ids": _ids,
    "usernames": _usernames,
}
