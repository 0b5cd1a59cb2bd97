"""The panel of a contact: ours beside the same page on hand-written SQL, light and heavy contacts, queries counted.

The ceiling (panel_by_hand.py) draws the same HTML, which is checked, with the same templates; its rows come from
hand-written statements instead of the rooms.
"""

from __future__ import annotations

import random
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.template.loader import get_template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from socialcrm import scoring
from socialcrm.contacts import get_contact_model
from socialcrm.models import Post, ProfileLink, SocialAccount, SocialProfile
from socialcrm.views.panel import Panel, build_panel

from .panel_by_hand import panel_by_hand
from .table import Goal, Line, Size

HEAVY, LIGHT = 10, 200
HEAVY_POSTS = 5_000
ROUNDS = 4

POSTS = """
INSERT INTO socialcrm_post (network, external_id, author_id, text, posted_at, thread_id, in_reply_to, quoted, kind,
    visibility, lang, url, state, edited, likes, replies_count, reposts, entities, media, mentioned_ids, raw, stored_at,
    seen_at, parents_wanted)
SELECT 'twitter', 'p' || pr.id || '-' || n, pr.id, 'Lux note ' || n || ': the desk by the window measured 340 at noon.',
    now() - n * interval '37 minutes' - pr.id %% 977 * interval '1 second', 'p' || pr.id || '-' || n, '',
    CASE WHEN n %% 11 = 0 THEN 'p' || pr.id || '-' || n + 25 ELSE '' END,  -- some quote an older post of their own
    CASE WHEN n %% 11 = 0 THEN 'quote' ELSE 'post' END, 'public', 'en', 'https://x.com/a/status/' || n, 'live', false,
    n %% 50, n %% 7, n %% 9, '[]', '[]', '[]', '{}', now(), now(), 0
FROM socialcrm_socialprofile pr, generate_series(1, %s) n WHERE pr.id = ANY(%s)
"""
MENTIONS = """
INSERT INTO socialcrm_mention (post_id, account_id, author_id, reason, posted_at)
SELECT id, %s, author_id, 'mention', posted_at FROM socialcrm_post
WHERE author_id = ANY(%s) AND hashtext(external_id) %% 6 = 0 ON CONFLICT DO NOTHING
"""
ANSWERS = """
INSERT INTO socialcrm_post (network, external_id, author_id, account_id, to_profile_id, text, posted_at, thread_id,
    in_reply_to, quoted, kind, visibility, lang, url, state, edited, entities, media, mentioned_ids, raw, stored_at,
    seen_at, parents_wanted)
SELECT 'twitter', 'a' || p.id, %s, %s, p.author_id, 'Thank you, we look into it.', p.posted_at + interval '9 minutes',
    p.thread_id, p.external_id, '', 'reply', 'public', 'en', '', 'live', false, '[]', '[]', '[]', '{}', now(), now(), 0
FROM socialcrm_post p JOIN socialcrm_mention m ON m.post_id = p.id
WHERE p.author_id = ANY(%s) AND hashtext(p.external_id) %% 12 = 0
"""
REPLIES = """
INSERT INTO socialcrm_reply (account_id, post_id, user_id, text, audience, state, hold, client_key, request_hash,
    not_before, attempts, external_id, sent_at, sent_post_id, outside, failures, looks, error_class, error_detail,
    created_at, changed_at)
SELECT a.account_id, p.id, %s, a.text, 'public', 'sent', '', a.external_id, '', a.posted_at, 1, a.external_id,
    a.posted_at, a.id, false, 0, 0, '', '', a.posted_at, a.posted_at
FROM socialcrm_post a JOIN socialcrm_post p ON p.network = a.network AND p.external_id = a.in_reply_to
WHERE a.account_id IS NOT NULL
"""


def run(size: Size) -> list[Line]:
    """Fill the tables, draw panels both ways, count queries."""
    user = rep()
    light, heavy = fill(size, user)
    check_same(user, [*light[:20], *heavy])
    few_queries, many_queries = (queries(draw_ours, user, contacts[0]) for contacts in (light, heavy))
    if (by_hand := queries(draw_by_hand, user, light[0])) > few_queries:
        raise ValueError(f"The ceiling is none: it takes {by_hand} queries, ours {few_queries}")
    all_ours, ceiling = best_times(user, [*light, *heavy])
    ours, many, ceiling = all_ours[:LIGHT], all_ours[LIGHT:], ceiling[:LIGHT]
    median, p95 = statistics.median(ours), quantile(many, 0.95)
    plain = statistics.median(ceiling)
    goals = (
        Goal("panel: our time over hand-written SQL", median / plain, at_most=2),
        Goal("panel: queries", few_queries, at_most=10),
        Goal("panel: queries for 5,000 posts less those for few", abs(many_queries - few_queries), at_most=0),
        Goal("panel: p95 of the heaviest contacts over the median", p95 / median, at_most=2),
    )
    return [
        Line("panel, median of 200 contacts", "ms", median, plain, goals=goals),
        Line("panel, p95 of 200 contacts", "ms", quantile(ours, 0.95), quantile(ceiling, 0.95)),
        Line("panel, p95 of the 10 heaviest", "ms", p95),
    ]


