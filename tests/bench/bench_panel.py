"""The panel of a contact: ours beside the same page on hand-written SQL, light and heavy contacts, queries counted.

The ceiling draws the same HTML with the same templates; its rows come from five hand-written statements instead of the
rooms, and it checks no permission.
"""

from __future__ import annotations

import random
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
from socialcrm.models import InfluenceScore, Post, ProfileLink, Reply, SocialAccount, SocialProfile
from socialcrm.timeline import Entry, Item, People, TimelinePage
from socialcrm.views.composer import rows
from socialcrm.views.panel import Panel, build_panel

from .table import Goal, Line, Size

HEAVY, LIGHT = 10, 200
HEAVY_POSTS = 5_000

POSTS = """
INSERT INTO socialcrm_post (network, external_id, author_id, text, posted_at, thread_id, in_reply_to, quoted, kind,
    visibility, lang, url, state, edited, likes, replies_count, reposts, entities, media, mentioned_ids, raw, stored_at,
    seen_at, parents_wanted)
SELECT 'twitter', 'p' || pr.id || '-' || n, pr.id, 'Lux note ' || n || ': the desk by the window measured 340 at noon.',
    now() - n * interval '37 minutes' - pr.id %% 977 * interval '1 second', 'p' || pr.id || '-' || n, '', '', 'post',
    'public', 'en', 'https://x.com/a/status/' || n, 'live', false, n %% 50, n %% 7, n %% 9, '[]', '[]', '[]', '{}',
    now(), now(), 0
FROM socialcrm_socialprofile pr, generate_series(1, %s) n WHERE pr.id = ANY(%s)
"""
MENTIONS = """
INSERT INTO socialcrm_mention (post_id, account_id, author_id, reason, posted_at)
SELECT id, %s, author_id, 'mention', posted_at FROM socialcrm_post
WHERE author_id = ANY(%s) AND id %% 6 = 0 ON CONFLICT DO NOTHING
"""
ANSWERS = """
INSERT INTO socialcrm_post (network, external_id, author_id, account_id, to_profile_id, text, posted_at, thread_id,
    in_reply_to, quoted, kind, visibility, lang, url, state, edited, entities, media, mentioned_ids, raw, stored_at,
    seen_at, parents_wanted)
SELECT 'twitter', 'a' || p.id, %s, %s, p.author_id, 'Thank you, we look into it.', p.posted_at + interval '9 minutes',
    p.thread_id, p.external_id, '', 'reply', 'public', 'en', '', 'live', false, '[]', '[]', '[]', '{}', now(), now(), 0
FROM socialcrm_post p JOIN socialcrm_mention m ON m.post_id = p.id WHERE p.author_id = ANY(%s) AND p.id %% 12 = 0
"""


def run(size: Size) -> list[Line]:
    """Fill the tables, draw panels both ways, count queries."""
    account, light, heavy = fill(size)
    user = rep()
    ours, ceiling = medians(user, account, light)
    many, _ceiling = medians(user, account, heavy)
    few_queries, many_queries = (queries(user, contacts[0]) for contacts in (light, heavy))
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


def fill(size: Size) -> tuple[SocialAccount, list[Any], list[Any]]:
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
    random.seed(7)
    light = random.sample(contacts[:n], LIGHT)
    scoring.score_profiles()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return account, light, contacts[n:]


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


def medians(user: User, account: SocialAccount, contacts: list[Any]) -> tuple[list[float], list[float]]:
    """Milliseconds for each contact: ours and by hand, in turn, after a warm-up."""
    for contact in contacts[:3]:
        draw_ours(user, contact)
        draw_by_hand(user, account, contact)
    ours, ceiling = [], []
    for contact in contacts:
        ours.append(timed(lambda contact=contact: draw_ours(user, contact)))  # type: ignore[misc]
        ceiling.append(timed(lambda contact=contact: draw_by_hand(user, account, contact)))  # type: ignore[misc]
    return ours, ceiling


def draw_ours(user: User, contact: Any) -> str:
    """The panel as the contact's page draws it, for a user whose permissions are not loaded."""
    request = RequestFactory().get("/")
    request.user = User.objects.get(pk=user.pk)
    return html(request, build_panel(request.user, contact, {}, "/"))


def html(request: Any, panel: Any) -> str:
    """The panel's HTML."""
    return get_template("socialcrm/panel.html").render({"panel": panel}, request)


def timed(draw: Callable[[], object]) -> float:
    """Milliseconds of the best of three."""
    best = float("inf")
    for _round in range(3):
        start = time.perf_counter()
        draw()
        best = min(best, time.perf_counter() - start)
    return best * 1000


def queries(user: User, contact: Any) -> int:
    """How many queries the panel takes; reading the user is not the panel's."""
    with CaptureQueriesContext(connection) as asked:
        draw_ours(user, contact)
    return len(asked) - 1


def quantile(values: list[float], q: float) -> float:
    """The q-quantile."""
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


