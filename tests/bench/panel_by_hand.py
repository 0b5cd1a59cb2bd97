"""The ceiling of the panel: the same HTML from the same templates, its rows by hand-written SQL instead of the rooms.

It asks what a view has to know: permissions, accounts that the user may act as, links with their counts and what moved,
the page's posts with their authors and mentions, replies, and the score; for a reader without `read_private_posts`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from socialcrm import scoring
from socialcrm.access import Sight
from socialcrm.models import InfluenceScore, Post, ProfileLink, Reply, SocialAccount, SocialProfile
from socialcrm.models.post import Surroundings
from socialcrm.timeline import Cursor, Entry, Item, People, TimelinePage
from socialcrm.views.composer import rows
from socialcrm.views.panel import Panel

PAGE = 20

MAY = """
SELECT t.app_label || '.' || p.codename FROM auth_permission p JOIN django_content_type t ON t.id = p.content_type_id
WHERE EXISTS (SELECT 1 FROM auth_user_user_permissions x WHERE x.permission_id = p.id AND x.user_id = %(u)s) OR
  EXISTS (SELECT 1 FROM auth_group_permissions x JOIN auth_user_groups g ON g.group_id = x.group_id
          WHERE x.permission_id = p.id AND g.user_id = %(u)s)"""
ACCOUNTS = """
SELECT a.id, a.network, a.external_id, a.handle, a.name, a.avatar_url, a.profile_id, a.state, a.tier,
  a.token_expires_at, a.scopes, a.server, a.server_facts, a.replies_wait_until
FROM socialcrm_socialaccount a WHERE
  NOT EXISTS (SELECT 1 FROM socialcrm_socialaccount_groups g WHERE g.socialaccount_id = a.id) OR
  EXISTS (SELECT 1 FROM socialcrm_socialaccount_groups g JOIN auth_user_groups m ON m.group_id = g.group_id
          WHERE g.socialaccount_id = a.id AND m.user_id = %s)"""
NAMES_US = "EXISTS (SELECT 1 FROM socialcrm_mention m WHERE m.post_id = {0}.id AND m.account_id = ANY(%(a)s))"
# Another row of the same post that names one of our accounts, else a newer one.
BETTER = f"""x.same_as IS NOT NULL AND EXISTS (
  SELECT 1 FROM socialcrm_post b WHERE b.same_as = x.same_as AND b.author_id = x.author_id AND b.visibility <> 'private'
  AND (b.account_id IS NULL OR b.to_profile_id = x.to_profile_id)
  AND (({NAMES_US.format("b")}) > ({NAMES_US.format("x")}) OR (b.id > x.id AND
       ({NAMES_US.format("b")}) >= ({NAMES_US.format("x")}))))"""
LINKS = """
SELECT l.id AS link_id, l.state AS link_state, l.basis, l.automatic, l.score, l.evidence, l.contact_id, l.decided_by_id,
  p.id, p.network, p.external_id, p.handle, p.name, p.url, p.avatar_url, p.followers, p.verified, p.state, p.fetched_at,
  u.username, u.first_name, u.last_name,
  (SELECT count(*) FROM socialcrm_post x WHERE x.author_id = p.id HAVING count(*) > 0) AS n_posts,
  (SELECT count(DISTINCT x.post_id) FROM socialcrm_mention x WHERE x.author_id = p.id AND x.account_id = ANY(%(a)s)
   HAVING count(*) > 0) AS n_mentions,
  (SELECT count(*) FROM socialcrm_post x WHERE x.to_profile_id = p.id AND x.account_id = ANY(%(a)s)
   AND x.account_id IS NOT NULL HAVING count(*) > 0) AS n_ours,
  (SELECT jsonb_build_object('posts', count(*), 'mentions', count(*) FILTER (WHERE EXISTS (
     SELECT 1 FROM socialcrm_mention m WHERE m.post_id = x.id AND m.account_id = ANY(%(a)s))))
   FROM socialcrm_post x WHERE x.author_id = p.id AND (x.visibility = 'private' OR x.same_as IS NOT NULL)
   AND (x.visibility = 'private' OR {better}) HAVING count(*) > 0) AS hidden,
  (SELECT count(*) FROM socialcrm_post x WHERE x.to_profile_id = p.id AND x.account_id = ANY(%(a)s)
   AND x.account_id IS NOT NULL AND (x.visibility = 'private' OR x.same_as IS NOT NULL)
   AND (x.visibility = 'private' OR {better}) HAVING count(*) > 0) AS hidden_ours,
  (SELECT jsonb_build_object('n', count(*), 'at', max(r.changed_at),
     'sending', count(*) FILTER (WHERE r.state = 'sending'))
   FROM socialcrm_reply r JOIN socialcrm_post x ON x.id = r.post_id
   WHERE x.author_id = p.id AND r.state IN ('queued', 'sending', 'unknown') AND r.account_id = ANY(%(a)s)
   AND r.audience <> 'private' HAVING count(*) > 0) AS moving,
  (SELECT jsonb_build_object('n', count(*), 'at', max(r.changed_at))
   FROM socialcrm_reply r JOIN socialcrm_conversation c ON c.id = r.conversation_id
   JOIN socialcrm_post x ON x.id = r.post_id AND x.author_id = p.id
   WHERE c.profile_id = p.id AND r.account_id = ANY(%(a)s) AND r.audience <> 'private' HAVING count(*) > 0) AS settled
