"""The statements of `store`, the same text on PostgreSQL and SQLite. Each moves a whole chunk, whatever its size.

They are ordered by key, so that two workers that store the same page lock rows in the same order.
"""

from __future__ import annotations


def flat(statement: str) -> str:
    """The statement on one line: psycopg only remembers how it took a statement apart up to 4,096 characters."""
    return " ".join(statement.split())


# Whom the person's own server told us of is changed by that server alone; hearsay by the server that told it, and by
# others once that has been silent for long.
UPSERT_PROFILES = flat("""
INSERT INTO socialcrm_socialprofile (network, external_id, handle, name, bio, location, website, url, avatar_url,
    followers, following, listed, posts_count, verified, state, joined_at, fetched_at, raw, told_by)
SELECT s.network, s.external_id, s.handle, s.name, s.bio, s.location, s.website, s.url, s.avatar_url,
    s.followers, s.following, s.listed, s.posts_count, s.verified, s.state, s.joined_at, s.fetched_at, s.raw, s.told_by
FROM socialcrm_in_profile s
LEFT JOIN socialcrm_socialprofile p ON p.network = s.network AND p.external_id = s.external_id
WHERE p.id IS NULL OR (s.handle <> '' AND s.fetched_at >= p.fetched_at
    AND (s.told_by = '' OR p.told_by = s.told_by OR p.handle = '' OR (p.told_by <> '' AND p.fetched_at < %s))
    AND (p.fetched_at < %s OR (p.handle, p.name, p.bio, p.location, p.website, p.url, p.avatar_url, p.verified, p.state,
        p.told_by) IS DISTINCT FROM (s.handle, s.name, s.bio, s.location, s.website, s.url, s.avatar_url, s.verified,
        s.state, s.told_by)
    OR (p.followers, p.following, p.listed, p.posts_count) IS DISTINCT FROM (COALESCE(s.followers, p.followers),
        COALESCE(s.following, p.following), COALESCE(s.listed, p.listed), COALESCE(s.posts_count, p.posts_count))))
ORDER BY s.network, s.external_id
ON CONFLICT (network, external_id) DO UPDATE SET
    matched_at = CASE WHEN (socialcrm_socialprofile.handle, socialcrm_socialprofile.name, socialcrm_socialprofile.bio,
            socialcrm_socialprofile.website, socialcrm_socialprofile.told_by) IS DISTINCT FROM (excluded.handle,
            excluded.name, excluded.bio, excluded.website, excluded.told_by) THEN NULL
            ELSE socialcrm_socialprofile.matched_at END,
    handle = excluded.handle, name = excluded.name, bio = excluded.bio, location = excluded.location,
    website = excluded.website, url = excluded.url, avatar_url = excluded.avatar_url, verified = excluded.verified,
    state = excluded.state, joined_at = COALESCE(excluded.joined_at, socialcrm_socialprofile.joined_at),
    followers = COALESCE(excluded.followers, socialcrm_socialprofile.followers),
    following = COALESCE(excluded.following, socialcrm_socialprofile.following),
    listed = COALESCE(excluded.listed, socialcrm_socialprofile.listed),
    posts_count = COALESCE(excluded.posts_count, socialcrm_socialprofile.posts_count),
    fetched_at = excluded.fetched_at, raw = excluded.raw, told_by = excluded.told_by
WHERE excluded.handle <> '' AND excluded.fetched_at >= socialcrm_socialprofile.fetched_at
    AND (excluded.told_by IN ('', socialcrm_socialprofile.told_by) OR socialcrm_socialprofile.handle = ''
        OR (socialcrm_socialprofile.told_by <> '' AND socialcrm_socialprofile.fetched_at < %s))
""")

