"""What ingest is held against: a bare engine without manners, and the plain loop that one writes first."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from socialcrm.models import Conversation, Mention, Post, SocialAccount, SocialProfile, Stream


class Counts(msgspec.Struct):
    """Public metrics of a post or a person."""

    retweet_count: int = 0
    reply_count: int = 0
    like_count: int = 0
    quote_count: int = 0
    impression_count: int = 0
    followers_count: int = 0
    following_count: int = 0
    tweet_count: int = 0
    listed_count: int = 0


class Tweet(msgspec.Struct):
    """A post of X."""

    id: str
    author_id: str
    conversation_id: str
    created_at: datetime
    text: str
    lang: str
    public_metrics: Counts
    entities: msgspec.Raw


class User(msgspec.Struct):
    """A person on X."""

    id: str
    username: str
    name: str
    description: str
    location: str
    profile_image_url: str
    created_at: datetime
    public_metrics: Counts


class Included(msgspec.Struct):
    """What comes along."""

    users: list[User]


class Meta(msgspec.Struct):
    """Where the page stands."""

    newest_id: str


class Answer(msgspec.Struct):
    """A page."""

    data: list[msgspec.Raw]
    includes: Included
    meta: Meta


ANSWER, TWEET = msgspec.json.Decoder(Answer), msgspec.json.Decoder(Tweet)
STAGING = """
CREATE TEMP TABLE IF NOT EXISTS bare_profile (external_id text, handle text, name text, bio text, location text,
    avatar_url text, followers int, following int, listed int, posts_count int, joined_at timestamptz)
    ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS bare_post (external_id text, author_xid text, text text, posted_at timestamptz,
    thread_id text, lang text, likes int, replies int, reposts int, quotes int, views int, entities jsonb, raw jsonb)
    ON COMMIT DELETE ROWS;
"""
PROFILES = """
INSERT INTO socialcrm_socialprofile (network, external_id, handle, name, bio, location, website, url, avatar_url,
    followers, following, listed, posts_count, verified, state, joined_at, fetched_at, raw)
SELECT 'twitter', external_id, handle, name, bio, location, '', '', avatar_url, followers, following, listed,
    posts_count, false, 'active', joined_at, now(), '{}' FROM bare_profile
ON CONFLICT (network, external_id) DO UPDATE SET handle = excluded.handle, name = excluded.name, bio = excluded.bio,
    location = excluded.location, avatar_url = excluded.avatar_url, followers = excluded.followers,
    following = excluded.following, listed = excluded.listed, posts_count = excluded.posts_count,
    fetched_at = excluded.fetched_at
"""
POSTS = """
INSERT INTO socialcrm_post (network, external_id, author_id, text, posted_at, thread_id, in_reply_to, quoted, kind,
    visibility, lang, url, state, edited, likes, replies_count, reposts, quotes, views, entities, media,
    mentioned_ids, raw, stored_at, seen_at, parents_wanted)
SELECT DISTINCT ON (s.external_id) 'twitter', s.external_id, a.id, s.text, s.posted_at, s.thread_id, '', '', 'post',
    'public', s.lang, '', 'live', false, s.likes, s.replies, s.reposts, s.quotes, s.views, s.entities, '[]', '[]',
    s.raw, now(), now(), 0
FROM bare_post s JOIN socialcrm_socialprofile a ON a.network = 'twitter' AND a.external_id = s.author_xid
ON CONFLICT (network, external_id) DO UPDATE SET likes = excluded.likes, replies_count = excluded.replies_count,
    reposts = excluded.reposts, quotes = excluded.quotes, views = excluded.views
