"""The reports: a page over 20,000 scored contacts beside its bare SQL, its queries, and scores counted in bulk.

The bare SQL (bare_reports.py) is what a page with the same figures needs at least; it draws nothing. Before anything
is timed, its figures are compared with the page's.
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

from . import bare_reports, scored
from .table import Goal, Line, Size

ROUNDS = 9
# What every page asks: who is signed in, and the numbers in the navigation.
FRAME = re.compile(
    r'^SELECT ("auth_|"django_|"socialcrm_reply"."id" AS|DISTINCT "socialcrm_socialaccount"|COUNT.*crm_core_activity)'
)
IN_BULK, ONE_BY_ONE = 100_000, 300


def run(size: Size) -> list[Line]:
    """Build, draw both pages both ways, count scores both ways."""
    contacts = min(size.contacts, scored.CONTACTS)
    manager = scored.build(contacts)
    return [influence(manager, contacts), mentions(manager), counting()]


def influence(manager: User, contacts: int) -> Line:
    """The influence page over all scored contacts."""
    bare_reports.compare_influence(manager)
    address = "/social/reports/influence/"
    ours, bare = side_by_side(lambda: drawn(manager, influence_page, address), bare_reports.influence)
    with CaptureQueriesContext(connection) as asked:
        drawn(manager, influence_page, address)
    # Sign-in and navigation are the frame's, on every page.
    own = [query for query in asked.captured_queries if not FRAME.search(query["sql"])]
    goals = (
        Goal(f"influence report over {contacts:,} contacts: its own queries", len(own), at_most=15),
        Goal("influence report: our time over bare SQL", ours / bare, at_most=3),
    )
    return Line(f"influence report, {contacts:,} contacts", "ms", ours, bare, goals=goals)


def mentions(manager: User) -> Line:
    """The mentions page over thirty days."""
    bare_reports.compare_mentions(manager)
    address = "/social/reports/mentions/"
    ours, bare = side_by_side(lambda: drawn(manager, mentions_page, address), bare_reports.mentions)
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


def side_by_side(*works: Callable[[], object]) -> list[float]:
    """The medians of a few rounds after one to warm up, in milliseconds.

    The works take turns, so that a busy minute of the machine falls on all of them.
    """
    rounds = [[timed(work) for work in works] for _round in range(ROUNDS + 1)]
    return [statistics.median(times) for times in zip(*rounds[1:], strict=True)]


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