# Only what an account's own server tells is a post of ours: others could speak in its name.
# A post with a tombstone goes in empty and deleted: the thread keeps its shape, the words do not come back.
UPSERT_POSTS = flat("""
INSERT INTO socialcrm_post (network, external_id, author_id, account_id, to_profile_id, text, posted_at, thread_id,
    in_reply_to, quoted, kind, visibility, lang, url, state, gone_at, edited, likes, replies_count, reposts, quotes,
    views, entities, media, mentioned_ids, raw, stored_at, seen_at, parents_wanted)
SELECT s.network, s.external_id, a.id, own.id, COALESCE(t.id, parent.author_id),
    CASE WHEN dead.id IS NULL THEN s.text ELSE '' END, s.posted_at, s.thread_id,
    s.in_reply_to, s.quoted, s.kind, s.visibility,
    CASE WHEN dead.id IS NULL THEN s.lang ELSE '' END, s.url,
    COALESCE(dead.state, 'live'), dead.found_at, s.edited AND dead.id IS NULL,
    CASE WHEN dead.id IS NULL THEN s.likes END, CASE WHEN dead.id IS NULL THEN s.replies_count END,
    CASE WHEN dead.id IS NULL THEN s.reposts END, CASE WHEN dead.id IS NULL THEN s.quotes END,
    CASE WHEN dead.id IS NULL THEN s.views END,
    CASE WHEN dead.id IS NULL THEN s.entities ELSE '[]' END, CASE WHEN dead.id IS NULL THEN s.media ELSE '[]' END,
    CASE WHEN dead.id IS NULL THEN s.mentioned_ids ELSE '[]' END, CASE WHEN dead.id IS NULL THEN s.raw ELSE '{}' END,
    %s, s.seen_at, CASE WHEN s.in_reply_to <> '' AND parent.id IS NULL THEN s.wanted ELSE 0 END
FROM socialcrm_in_post s
JOIN socialcrm_socialprofile a ON a.network = s.network AND a.external_id = s.author_xid
LEFT JOIN socialcrm_socialprofile t ON t.network = s.network AND t.external_id = s.to_xid
LEFT JOIN socialcrm_socialaccount own ON own.network = s.network AND own.external_id = s.author_xid AND s.told_by = ''
LEFT JOIN socialcrm_post old ON old.network = s.network AND old.external_id = s.external_id
LEFT JOIN socialcrm_post parent ON parent.network = s.network AND parent.external_id = NULLIF(s.in_reply_to, '')
LEFT JOIN socialcrm_tombstone dead ON dead.network = s.network AND dead.external_id = s.external_id
WHERE old.id IS NULL OR (old.state = 'withheld' AND a.state = 'active' AND dead.id IS NULL)
    OR (old.state = 'live' AND s.seen_at >= old.seen_at
    AND ((old.text, old.edited, old.lang) IS DISTINCT FROM (s.text, s.edited, s.lang)
    OR (old.account_id IS NULL AND own.id IS NOT NULL) OR (old.to_profile_id IS NULL AND t.id IS NOT NULL)
    OR (old.parents_wanted < s.wanted AND s.in_reply_to <> '' AND parent.id IS NULL)
    OR (old.likes, old.replies_count, old.reposts, old.quotes, old.views) IS DISTINCT FROM (
        COALESCE(s.likes, old.likes), COALESCE(s.replies_count, old.replies_count), COALESCE(s.reposts, old.reposts),
        COALESCE(s.quotes, old.quotes), COALESCE(s.views, old.views))))
ORDER BY s.network, s.external_id
ON CONFLICT (network, external_id) DO UPDATE SET
    text = excluded.text, edited = excluded.edited, lang = excluded.lang, entities = excluded.entities,
    media = excluded.media, mentioned_ids = excluded.mentioned_ids, raw = excluded.raw, seen_at = excluded.seen_at,
    state = excluded.state, gone_at = excluded.gone_at,
    account_id = COALESCE(socialcrm_post.account_id, excluded.account_id),
    to_profile_id = COALESCE(socialcrm_post.to_profile_id, excluded.to_profile_id),
    likes = COALESCE(excluded.likes, socialcrm_post.likes),
    replies_count = COALESCE(excluded.replies_count, socialcrm_post.replies_count),
    reposts = COALESCE(excluded.reposts, socialcrm_post.reposts),
    quotes = COALESCE(excluded.quotes, socialcrm_post.quotes), views = COALESCE(excluded.views, socialcrm_post.views),
    parents_wanted = CASE WHEN excluded.parents_wanted > socialcrm_post.parents_wanted
        THEN excluded.parents_wanted ELSE socialcrm_post.parents_wanted END
WHERE socialcrm_post.state <> 'deleted' AND excluded.seen_at >= socialcrm_post.seen_at
RETURNING id, account_id, stored_at = %s
""")

