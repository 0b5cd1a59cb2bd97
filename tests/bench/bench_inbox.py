"""The inbox: the list with its counts beside hand-written SQL, page 200 beside page 1, a search, the live version.

The ceiling asks in three statements what the list shows and what a view has to know: what the user may do, the page
with everything on it, the counts. Both read the same rows, which is checked.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from socialcrm import inbox
from socialcrm.inbox import Filters

from .table import Goal, Line, Size
from .world import build

ROUNDS = 60
PAGES = 200
FILTERS = [Filters(view=view) for view in inbox.VIEWS if view != "mentions"] + [
    Filters(network="twitter"),
    Filters(status="resolved"),
]

# Of the open ones a third belongs to ten agents, a quarter waits for them; some were looked at.
PEOPLE = """
UPDATE socialcrm_conversation c SET assignee_id = u.id
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM auth_user WHERE username LIKE 'inbox-%%') u
WHERE c.status = 'open' AND hashtext('a' || c.id) %% 3 = 0 AND abs(hashtext('b' || c.id)) %% 10 = u.n
"""
PENDING = """
UPDATE socialcrm_conversation SET status = 'pending', waiting_since = NULL
WHERE status = 'open' AND hashtext('c' || id) %% 4 = 0
"""
SEEN = """
INSERT INTO socialcrm_conversationseen (conversation_id, user_id, post_id)
SELECT id, %s, 0 FROM socialcrm_conversation WHERE status = 'open' AND id %% 5 = 0 ON CONFLICT DO NOTHING
"""

MAY = """
SELECT p.codename FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
WHERE t.app_label = 'socialcrm' AND p.codename IN ('work_inbox', 'read_private_posts') AND (
  EXISTS (SELECT 1 FROM auth_user_user_permissions x WHERE x.permission_id = p.id AND x.user_id = %(u)s) OR
  EXISTS (SELECT 1 FROM auth_group_permissions x JOIN auth_user_groups g ON g.group_id = x.group_id
          WHERE x.permission_id = p.id AND g.user_id = %(u)s))"""
ACCOUNTS = """
SELECT a.id FROM socialcrm_socialaccount a WHERE
  NOT EXISTS (SELECT 1 FROM socialcrm_socialaccount_groups g WHERE g.socialaccount_id = a.id) OR
  EXISTS (SELECT 1 FROM socialcrm_socialaccount_groups g JOIN auth_user_groups m ON m.group_id = g.group_id
          WHERE g.socialaccount_id = a.id AND m.user_id = %(u)s)"""
VISIBLE = """c.account_id = ANY(%(a)s) AND c.thread_id NOT LIKE 'private:%%' AND NOT EXISTS (
  SELECT 1 FROM socialcrm_profilelink l WHERE l.profile_id = c.profile_id AND l.state = 'linked'
  AND l.contact_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM crm_core_contact k WHERE k.id = l.contact_id AND (
    k.owner_id = %(u)s OR k.team_id IS NULL AND k.owner_id IS NULL OR EXISTS (
      SELECT 1 FROM crm_core_team_members t WHERE t.team_id = k.team_id AND t.user_id = %(u)s))))"""
PAGE = f"""
SELECT c.id, c.status, c.waiting_since, c.last_post_at, c.snoozed_until, c.thread_id, a.id, a.network, a.handle, p.id,
  p.handle, p.name, p.avatar_url, p.url, u.id, u.username, u.first_name, u.last_name, m.id, m.text, m.posted_at,
  m.entities, m.url, k.id, k.first_name, k.last_name, s.post_id,
  (SELECT r.state FROM socialcrm_reply r WHERE r.conversation_id = c.id AND r.state <> 'cancelled'
   ORDER BY r.id DESC LIMIT 1)
FROM (SELECT * FROM socialcrm_conversation c WHERE {{where}} AND {VISIBLE}
  ORDER BY last_post_at DESC, id DESC LIMIT 31) c
JOIN socialcrm_socialaccount a ON a.id = c.account_id JOIN socialcrm_socialprofile p ON p.id = c.profile_id
LEFT JOIN auth_user u ON u.id = c.assignee_id
LEFT JOIN LATERAL (SELECT x.id, x.text, x.posted_at, x.entities, x.url FROM socialcrm_mention n
  JOIN socialcrm_post x ON x.id = n.post_id AND x.state = 'live'
  WHERE n.conversation_id = c.id ORDER BY n.posted_at DESC, n.post_id DESC LIMIT 1) m ON true
