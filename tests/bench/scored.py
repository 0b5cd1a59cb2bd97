"""The bench's scored contacts: 20,000 with a score a day for 90 days, with deals, mentions and answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.utils import timezone

CONTACTS, DAYS, MENTIONS, DEALS = 20_000, 90, 100_000, 6_000

PROFILES = """
INSERT INTO socialcrm_socialprofile (network, external_id, handle, name, bio, location, website, url, avatar_url,
    followers, following, listed, posts_count, verified, state, fetched_at, matched_at, raw)
SELECT 'twitter', 'scored' || n, 'scored_' || n, 'Scored ' || n, '', '', '', '', '', (10 ^ (random() * 6))::int, 10,
    (10 ^ (random() * 3))::int, 10, false, 'active', now(), now(), '{}' FROM generate_series(1, %(contacts)s) n
"""
LINKS = """
INSERT INTO socialcrm_profilelink (profile_id, contact_id, state, basis, automatic, score, evidence, decided_at)
SELECT p.id, c.id, 'linked', 'given', true, 1, '[]', now() FROM socialcrm_socialprofile p
JOIN crm_core_contact c ON c.first_name = 'Scored' AND p.handle = 'scored_' || substr(c.last_name, 8)
"""
SCORES = """
INSERT INTO socialcrm_influencescore (profile_id, day, version, value, confidence, parts, computed_at)
SELECT p.id, current_date - d, 1, greatest(0, least(100, 15 + (p.id * 7919) %% 60 + d * ((p.id %% 7) - 3) / 8.0)), 0.5,
    '[{"signal": "followers", "input": 100, "points": 20, "of": 43}, {"signal": "listed", "input": 10, "points": 20,
    "of": 57}]', now()
FROM generate_series(0, %(days)s - 1) d, socialcrm_socialprofile p WHERE p.handle LIKE 'scored\\_%%'
"""
POSTS = """
INSERT INTO socialcrm_post (network, external_id, author_id, account_id, to_profile_id, text, posted_at, thread_id,
    in_reply_to, quoted, kind, visibility, lang, url, state, edited, likes, replies_count, reposts, quotes, views,
    entities, media, mentioned_ids, raw, stored_at, seen_at, parents_wanted)
SELECT 'twitter', 'scored' || n || made.side, CASE WHEN made.side = 'a' THEN p.id ELSE %(own)s END,
    CASE WHEN made.side = 'b' THEN %(account)s::bigint END, CASE WHEN made.side = 'b' THEN p.id END, '@lumen ' || n,
    now() - n * interval '77 seconds' + CASE WHEN made.side = 'b' THEN (n %% 300) * interval '1 minute'
        ELSE interval '0' END, 'scored' || n || 'a', '', '', 'post', 'public', 'en', '', 'live', false, 1, 1, 1, 1, 1,
    '[]', '[]', '[]', '{}', now(), now(), 0
FROM generate_series(1, %(mentions)s) n
JOIN socialcrm_socialprofile p ON p.network = 'twitter' AND p.external_id = 'scored' || (1 + (n * 37) %% %(contacts)s)
JOIN (VALUES ('a'), ('b')) made (side) ON made.side = 'a' OR n %% 3 = 0
"""
CONVERSATIONS = """
INSERT INTO socialcrm_conversation (account_id, thread_id, profile_id, status, opened_at, last_post_at)
SELECT %(account)s, external_id, author_id, 'resolved', posted_at, posted_at FROM socialcrm_post
WHERE external_id LIKE 'scored%%a' AND account_id IS NULL
"""
EDGES = """
INSERT INTO socialcrm_mention (post_id, account_id, conversation_id, author_id, reason, posted_at)
SELECT p.id, c.account_id, c.id, p.author_id, 'mention', p.posted_at FROM socialcrm_conversation c
JOIN socialcrm_post p ON p.network = 'twitter' AND p.external_id = c.thread_id WHERE c.thread_id LIKE 'scored%%'
"""


def build(contacts: int) -> User:
    """Fill the tables; returns a manager who may see it all. Of three mentions one is answered."""
    from socialcrm.models import SocialAccount, SocialProfile

    manager = User.objects.create_user("report-manager")
    names = ("view_reports", "view_all_contacts", "view_deal", "view_contact")
    manager.user_permissions.set(Permission.objects.filter(codename__in=names))
    own = SocialProfile.objects.create(network="twitter", external_id="report", handle="report")
    account = SocialAccount.objects.create(network="twitter", external_id="report", handle="report", profile=own)
    add_deals(add_contacts(contacts), DEALS * contacts // CONTACTS)
    mentions = MENTIONS * contacts // CONTACTS
    numbers = {"contacts": contacts, "days": DAYS, "mentions": mentions, "own": own.pk, "account": account.pk}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for statement in (PROFILES, LINKS, SCORES, POSTS, CONVERSATIONS, EDGES):
            cursor.execute(statement, numbers)
            cursor.execute("ANALYZE socialcrm_socialprofile, socialcrm_profilelink")
            cursor.execute("ANALYZE socialcrm_post, socialcrm_conversation")
        cursor.execute("VACUUM ANALYZE")
    return manager


def add_contacts(n: int) -> list[Any]:
    """Contacts of five owners, by the model, so that its columns may change."""
    from crm_core.models import Contact

    owners = [User.objects.create_user(f"report-owner-{number}") for number in range(5)]
    people = [
        Contact(first_name="Scored", last_name=f"Number {number}", owner=owners[number % 5])
        for number in range(1, n + 1)
    ]
    for one in people:
        one.sort_name = one.make_sort_name()
    return list(Contact.objects.bulk_create(people, batch_size=5000))


def add_deals(contacts: list[Any], n: int) -> None:
    """Deals of two contacts each, most of them open, one in nine in dollars."""
    from crm_core.models import Deal

    stages, today = ("lead", "qualified", "proposal", "won", "lost"), timezone.localdate()
    made = Deal.objects.bulk_create(
        Deal(
            name=f"Deal {number}", amount=1000 + number, currency="EUR" if number % 9 else "USD",
            stage=stages[number % 5], closes_on=today - timedelta(days=number % 120),
        )
        for number in range(n)
    )  # fmt: skip
    through: Any = Deal.contacts.through
    pairs = [
        (deal, contacts[(number * 3 + more) % len(contacts)]) for number, deal in enumerate(made) for more in (0, 1)
    ]
    through.objects.bulk_create(through(deal=deal, contact=contact) for deal, contact in pairs)