# A post of ours, or in our name, opens no conversation, whichever of our accounts it mentions. A conversation opens as
# RECOMPUTE_CONVERSATIONS would leave it, unless we wrote in its thread already: then `first_reply_at` comes back.
OPEN_CONVERSATIONS = flat("""
INSERT INTO socialcrm_conversation (account_id, thread_id, profile_id, status, opened_at, waiting_since, last_post_at,
    first_reply_at)
SELECT account_id, thread_id, author_id, CASE WHEN last_post_at >= %s THEN 'open' ELSE 'resolved' END,
    opened_at, waiting_since, last_post_at,
    (SELECT MIN(r.posted_at) FROM socialcrm_post r WHERE r.network = heard.network AND r.thread_id = heard.thread_id
        AND r.thread_id <> '' AND r.account_id = heard.account_id AND r.state = 'live')
FROM (
    SELECT m.network, m.account_id, m.thread_id, p.author_id, MIN(p.posted_at) OVER thread AS opened_at,
        MIN(CASE WHEN p.state = 'live' AND p.posted_at >= %s THEN p.posted_at END) OVER thread AS waiting_since,
        MAX(p.posted_at) OVER thread AS last_post_at,
        ROW_NUMBER() OVER (PARTITION BY m.account_id, m.thread_id ORDER BY p.posted_at, p.author_id) AS place
    FROM socialcrm_in_mention m
    JOIN socialcrm_post p ON p.network = m.network AND p.external_id = m.external_id AND p.account_id IS NULL
    LEFT JOIN socialcrm_mention old ON old.post_id = p.id AND old.account_id = m.account_id
    WHERE old.id IS NULL AND NOT EXISTS (SELECT 1 FROM socialcrm_socialaccount own WHERE own.profile_id = p.author_id)
    WINDOW thread AS (PARTITION BY m.account_id, m.thread_id)
) heard
WHERE place = 1
ORDER BY account_id, thread_id
ON CONFLICT (account_id, thread_id) DO NOTHING
RETURNING id, first_reply_at
""")

ADD_MENTIONS = flat("""
INSERT INTO socialcrm_mention (post_id, account_id, conversation_id, author_id, reason, posted_at)
SELECT p.id, m.account_id, c.id, p.author_id, m.reason, p.posted_at
FROM socialcrm_in_mention m
JOIN socialcrm_post p ON p.network = m.network AND p.external_id = m.external_id AND p.account_id IS NULL
JOIN socialcrm_conversation c ON c.account_id = m.account_id AND c.thread_id = m.thread_id
WHERE NOT EXISTS (SELECT 1 FROM socialcrm_socialaccount own WHERE own.profile_id = p.author_id)
ORDER BY m.account_id, p.id
ON CONFLICT (post_id, account_id) DO NOTHING
RETURNING conversation_id
""")

CONVERSATIONS_OF_OWN = flat("""
SELECT c.id FROM socialcrm_post p
JOIN socialcrm_conversation c ON c.account_id = p.account_id AND c.thread_id = p.thread_id
WHERE p.account_id IS NOT NULL AND {posts}
""")

_LAST = "CASE WHEN f.last_out > f.last_in THEN f.last_out ELSE f.last_in END"
_SNOOZED = "CASE WHEN f.waiting IS NOT NULL AND f.heard THEN NULL ELSE c.snoozed_until END"
_STATUS = """CASE WHEN f.waiting IS NOT NULL AND (f.heard OR c.status = 'pending') THEN 'open'
    WHEN f.waiting IS NULL AND f.last_out IS NOT NULL AND c.status = 'open' THEN 'pending' ELSE c.status END"""

