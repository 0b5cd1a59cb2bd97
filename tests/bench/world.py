"""The bench's database: contacts, profiles, posts, mentions and conversations, made by the database itself.

`build(size)` fills an empty, migrated PostgreSQL database; a second call finds it filled. The figures follow the shape
that people have: a few write thousands of posts, most a handful.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .table import Size

PROFILES_PER_CONTACT = 4
ACCOUNTS = 4
FIRST_ID = 1_000_000_000_000_000_000  # posts get ids from here on, in the order of their time
TABLES = ("socialcrm_post", "socialcrm_mention", "socialcrm_conversation", "socialcrm_socialprofile")

# The first profiles are the contacts'; the square makes the first ones heavy writers. They say of themselves what they
# say in x_pages.py: who comes by again has other counts, not another name.
PROFILES = """
INSERT INTO socialcrm_socialprofile (network, external_id, handle, name, bio, location, website, url, avatar_url,
    followers, following, listed, posts_count, verified, state, joined_at, fetched_at, matched_at, raw)
SELECT 'twitter', id, 'person_' || n, 'Person Number ' || id,
    'Lamps, lenses and the light of ' || id || ', and much else that fits into a biography of X', 'Lyon', '',
    'https://x.com/person_' || n, 'https://pbs.twimg.com/profile_images/' || id || '/face_normal.jpg',
    (10 ^ (random() * 6))::int, 300, 12, (random() * 20000)::int, false, 'active', '2015-06-01 10:00Z', now(), now(),
    jsonb_build_object('id', id, 'name', 'Person Number ' || id, 'username', 'person_' || n, 'created_at',
        '2015-06-01T10:00:00.000Z', 'description', 'Lamps, lenses and the light of ' || id, 'location', 'Lyon')
FROM (SELECT n, (500000000 + n)::text AS id FROM generate_series(1, %(profiles)s) n) people
"""
LINKS = """
INSERT INTO socialcrm_profilelink (profile_id, contact_id, state, basis, automatic, score, evidence, decided_at)
SELECT p.id, c.id, 'linked', 'given', true, 1, '[]', now()
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM socialcrm_socialprofile WHERE handle LIKE 'person%%') p
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM crm_core_contact) c ON c.n = p.n
"""
# Of 20 posts, one is ours (an answer to somebody), six mention us, and thirteen are what people say anyway.
POSTS = """
INSERT INTO socialcrm_post (network, external_id, author_id, account_id, to_profile_id, text, posted_at, thread_id,
    in_reply_to, quoted, kind, visibility, lang, url, state, edited, likes, replies_count, reposts, quotes, views,
    entities, media, mentioned_ids, raw, stored_at, seen_at, parents_wanted)
SELECT 'twitter', %(first)s + n, CASE WHEN ours THEN a.profile_id ELSE %(base)s + person END,
    CASE WHEN ours THEN a.id END, CASE WHEN ours THEN %(base)s + person END, body, at,
    (%(first)s + n - CASE WHEN ours THEN 1 ELSE 0 END)::text, CASE WHEN ours THEN (%(first)s + n - 1)::text ELSE '' END,
    '', CASE WHEN ours THEN 'reply' ELSE 'post' END, 'public', 'en', 'https://x.com/i/status/' || (%(first)s + n),
    'live', false, n %% 90, n %% 7, n %% 5, n %% 3, n %% 9000, '[]', '[]', '[]',
    jsonb_build_object('id', (%(first)s + n)::text, 'text', body, 'lang', 'en'), at, at, 0
FROM (
    SELECT n, n %% 20 = 19 AS ours, 1 + floor(%(profiles)s * power(random(), 2.2))::int AS person,
        now() - (%(posts)s - n) * interval '25 seconds' AS at, 1 + n %% %(accounts)s AS place,
        CASE WHEN n %% 20 < 6 THEN '@lumen ' ELSE '' END || 'lamp ' || md5(n::text) || ' blinks ' ||
            md5((n * 7)::text) || ' since ' || md5((n * 13)::text) AS body
    FROM generate_series(0, %(posts)s - 1) n
) made
JOIN (SELECT id, profile_id, row_number() OVER (ORDER BY id) AS rank FROM socialcrm_socialaccount) a
    ON a.rank = made.place