LEFT JOIN socialcrm_profilelink l ON l.profile_id = c.profile_id AND l.state = 'linked'
LEFT JOIN crm_core_contact k ON k.id = l.contact_id
LEFT JOIN socialcrm_conversationseen s ON s.conversation_id = c.id AND s.user_id = %(u)s
ORDER BY c.last_post_at DESC, c.id DESC"""
ACTIVE = "c.status IN ('open', 'pending')"
WHERE = {
    "mine": "c.assignee_id = %(u)s",
    "unassigned": "c.assignee_id IS NULL",
    "unattended": "c.waiting_since IS NOT NULL",
    "all": "true",
}


def run(size: Size) -> list[Line]:
    """Fill the tables, list both ways, walk 200 pages, search."""
    build(size)
    user = fill()
    check_same(user)
    ours, by_hand = medians(user)
    first, last = walk(user)
    asked = queries(user)
    search = best(lambda: inbox.listing(fresh(user), Filters(q="no such words here")))
    live = best(lambda: inbox.version(fresh(user), Filters()))
    goals = (
        Goal("inbox: queries for the list with its counts", asked, at_most=25),
        Goal("inbox: list with counts over hand-written SQL", ours / by_hand, at_most=3),
    )
    walked = (Goal(f"inbox: page {PAGES} over page 1", last / first, at_most=1.5),)
    return [
        Line("inbox, list with counts, median", "ms", ours, by_hand, goals=goals),
        Line("inbox, page 1", "ms", first),
        Line(f"inbox, page {PAGES}", "ms", last, first, goals=walked),
        Line("inbox, a search that finds nothing", "ms", search),
        Line("inbox, the live version", "ms", live),
    ]


def fill() -> User:
    """Ten agents with their work; one of them looks."""
    people = User.objects.bulk_create(User(username=f"inbox-{n}") for n in range(10))
    may = Permission.objects.get(content_type__app_label="socialcrm", codename="work_inbox")
    people[3].user_permissions.add(may)
    with connection.cursor() as cursor:
        for statement, params in ((PEOPLE, []), (PENDING, []), (SEEN, [people[3].pk])):
            cursor.execute(statement, params)
        cursor.execute("VACUUM ANALYZE")
    return people[3]


def fresh(user: User) -> User:
    """The user as a request has them: without permissions loaded."""
    return User.objects.get(pk=user.pk)


def list_ours(user: User, filters: Filters) -> list[int]:
    """The list and the counts as the page asks for them; the keys on the page."""
    page = inbox.listing(user, filters)
    inbox.counts(user, filters)
    return [row.conversation.pk for row in page.rows]


def list_by_hand(user: User, filters: Filters) -> list[int]:
    """The same by hand-written SQL."""
    with connection.cursor() as cursor:
        cursor.execute(MAY, {"u": user.pk})
        cursor.fetchall()
        cursor.execute(ACCOUNTS, {"u": user.pk})
        known: dict[str, Any] = {"u": user.pk, "a": [row[0] for row in cursor.fetchall()]}
        status = "c.status = 'resolved'" if filters.status else ACTIVE
        cursor.execute(PAGE.format(where=f"{WHERE[filters.view]} AND {status}"), known)
        rows = cursor.fetchall()
        cursor.execute(counted(filters), known)
        cursor.fetchall()
    return [row[0] for row in rows[:30]]


def counted(filters: Filters) -> str:
    """One statement that counts each view, and each status of this one, up to a thousand."""
    wheres = [f"{where} AND {ACTIVE}" for where in WHERE.values()]
    wheres += [f"{WHERE[filters.view]} AND c.status = '{status}'" for status in ("open", "pending", "snoozed")]
    limited = "SELECT 1 FROM socialcrm_conversation c WHERE {} AND " + VISIBLE + " LIMIT 1000"
    return f"SELECT {', '.join(f'(SELECT count(*) FROM ({limited.format(where)}) x)' for where in wheres)}"


def check_same(user: User) -> None:
    """Both ways list the same conversations. Raises ValueError."""
    for filters in FILTERS:
        if list_ours(fresh(user), filters) != list_by_hand(user, filters):
            raise ValueError(f"The ceiling lists other conversations for {filters}")


def medians(user: User) -> tuple[float, float]:
    """Milliseconds for a list, ours and by hand, taken in turns."""
    ours, by_hand = [], []
    for turn in range(ROUNDS):
        filters = FILTERS[turn % len(FILTERS)]
        someone = fresh(user)
        ours.append(timed(list_ours, someone, filters))
        by_hand.append(timed(list_by_hand, someone, filters))
    return statistics.median(ours), statistics.median(by_hand)


def walk(user: User) -> tuple[float, float]:
    """Milliseconds for page 1 and for page PAGES, the best of some tries each."""
    cursors = [""]
    while len(cursors) < PAGES and cursors[-1] is not None:
        following = inbox.listing(user, Filters(), cursors[-1]).next_cursor
        if not following:
            break
        cursors.append(following)
    ends = [cursors[0], cursors[-1]]
    first, last = ([timed(inbox.listing, user, Filters(), end) for _try in range(20)] for end in ends)
    return statistics.median(first), statistics.median(last)


def queries(user: User) -> int:
    """How many queries the list with its counts takes; reading the user is not the inbox's."""
    someone = fresh(user)
    with CaptureQueriesContext(connection) as asked:
        list_ours(someone, Filters(view="mine"))
    return len(asked)


def best(act: Callable[[], Any], tries: int = 5) -> float:
    """The best of some tries, in milliseconds."""
    return min(timed(act) for _try in range(tries))


def timed(act: Callable[..., Any], *given: Any) -> float:
    """Milliseconds that one call takes."""
    start = time.perf_counter()
    act(*given)
    return (time.perf_counter() - start) * 1000