def fill(size: Size, user: User) -> tuple[list[Any], list[Any]]:
    """Contacts with a profile each and their posts: most with some fifty, ten with 5,000."""
    account = SocialAccount.objects.create(
        network="twitter", external_id="panel", handle="panel", profile=profile(0, "panel")
    )
    left = max(size.posts - Post.objects.count() - HEAVY * HEAVY_POSTS, LIGHT * 20)
    n = min(size.contacts, max(LIGHT, left // 50))
    contacts = make_contacts(n + HEAVY)
    profiles = SocialProfile.objects.bulk_create(profile(i, "made", save=False) for i in range(1, n + HEAVY + 1))
    ProfileLink.objects.bulk_create(
        ProfileLink(profile=p, contact=c, state="linked", basis="public")
        for p, c in zip(profiles, contacts, strict=True)
    )
    keys = [p.pk for p in profiles]
    with connection.cursor() as cursor:
        cursor.execute(POSTS, [max(20, left // n), keys[:n]])
        cursor.execute(POSTS, [HEAVY_POSTS, keys[n:]])
        cursor.execute(MENTIONS, [account.pk, keys])
        cursor.execute(ANSWERS, [account.profile_id, account.pk, keys])
        cursor.execute(REPLIES, [user.pk])
    random.seed(7)
    light = random.sample(contacts[:n], LIGHT)
    scoring.score_profiles()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return light, contacts[n:]


def profile(i: int, name: str, save: bool = True) -> SocialProfile:
    """A person on X."""
    made = SocialProfile(
        network="twitter", external_id=f"{name}{i}", handle=f"{name}{i}", name=f"{name} {i}", followers=i * 7, listed=i
    )
    if save:
        made.save()
    return made


def make_contacts(n: int) -> list[Any]:
    """Contacts of the host."""
    model: Any = get_contact_model()
    return list(model._default_manager.bulk_create(model(first_name="Panel", last_name=str(i)) for i in range(n)))


def rep() -> User:
    """Someone who may answer and link."""
    user = User.objects.create_user("panel-rep")
    user.user_permissions.set(Permission.objects.filter(codename__in=("reply_as_account", "link_socialprofile")))
    return user


def best_times(user: User, contacts: list[Any]) -> tuple[list[float], list[float]]:
    """Milliseconds for each contact, ours and by hand: the best of some rounds, so that a busy moment hits few."""
    ours, by_hand = ([float("inf")] * len(contacts) for _way in range(2))
    for _round in range(ROUNDS):
        for i, contact in enumerate(contacts):
            ours[i] = min(ours[i], timed(draw_ours, user, contact))
            by_hand[i] = min(by_hand[i], timed(draw_by_hand, user, contact))
    return ours, by_hand


def check_same(user: User, contacts: list[Any]) -> None:
    """Ours and the ceiling draw the same page, but for what is random in a form. Raises ValueError."""
    for contact in contacts:
        pages = (draw_ours(user, contact), draw_by_hand(user, contact))
        ours, by_hand = (re.sub(r'(client_key|csrfmiddlewaretoken)" value="\w+"', "", page) for page in pages)
        if ours != by_hand:
            at = next(i for i, (a, b) in enumerate(zip(ours, by_hand, strict=False)) if a != b)
            raise ValueError(f"The ceiling draws another page: {by_hand[at - 80 : at + 80]!r} {ours[at : at + 80]!r}")


def draw_ours(user: User, contact: Any) -> str:
    """The panel as the contact's page draws it."""
    request = request_of(user)
    return html(request, build_panel(request.user, contact, {}, "/"))


def draw_by_hand(user: User, contact: Any) -> str:
    """The same page from hand-written SQL."""
    request = request_of(user)
    return html(request, panel_by_hand(request.user, contact, "/"))


def request_of(user: User) -> Any:
    """A request by this user, whose permissions are not loaded."""
    request: Any = RequestFactory().get("/")
    request.user = User.objects.get(pk=user.pk)
    return request


def html(request: Any, panel: Panel) -> str:
    """The panel's HTML."""
    return get_template("socialcrm/panel.html").render({"panel": panel}, request)


def timed(draw: Callable[[User, Any], str], user: User, contact: Any) -> float:
    """Milliseconds that one drawing takes."""
    start = time.perf_counter()
    draw(user, contact)
    return (time.perf_counter() - start) * 1000


def queries(draw: Callable[[User, Any], str], user: User, contact: Any) -> int:
    """How many queries the panel takes; reading the user is not the panel's."""
    with CaptureQueriesContext(connection) as asked:
        draw(user, contact)
    return len(asked) - 1


def quantile(values: list[float], q: float) -> float:
    """The q-quantile."""
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]