"""
CONVERSATIONS = """
INSERT INTO socialcrm_conversation (account_id, thread_id, profile_id, status, opened_at, waiting_since, last_post_at)
SELECT a.id, p.external_id, p.author_id, CASE WHEN p.id %% 12 = 0 THEN 'open' ELSE 'resolved' END, p.posted_at,
    CASE WHEN p.id %% 12 = 0 THEN p.posted_at END, p.posted_at
FROM socialcrm_post p
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM socialcrm_socialaccount) a ON a.n = 1 + p.id %% %(accounts)s
WHERE p.text LIKE '@lumen %%' AND p.account_id IS NULL
"""
MENTIONS = """
INSERT INTO socialcrm_mention (post_id, account_id, conversation_id, author_id, reason, posted_at)
SELECT p.id, c.account_id, c.id, p.author_id, 'mention', p.posted_at
FROM socialcrm_conversation c JOIN socialcrm_post p ON p.network = 'twitter' AND p.external_id = c.thread_id
"""


@dataclass(frozen=True)
class World:
    """What was built, and how long it took."""

    size: Size
    profiles: int
    seconds: float


def build(size: Size) -> World:
    """Fill the database, unless it is filled already."""
    from django.db import connection

    from socialcrm.models import Post

    started = time.monotonic()
    profiles = size.contacts * PROFILES_PER_CONTACT
    if not Post.objects.exists():
        with connection.cursor() as cursor, _bare(cursor):
            _fill(cursor, size, profiles)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            # A server that has run for a while writes its log into files that are there; a young one makes each anew.
            cursor.execute("CHECKPOINT")
    return World(size, profiles, time.monotonic() - started)


def _fill(cursor: Any, size: Size, profiles: int) -> None:
    _people(size)
    numbers = {"posts": size.posts, "profiles": profiles, "accounts": ACCOUNTS, "first": FIRST_ID}
    cursor.execute("SELECT setseed(0.42)")
    cursor.execute(PROFILES, numbers)
    cursor.execute("SELECT min(id) - 1 FROM socialcrm_socialprofile WHERE handle = 'person_1'")
    numbers["base"] = cursor.fetchone()[0]
    for statement in (LINKS, POSTS, CONVERSATIONS, MENTIONS):
        if statement is MENTIONS:
            cursor.execute("ANALYZE socialcrm_post, socialcrm_conversation")
        cursor.execute(statement, numbers)


def _people(size: Size) -> None:
    """Our accounts, companies and contacts, by the models, so that their columns may change."""
    from crm_core.models import Company, Contact
    from socialcrm.models import SocialAccount, SocialProfile

    for number in range(ACCOUNTS):
        ids = {"network": "twitter", "external_id": str(100 + number), "handle": f"lumen_{number}"}
        SocialAccount.objects.create(**ids, profile=SocialProfile.objects.create(**ids))
    companies = Company.objects.bulk_create([Company(name=f"Company {n}") for n in range(max(1, size.contacts // 10))])
    people = [
        Contact(first_name="Person", last_name=f"Number {n}", city="Lyon", company=companies[n % len(companies)])
        for n in range(1, size.contacts + 1)
    ]
    for one in people:
        if hasattr(one, "make_sort_name"):
            one.sort_name = one.make_sort_name()
    Contact.objects.bulk_create(people, batch_size=5000)


@contextmanager
def _bare(cursor: Any) -> Iterator[None]:
    """Load without indexes and foreign keys, which are put back (and so checked) at the end."""
    cursor.execute(
        "SELECT i.indexdef, c.oid::regclass::text FROM pg_indexes i JOIN pg_class c ON c.relname = i.indexname "
        "JOIN pg_index x ON x.indexrelid = c.oid WHERE i.tablename = ANY(%s) AND NOT x.indisunique",
        [list(TABLES)],
    )
    indexes = cursor.fetchall()
    for _definition, name in indexes:
        cursor.execute(f"DROP INDEX {name}")
    cursor.execute("SET session_replication_role = replica")
    yield
    cursor.execute("SET session_replication_role = DEFAULT")
    cursor.execute("SET maintenance_work_mem = '256MB'")
    for definition, _name in indexes:
        cursor.execute(definition)