FROM socialcrm_profilelink l JOIN socialcrm_socialprofile p ON p.id = l.profile_id
LEFT JOIN auth_user u ON u.id = l.decided_by_id
WHERE l.contact_id = %(c)s AND l.state IN ('linked', 'suggested')"""
LINKS = LINKS.replace("{better}", BETTER)
POSTS = """
WITH heads AS (
  (SELECT id, thread_id, posted_at AS at FROM socialcrm_post x WHERE author_id = %(p)s
   AND visibility <> 'private' AND NOT ({better}) ORDER BY posted_at DESC, id DESC LIMIT 20)
  UNION ALL
  (SELECT id, thread_id, posted_at FROM socialcrm_post x WHERE to_profile_id = %(p)s AND account_id = ANY(%(a)s)
   AND account_id IS NOT NULL AND visibility <> 'private' AND NOT ({better})
   ORDER BY posted_at DESC, id DESC LIMIT 20)
  UNION ALL
  (SELECT x.id, x.thread_id, r.created_at FROM socialcrm_reply r JOIN socialcrm_post x ON x.id = r.post_id
   WHERE x.author_id = %(p)s AND r.state IN ('queued', 'sending', 'unknown', 'failed') AND r.account_id = ANY(%(a)s)
   AND r.audience <> 'private' AND x.visibility <> 'private' AND NOT ({better})
   ORDER BY r.created_at DESC LIMIT 20)
), page AS (SELECT * FROM heads ORDER BY at DESC, id DESC LIMIT 20)
SELECT p.id, p.network, p.external_id, p.author_id, p.account_id, p.to_profile_id, p.text, p.posted_at, p.thread_id,
  p.in_reply_to, p.quoted, p.parents_wanted, p.kind, p.visibility, p.lang, p.url, p.state, p.gone_at, p.edited, p.likes,
  p.replies_count, p.reposts, p.entities, p.media, p.mentioned_ids, m.reason AS mention_reason,
  m.account_id AS mentioned_account,
  (SELECT jsonb_object_agg(h.account_id, h.reason) FROM socialcrm_mention h WHERE h.post_id = p.id) AS heard,
  (SELECT jsonb_build_object('account', r.account_id, 'state', r.state, 'why', r.error_class, 'said', r.error_detail)
   FROM socialcrm_reply r WHERE r.post_id = p.id AND r.state <> 'cancelled' ORDER BY r.id DESC LIMIT 1) AS newest_reply,
  (SELECT w.external_id FROM socialcrm_post q JOIN socialcrm_socialprofile w ON w.id = q.author_id
   WHERE q.network = p.network AND q.external_id = p.quoted LIMIT 1) AS quoted_author
FROM (SELECT DISTINCT thread_id FROM page) t JOIN LATERAL (
  SELECT x.* FROM socialcrm_post x WHERE x.network = 'twitter' AND x.thread_id = t.thread_id AND x.thread_id <> ''
  AND x.visibility <> 'private' AND NOT ({better})
  AND (x.author_id = %(p)s OR (x.to_profile_id = %(p)s AND x.account_id = ANY(%(a)s)))) p ON true