BY_HAND = {
    "links": """
SELECT l.*, p.*, l.id AS link_id, (SELECT count(*) FROM socialcrm_post x WHERE x.author_id = p.id) AS n_posts,
  (SELECT count(*) FROM socialcrm_mention x WHERE x.author_id = p.id) AS n_mentions,
  (SELECT count(*) FROM socialcrm_post x WHERE x.to_profile_id = p.id AND x.account_id IS NOT NULL) AS n_ours
FROM socialcrm_profilelink l JOIN socialcrm_socialprofile p ON p.id = l.profile_id
WHERE l.contact_id = %s AND l.state = 'linked'""",
    "posts": """
WITH heads AS (
  (SELECT id, thread_id, posted_at FROM socialcrm_post WHERE author_id = %(p)s
   ORDER BY posted_at DESC, id DESC LIMIT 21)
  UNION ALL
  (SELECT id, thread_id, posted_at FROM socialcrm_post WHERE to_profile_id = %(p)s AND account_id IS NOT NULL
   ORDER BY posted_at DESC, id DESC LIMIT 21)
), page AS (SELECT * FROM heads ORDER BY posted_at DESC, id DESC LIMIT 20)
SELECT p.id, p.network, p.external_id, p.author_id, p.account_id, p.to_profile_id, p.text, p.posted_at, p.thread_id,
  p.in_reply_to, p.kind, p.visibility, p.lang, p.url, p.state, p.gone_at, p.edited, p.likes, p.replies_count, p.reposts,
  p.entities, p.media, p.mentioned_ids,
  (SELECT m.reason FROM socialcrm_mention m WHERE m.post_id = p.id LIMIT 1) AS mention_reason,
  (SELECT m.account_id FROM socialcrm_mention m WHERE m.post_id = p.id LIMIT 1) AS mentioned_account
FROM (SELECT DISTINCT thread_id FROM page) t JOIN LATERAL (
  SELECT * FROM socialcrm_post x WHERE x.network = 'twitter' AND x.thread_id = t.thread_id AND x.thread_id <> ''
  AND (x.author_id = %(p)s OR x.to_profile_id = %(p)s)) p ON true ORDER BY p.posted_at, p.id""",
}


def draw_by_hand(user: User, account: SocialAccount, contact: Any) -> str:
    """The same page from hand-written SQL, without the rooms."""
    request = RequestFactory().get("/")
    request.user = user
    links = [link_of(row) for row in selected(BY_HAND["links"], [contact.pk])]
    posts = [Post(**thin(row)) for row in selected(BY_HAND["posts"], {"p": links[0].profile_id})]
    list(Reply.objects.raw("SELECT * FROM socialcrm_reply WHERE post_id = ANY(%s)", [[post.pk for post in posts]]))
    scores = list(
        InfluenceScore.objects.raw(
            "SELECT * FROM socialcrm_influencescore WHERE profile_id = %s ORDER BY day", [links[0].profile_id]
        )
    )
    for post in posts:
        post.author = links[0].profile if post.account_id is None else account.profile
        post.account = account if post.account_id else None
    who = People([contact], links, [])
    threads: dict[str, list[Post]] = {}
    for post in posts:
        threads.setdefault(post.thread_id, []).append(post)
    items = [by_hand_item(thread, contact) for thread in threads.values()]
    items.sort(key=lambda item: item.at, reverse=True)
    panel = Panel(who, TimelinePage(items, "x~1", who), rows(items, [account], True, True), [account], True, True)
    if scores:
        scores[-1].profile = links[0].profile
        panel.score = scoring.contact_score(scores[-1], [scoring.DayValue(s.day, s.value) for s in scores])
    return html(request, panel)


def by_hand_item(thread: list[Post], contact: Any) -> Item:
    """A thread as an item."""
    entries = [Entry(post.posted_at, post) for post in thread]
    return Item(str(thread[0].pk), thread[-1].posted_at, entries, contact, thread[0].author)


def selected(sql: str, given: Any) -> list[dict[str, Any]]:
    """Rows as dicts."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def thin(row: dict[str, Any]) -> dict[str, Any]:
    """A row of posts as a model takes it."""
    row.update({name: [] for name in ("entities", "media", "mentioned_ids")})
    row.pop("mention_reason")
    row.pop("mentioned_account")
    return row


def link_of(row: dict[str, Any]) -> ProfileLink:
    """A link with its profile."""
    names = ("network", "external_id", "handle", "name", "bio", "url", "avatar_url", "followers", "verified")
    person = SocialProfile(pk=row["profile_id"], state="active", **{name: row[name] for name in names})
    link = ProfileLink(pk=row["link_id"], contact_id=row["contact_id"], state="linked", basis=row["basis"])
    link.profile = person
    for name in ("n_posts", "n_mentions", "n_ours"):
        setattr(link, name, row[name])
    for name in ("moving", "settled"):
        setattr(link, name, None)
    return link