# X counts whole seconds: a post of the very second of our last one is answered only where one of ours answers it.
_ANSWERED = """EXISTS (SELECT 1 FROM socialcrm_post r WHERE r.network = p.network AND r.thread_id = p.thread_id
    AND r.thread_id <> '' AND r.in_reply_to = p.external_id AND r.account_id = m.account_id AND r.state = 'live')"""

# `waiting`: the first post of theirs after our last one; computed from the posts, so that order does not matter. A post
# that was old when it came (the first parameter) makes nobody wait; one that did is remembered by `waiting_since`.
_FACTS = f"""
SELECT o.id, o.first_out, o.last_out, {{heard}} AS heard, MIN(m.posted_at) AS first_in, MAX(m.posted_at) AS last_in,
    MIN(CASE WHEN p.state = 'live' AND (o.last_out IS NULL OR m.posted_at > o.last_out
            OR m.posted_at = o.last_out AND NOT {_ANSWERED})
        AND (m.posted_at >= %s OR m.posted_at >= o.waiting_since) THEN m.posted_at END) AS waiting,
    (SELECT e.author_id FROM socialcrm_mention e WHERE e.conversation_id = o.id
        ORDER BY e.posted_at, e.author_id LIMIT 1) AS profile_id
FROM (
    SELECT c.id, c.waiting_since, MIN(r.posted_at) AS first_out, MAX(r.posted_at) AS last_out
    FROM socialcrm_conversation c
    JOIN socialcrm_socialaccount a ON a.id = c.account_id
    LEFT JOIN socialcrm_post r ON r.network = a.network AND r.thread_id = c.thread_id AND r.thread_id <> ''
        AND r.account_id = c.account_id AND r.state = 'live'
    WHERE {{ids}}
    GROUP BY c.id, c.waiting_since
) o
JOIN socialcrm_mention m ON m.conversation_id = o.id
JOIN socialcrm_post p ON p.id = m.post_id
GROUP BY o.id, o.first_out, o.last_out, o.waiting_since
"""

RECOMPUTE_CONVERSATIONS = flat(f"""
UPDATE socialcrm_conversation AS c SET
    opened_at = f.first_in, waiting_since = f.waiting, profile_id = f.profile_id, first_reply_at = f.first_out,
    last_post_at = {_LAST}, snoozed_until = {_SNOOZED}, status = {_STATUS}
FROM ({_FACTS}) f WHERE f.id = c.id
    AND (c.opened_at, c.waiting_since, c.profile_id, c.first_reply_at, c.last_post_at, c.snoozed_until, c.status)
        IS DISTINCT FROM (f.first_in, f.waiting, f.profile_id, f.first_out, {_LAST}, {_SNOOZED}, {_STATUS})
""")

_TOLD = (
    """'{{"before": {{"status": "' || c.status || '"}}, "after": {{"status": "' || """
    + _STATUS
    + """ || '"}}, "profile": ' || (SELECT e.author_id FROM socialcrm_mention e WHERE e.conversation_id = c.id
        ORDER BY e.posted_at DESC, e.id DESC LIMIT 1) || '}}'"""
)
# Run before RECOMPUTE_CONVERSATIONS: a line of history for each conversation whose status it is going to change.
TELL_MOVES = flat(f"""
INSERT INTO socialcrm_conversationevent (conversation_id, kind, at, data)
SELECT c.id, CASE WHEN f.heard THEN 'heard' WHEN {_STATUS} = 'open' THEN 'unanswered' ELSE {{settled}} END, %s,
    CAST({_TOLD} AS {{json}})
FROM socialcrm_conversation c JOIN ({_FACTS}) f ON f.id = c.id
WHERE c.status <> {_STATUS}
""")

ADOPT_ORPHANS = flat("""
UPDATE socialcrm_post AS child SET parents_wanted = 0,
    to_profile_id = COALESCE(child.to_profile_id, parent.author_id)
FROM socialcrm_in_parent s, socialcrm_post AS parent
WHERE child.parents_wanted > 0 AND child.network = s.network AND child.in_reply_to = s.external_id
    AND parent.network = s.network AND parent.external_id = s.external_id
""")