LEFT JOIN LATERAL (
  SELECT x.reason, x.account_id FROM socialcrm_mention x WHERE x.post_id = p.id AND x.account_id = ANY(%(a)s)
  ORDER BY x.id LIMIT 1) m ON true
ORDER BY p.posted_at, p.id"""
POSTS = POSTS.replace("{better}", BETTER)
AUTHORS = """
SELECT id, network, external_id, handle, name, url, avatar_url, verified, state
FROM socialcrm_socialprofile WHERE id = ANY(%s)"""
AROUND = """
SELECT x.id, x.network, x.external_id, x.author_id, x.text, x.entities, x.lang, x.url, x.state, x.posted_at
FROM socialcrm_post x WHERE x.network = 'twitter' AND x.external_id = ANY(%(names)s) AND x.visibility <> 'private'
AND (x.account_id IS NULL OR x.account_id = ANY(%(a)s)) AND NOT EXISTS (
  SELECT 1 FROM socialcrm_profilelink l WHERE l.profile_id IN (x.author_id, x.to_profile_id) AND l.state = 'linked'
  AND l.contact_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM crm_core_contact c WHERE c.id = l.contact_id AND (
      c.team_id IS NULL OR c.owner_id = %(u)s OR EXISTS (
        SELECT 1 FROM crm_core_team_members m WHERE m.team_id = c.team_id AND m.user_id = %(u)s))))"""
REPLIES = """
SELECT r.id, r.account_id, r.post_id, r.user_id, r.text, r.state, r.hold, r.not_before, r.external_id, r.sent_at,
  r.sent_post_id, r.outside, r.error_class,
  r.error_detail, r.created_at, u.username, u.first_name, u.last_name
FROM socialcrm_reply r LEFT JOIN auth_user u ON u.id = r.user_id
WHERE r.post_id = ANY(%s) AND r.state <> 'cancelled' ORDER BY r.id"""
SCORES = """
SELECT id, profile_id, day, version, value, confidence, parts FROM socialcrm_influencescore
WHERE profile_id = %s AND day >= current_date - 365 ORDER BY day"""


def panel_by_hand(user: User, contact: Any, base: str) -> Panel:
    """The first page of the panel of a contact with one profile."""
    may = {name for (name,) in fetched(MAY, {"u": user.pk})}
    user._perm_cache = may  # type: ignore[attr-defined]  # the templates ask, too
    accounts = list(SocialAccount.objects.raw(ACCOUNTS, [user.pk]))
    sight = Sight(tuple(account.pk for account in accounts), "socialcrm.read_private_posts" in may)
    links = [link_of(row) for row in named(LINKS, {"c": contact.pk, "a": list(sight.accounts)})]
    who = People([contact], *([x for x in links if x.state == state] for state in ("linked", "suggested")), sight)
    profile = who.links[0].profile
    posts = posts_of(profile, [account.pk for account in accounts])
    look_around(posts, profile, {"a": [account.pk for account in accounts], "u": user.pk})
    items = items_of(posts, replies_to(posts, accounts), contact, profile)
    page = TimelinePage(items, cursor_after(posts, who), who)
    may_reply = "socialcrm.reply_as_account" in may
    cards = rows(items, accounts, may_reply, open_first=True)
    return Panel(who, page, cards, accounts, may_reply, "socialcrm.link_socialprofile" in may, score_of(profile), base)


def link_of(row: dict[str, Any]) -> ProfileLink:
    """A link with its profile, its figures and who made it."""
    link = ProfileLink(
        pk=row.pop("link_id"), state=row.pop("link_state"), profile_id=row["id"],
        **{name: row.pop(name) for name in ("basis", "automatic", "score", "contact_id", "decided_by_id")},
        evidence=json.loads(row.pop("evidence")),
    )  # fmt: skip
    link.decided_by = user_of(link.decided_by_id, row)
    for name in ("n_posts", "n_mentions", "n_ours", "hidden_ours"):
        setattr(link, name, row.pop(name))
    for name in ("hidden", "moving", "settled"):
        told = row.pop(name)
        setattr(link, name, told and json.loads(told))
    link.profile = SocialProfile(**row)
    return link


def user_of(pk: int | None, row: dict[str, Any]) -> User | None:
    """A colleague, from the columns of a row."""
    names = {name: row.pop(name) for name in ("username", "first_name", "last_name")}
    return User(pk=pk, **names) if pk else None


def posts_of(profile: SocialProfile, accounts: list[int]) -> list[Post]:
    """The page's posts with their authors, oldest first."""
    posts = list(Post.objects.raw(POSTS, {"p": profile.pk, "a": accounts}))
    others = {post.author_id for post in posts} - {profile.pk}
    authors = {author.pk: author for author in SocialProfile.objects.raw(AUTHORS, [list(others)])} if others else {}
    for post in posts:
        post.author = authors.get(post.author_id, profile)
        for name in ("heard", "newest_reply"):
            told = vars(post)[name]
            setattr(post, name, told and json.loads(told))
    return posts