RETURNING id, author_id, external_id, thread_id, posted_at
"""
CONVERSATIONS = """
INSERT INTO socialcrm_conversation (account_id, thread_id, profile_id, status, opened_at, waiting_since, last_post_at)
SELECT %s, s.thread_id, a.id, 'open', s.posted_at, s.posted_at, s.posted_at
FROM (SELECT DISTINCT ON (thread_id) * FROM bare_post) s
JOIN socialcrm_socialprofile a ON a.network = 'twitter' AND a.external_id = s.author_xid
ON CONFLICT (account_id, thread_id) DO UPDATE SET last_post_at = excluded.last_post_at
"""
MENTIONS = """
INSERT INTO socialcrm_mention (post_id, account_id, conversation_id, author_id, reason, posted_at)
SELECT p.id, c.account_id, c.id, p.author_id, 'mention', p.posted_at
FROM (SELECT DISTINCT ON (external_id) * FROM bare_post) s
JOIN socialcrm_post p ON p.network = 'twitter' AND p.external_id = s.external_id
JOIN socialcrm_conversation c ON c.account_id = %s AND c.thread_id = s.thread_id
ON CONFLICT (post_id, account_id) DO NOTHING
"""


def bare(bodies: list[bytes], account: SocialAccount, stream: Stream) -> None:
    """msgspec, COPY into staging, INSERT ... ON CONFLICT, the cursor; one transaction, nothing checked or repaired."""
    people: dict[str, tuple[Any, ...]] = {}
    posts: dict[str, tuple[Any, ...]] = {}
    newest = ""
    for body in bodies:
        answer = ANSWER.decode(body)
        newest = answer.meta.newest_id
        people |= {user.id: _person(user) for user in answer.includes.users}
        for raw in answer.data:
            tweet = TWEET.decode(raw)
            posts[tweet.id] = _post(tweet, raw)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGING)
        for table, rows in (("bare_profile", people), ("bare_post", posts)):
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows.values():
                    copy.write_row(row)
        cursor.execute(PROFILES)
        cursor.execute(POSTS)
        cursor.execute(CONVERSATIONS, [account.pk])
        cursor.execute(MENTIONS, [account.pk])
        cursor.execute("UPDATE socialcrm_stream SET cursor = %s WHERE id = %s", [newest, stream.pk])


def _person(user: User) -> tuple[Any, ...]:
    counts = user.public_metrics
    return (
        user.id, user.username, user.name, user.description, user.location, user.profile_image_url,
        counts.followers_count, counts.following_count, counts.listed_count, counts.tweet_count, user.created_at,
    )  # fmt: skip


def _post(tweet: Tweet, raw: msgspec.Raw) -> tuple[Any, ...]:
    counts = tweet.public_metrics
    return (
        tweet.id, tweet.author_id, tweet.text, tweet.created_at, tweet.conversation_id, tweet.lang, counts.like_count,
        counts.reply_count, counts.retweet_count, counts.quote_count, counts.impression_count,
        bytes(tweet.entities).decode(), bytes(raw).decode(),
    )  # fmt: skip


def plain(body: bytes, account: SocialAccount, stream: Stream) -> None:
    """json and update_or_create, post after post, each in a transaction of its own, as Django does by default."""
    answer = json.loads(body)
    users = {user["id"]: user for user in answer["includes"]["users"]}
    for tweet in answer["data"]:
        _plain_post(tweet, users[tweet["author_id"]], account)
    stream.cursor = answer["meta"]["newest_id"]
    stream.save()


def _plain_post(tweet: dict[str, Any], user: dict[str, Any], account: SocialAccount) -> None:
    counts, figures = tweet["public_metrics"], user["public_metrics"]
    author, _created = SocialProfile.objects.update_or_create(
        network="twitter",
        external_id=user["id"],
        defaults={
            "handle": user["username"], "name": user["name"], "bio": user["description"],
            "location": user["location"], "followers": figures["followers_count"], "listed": figures["listed_count"],
            "following": figures["following_count"], "posts_count": figures["tweet_count"], "raw": user,
        },
    )  # fmt: skip
    posted_at = parse_datetime(tweet["created_at"])
    post, _created = Post.objects.update_or_create(
        network="twitter",
        external_id=tweet["id"],
        defaults={
            "author": author, "text": tweet["text"], "posted_at": posted_at, "thread_id": tweet["conversation_id"],
            "lang": tweet["lang"], "likes": counts["like_count"], "replies_count": counts["reply_count"],
            "reposts": counts["retweet_count"], "quotes": counts["quote_count"], "views": counts["impression_count"],
            "entities": tweet["entities"], "raw": tweet,
        },
    )  # fmt: skip
    conversation, _created = Conversation.objects.update_or_create(
        account=account,
        thread_id=post.thread_id,
        defaults={"last_post_at": posted_at},
        create_defaults={"profile": author, "opened_at": posted_at, "last_post_at": posted_at},
    )
    Mention.objects.update_or_create(
        post=post,
        account=account,
        defaults={"author": author, "conversation": conversation, "posted_at": posted_at},
    )
