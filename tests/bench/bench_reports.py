"""The reports: a page over 20,000 scored contacts beside its bare SQL, its queries, and scores counted in bulk.

The bare SQL is what a page with the same figures needs at least: the standings once, materialised, and from them the
bands, the spread, the median and the first rows; the deals by band; the weeks; the mentions. It draws nothing.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from socialcrm import scoring
from socialcrm.models import InfluenceScore, SocialAccount, SocialProfile
from socialcrm.reports import MentionAsk, mentions_asked_for
from socialcrm.views.report_mentions import mentions_page
from socialcrm.views.reports import influence_page

from . import scored
from .table import Goal, Line, Size

ROUNDS = 5
# What every page asks: who is signed in, and the numbers in the navigation.
FRAME = re.compile(
    r'^SELECT ("auth_|"django_|"socialcrm_reply"."id" AS|DISTINCT "socialcrm_socialaccount"|COUNT.*crm_core_activity)'
)
IN_BULK, ONE_BY_ONE = 100_000, 300

STANDINGS = """
WITH standing AS MATERIALIZED (
    SELECT DISTINCT ON (l.contact_id) l.contact_id, l.profile_id, s.id AS score, s.value, s.confidence, b.value AS base
    FROM socialcrm_profilelink l
    JOIN crm_core_contact c ON c.id = l.contact_id
    CROSS JOIN LATERAL (SELECT id, value, confidence FROM socialcrm_influencescore i WHERE i.profile_id = l.profile_id
        AND i.day >= current_date - 365 ORDER BY i.day DESC LIMIT 1) s
    LEFT JOIN LATERAL (SELECT value FROM socialcrm_influencescore i WHERE i.profile_id = l.profile_id
        AND i.day <= current_date - 30 ORDER BY i.day DESC LIMIT 1) b ON true
    WHERE l.state = 'linked' ORDER BY l.contact_id, s.value DESC, l.profile_id DESC)
SELECT (SELECT count(*) FROM standing), (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FROM standing),
    (SELECT json_agg(h) FROM (SELECT floor(round(value) / 5) AS bar, count(*) FROM standing GROUP BY 1) h),
    (SELECT json_agg(m) FROM (
        SELECT sign(value - base), abs(value - base) >= 10, count(*) FROM standing GROUP BY 1, 2) m),
    (SELECT json_agg(u) FROM (SELECT contact_id, value - base FROM standing ORDER BY 2 DESC LIMIT 5) u),
    (SELECT json_agg(w) FROM (SELECT contact_id, value - base FROM standing ORDER BY 2 LIMIT 5) w),
    (SELECT json_agg(r) FROM (SELECT s.*, i.parts, p.handle, c.first_name, c.last_name, u.username,
        (SELECT max(m.posted_at) FROM socialcrm_mention m WHERE m.author_id = s.profile_id) AS heard,
        (SELECT max(o.posted_at) FROM socialcrm_post o WHERE o.to_profile_id = s.profile_id
            AND o.account_id IS NOT NULL AND o.state = 'live') AS said
        FROM (SELECT * FROM standing ORDER BY value DESC LIMIT 15) s
        JOIN socialcrm_influencescore i ON i.id = s.score JOIN socialcrm_socialprofile p ON p.id = s.profile_id
        JOIN crm_core_contact c ON c.id = s.contact_id LEFT JOIN auth_user u ON u.id = c.owner_id) r),
    (SELECT json_agg(d) FROM (SELECT band, stage, currency, count(*), sum(amount) FROM (
        SELECT DISTINCT ON (d.id) width_bucket(round(s.value::numeric), ARRAY[0, 20, 35, 50, 70]) AS band, d.stage,
            d.currency, d.amount
        FROM crm_core_deal d JOIN crm_core_deal_contacts dc ON dc.deal_id = d.id
        JOIN standing s ON s.contact_id = dc.contact_id
        WHERE d.stage IN ('lead', 'qualified', 'proposal', 'negotiation') OR d.closes_on >= current_date - 89
        ORDER BY d.id, s.value DESC) d GROUP BY 1, 2, 3) d)
"""
WEEKS = """
SELECT i.day, percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY i.value)
FROM socialcrm_influencescore i JOIN socialcrm_profilelink l ON l.profile_id = i.profile_id AND l.state = 'linked'
WHERE i.day = ANY(SELECT current_date - 7 * w FROM generate_series(0, 12) w) GROUP BY i.day
"""
HEARD = """
SELECT l.contact_id, count(*) FROM socialcrm_mention m JOIN socialcrm_profilelink l ON l.profile_id = m.author_id
JOIN socialcrm_post p ON p.id = m.post_id AND p.state = 'live'
WHERE l.state = 'linked' AND m.posted_at >= now() - interval '90 days' GROUP BY l.contact_id
"""
ANSWERS = """
SELECT m.posted_at::date, count(*), count(a.at),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM a.at - m.posted_at))
FROM socialcrm_mention m JOIN socialcrm_post p ON p.id = m.post_id AND p.state = 'live'
JOIN socialcrm_conversation c ON c.id = m.conversation_id
LEFT JOIN LATERAL (SELECT o.posted_at AS at FROM socialcrm_post o WHERE o.network = 'twitter'
    AND o.thread_id = c.thread_id AND o.thread_id <> '' AND o.account_id = m.account_id AND o.state = 'live'
    AND o.posted_at > m.posted_at
    ORDER BY o.posted_at, o.id LIMIT 1) a ON true