def look_around(posts: list[Post], profile: SocialProfile, given: dict[str, Any]) -> None:
    """What the posts quote and answer."""
    here = {post.external_id: post for post in posts}
    names = {name for post in posts for name in (post.quoted, post.in_reply_to) if name} - here.keys()
    found = list(Post.objects.raw(AROUND, {"names": list(names), **given})) if names else []
    others = {post.author_id for post in found} - {profile.pk}
    authors = {author.pk: author for author in SocialProfile.objects.raw(AUTHORS, [list(others)])} if others else {}
    for post in found:
        post.author = authors.get(post.author_id, profile)
    around = here | {post.external_id: post for post in found}
    for post in posts:
        apart = bool(post.in_reply_to) and post.in_reply_to not in here
        post.surroundings = Surroundings(around.get(post.quoted), around.get(post.in_reply_to), apart)


def replies_to(posts: list[Post], accounts: Sequence[SocialAccount]) -> dict[int, list[Reply]]:
    """Our replies by the post that they answer."""
    theirs = {post.pk: post for post in posts if post.account_id is None}
    by_pk = {account.pk: account for account in accounts}
    found: dict[int, list[Reply]] = {}
    for row in named(REPLIES, [list(theirs)]):
        writer = user_of(row["user_id"], row)
        reply = Reply(**row)
        reply.user, reply.account, reply.post = writer, by_pk[row["account_id"]], theirs[row["post_id"]]
        found.setdefault(row["post_id"], []).append(reply)
    return found


def items_of(posts: list[Post], replies: dict[int, list[Reply]], contact: Any, profile: SocialProfile) -> list[Item]:
    """The threads as items, newest first."""
    threads: dict[str, dict[int, Entry]] = {}
    for post in posts:
        threads.setdefault(post.thread_id, {})[post.pk] = Entry(post.posted_at, post)
    found = []
    for thread in threads.values():
        entries = list(thread.values())
        for reply in (reply for pk in thread for reply in replies.get(pk, [])):
            if reply.sent_post_id in thread:
                thread[reply.sent_post_id].sent_by = reply
            else:
                entries.append(Entry(reply.sent_at or reply.created_at, reply=reply))
        entries.sort(key=lambda entry: entry.at)
        found.append(Item(str(next(iter(thread))), entries[-1].at, entries, contact, profile))
    return sorted(found, key=lambda item: (item.at, item.key), reverse=True)


def cursor_after(posts: list[Post], who: People) -> str:
    """The cursor of the next page, where there is one."""
    if who.counts["all"] <= PAGE:
        return ""
    last = sorted(posts, key=lambda post: (post.posted_at, post.pk), reverse=True)[PAGE - 1]
    return str(Cursor(last.posted_at, last.pk))


def score_of(profile: SocialProfile) -> scoring.ContactScore | None:
    """The profile's score with its year."""
    scores = list(InfluenceScore.objects.raw(SCORES, [profile.pk]))
    if not scores:
        return None
    scores[-1].profile = profile
    return scoring.contact_score(scores[-1], [scoring.DayValue(score.day, score.value) for score in scores])


def fetched(sql: str, given: Any) -> list[tuple[Any, ...]]:
    """Rows as tuples."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def named(sql: str, given: Any) -> list[dict[str, Any]]:
    """Rows as dicts."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