WHERE m.posted_at >= now() - interval '30 days' GROUP BY ROLLUP (m.posted_at::date)
"""
WAITING = """
SELECT m.id, p.text, u.handle FROM socialcrm_mention m JOIN socialcrm_post p ON p.id = m.post_id AND p.state = 'live'
JOIN socialcrm_conversation c ON c.id = m.conversation_id JOIN socialcrm_socialprofile u ON u.id = m.author_id
WHERE m.posted_at >= now() - interval '30 days' AND NOT EXISTS (SELECT 1 FROM socialcrm_post o
    WHERE o.network = 'twitter' AND o.thread_id = c.thread_id AND o.thread_id <> '' AND o.account_id = m.account_id
    AND o.state = 'live' AND o.posted_at > m.posted_at)
ORDER BY m.posted_at DESC LIMIT 8
"""


def run(size: Size) -> list[Line]:
    """Build, draw both pages both ways, count scores both ways."""
    contacts = min(size.contacts, scored.CONTACTS)
    manager = scored.build(contacts)
    return [influence(manager, contacts), mentions(manager), counting()]


def influence(manager: User, contacts: int) -> Line:
    """The influence page over all scored contacts."""
    ours = best(lambda: drawn(manager, influence_page, "/social/reports/influence/"))
    bare = best(lambda: [fetched(sql) for sql in (STANDINGS, WEEKS, HEARD)])
    with CaptureQueriesContext(connection) as asked:
        drawn(manager, influence_page, "/social/reports/influence/")
    # Sign-in and navigation are the frame's, on every page.
    own = [query for query in asked.captured_queries if not FRAME.search(query["sql"])]
    goals = (
        Goal(f"influence report over {contacts:,} contacts: its own queries", len(own), at_most=15),
        Goal("influence report: our time over bare SQL", ours / bare, at_most=3),
    )
    return Line(f"influence report, {contacts:,} contacts", "ms", ours, bare, goals=goals)


def mentions(manager: User) -> Line:
    """The mentions page over thirty days."""
    ours = best(lambda: drawn(manager, mentions_page, "/social/reports/mentions/"))
    bare = best(lambda: [fetched(ANSWERS), fetched(WAITING)])
    n = mentions_asked_for(manager, MentionAsk()).count()
    goal = Goal("mentions report: our time over bare SQL", ours / bare, at_most=3)
    return Line(f"mentions report, {n:,} mentions", "ms", ours, bare, goals=(goal,))


def counting() -> Line:
    """Scores a second: in bulk, and one profile after the other."""
    missing = max(0, IN_BULK - scoring.in_scope().count())
    add_writers(missing)
    few = list(scoring.in_scope().order_by("-pk").values_list("pk", flat=True)[:ONE_BY_ONE])
    scoring.score_profiles(few)
    started = time.perf_counter()
    for pk in few:
        scoring.score_profiles([pk])
    singly = len(few) / (time.perf_counter() - started)
    started = time.perf_counter()
    done = scoring.score_profiles()
    together = done / (time.perf_counter() - started)
    goal = Goal(f"{done:,} scores: in bulk over one by one", together / singly, at_least=30)
    return Line("scores counted", "1/s", together, naive=singly, goals=(goal,))


def add_writers(n: int) -> None:
    """People who wrote to us and are nobody's contact, with the post that says so."""
    account = SocialAccount.objects.create(network="twitter", external_id="writers", handle="writers")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO socialcrm_socialprofile (network, external_id, handle, name, bio, location, website, url, "
            "avatar_url, followers, following, listed, posts_count, verified, state, fetched_at, matched_at, raw) "
            "SELECT 'twitter', 'writer' || n, 'writer_' || n, '', '', '', '', '', '', n, 1, n %% 300, 1, false, "
            "'active', now(), now(), '{}' FROM generate_series(1, %s) n",
            [n],
        )
        cursor.execute(
            "INSERT INTO socialcrm_mention (post_id, account_id, author_id, reason, posted_at) "
            "SELECT (SELECT max(id) FROM socialcrm_post) - row_number() OVER (), %s::bigint, p.id, 'mention', now() "
            "FROM socialcrm_socialprofile p WHERE p.handle LIKE 'writer\\_%%' ON CONFLICT DO NOTHING",
            [account.pk],
        )
        cursor.execute("VACUUM ANALYZE socialcrm_socialprofile, socialcrm_mention")
    assert SocialProfile.objects.filter(handle__startswith="writer_").count() >= n
    assert InfluenceScore.objects.exists()


def drawn(user: User, view: Callable[..., Any], address: str) -> bytes:
    """The page, whole, for a user whose permissions are not loaded."""
    request = RequestFactory().get(address)
    request.user = User.objects.get(pk=user.pk)
    answer = view(request)
    assert answer.status_code == 200
    return bytes(answer.content)


def fetched(sql: str) -> list[Any]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def best(work: Callable[[], object]) -> float:
    """The median of a few rounds after one to warm up, in milliseconds."""
    work()
    times = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)
