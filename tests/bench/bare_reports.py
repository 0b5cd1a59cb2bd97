"""The reports' figures in bare SQL on PostgreSQL: what a page needs at least; and that they are the page's figures.

The standings once, materialised, and from them the bands, the spread, the median, who moved, the first rows and the
deals by band; then the weeks and the mentions.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection
from django.utils import timezone

from socialcrm import scoring
from socialcrm.reports import Answers, InfluenceAsk, MentionAsk, build_influence, mentions_asked_for

STANDINGS = """
WITH standing AS MATERIALIZED (
    SELECT DISTINCT ON (l.contact_id) l.contact_id, l.profile_id, s.id AS score, s.value, s.confidence,
        b.value AS base, b.day AS base_day
    FROM socialcrm_profilelink l
    JOIN crm_core_contact c ON c.id = l.contact_id
    CROSS JOIN LATERAL (SELECT * FROM socialcrm_influencescore i WHERE i.profile_id = l.profile_id
        AND i.day >= %(today)s::date - 365 ORDER BY i.day DESC LIMIT 1) s
    LEFT JOIN socialcrm_influencescore b ON b.profile_id = l.profile_id AND b.id <> s.id AND b.version = s.version
        AND b.day = COALESCE((SELECT max(i.day) FROM socialcrm_influencescore i
            WHERE i.profile_id = l.profile_id AND i.day BETWEEN %(today)s::date - 365 AND %(today)s::date - 30),
            (SELECT min(i.day) FROM socialcrm_influencescore i
            WHERE i.profile_id = l.profile_id AND i.day > %(today)s::date - 30))
    WHERE l.state = 'linked' AND s.confidence > 0 ORDER BY l.contact_id, s.value DESC, l.profile_id DESC)
SELECT (SELECT count(*) FROM standing), (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY value) FROM standing),
    (SELECT json_agg(h) FROM (SELECT floor(round(value) / 5) AS bar, count(*) AS n FROM standing GROUP BY 1) h),
    (SELECT json_agg(m) FROM (SELECT CASE WHEN abs(round(value - base)) < 10 THEN 'tie'
        WHEN value > base THEN 'up' ELSE 'down' END AS way, count(*) AS n
        FROM standing WHERE base IS NOT NULL GROUP BY 1) m),
    (SELECT json_agg(u) FROM (SELECT m.contact_id, m.change, c.first_name, c.last_name, c.company_id FROM (
        SELECT contact_id, value - base AS change FROM standing WHERE value > base ORDER BY 2 DESC LIMIT 5) m
        JOIN crm_core_contact c ON c.id = m.contact_id) u),
    (SELECT json_agg(w) FROM (SELECT m.contact_id, m.change, c.first_name, c.last_name, c.company_id FROM (
        SELECT contact_id, value - base AS change FROM standing WHERE value < base ORDER BY 2 LIMIT 5) m
        JOIN crm_core_contact c ON c.id = m.contact_id) w),
    (SELECT json_agg(r) FROM (SELECT s.*, i.parts, p.handle, c.first_name, c.last_name, u.username,
        (SELECT max(m.posted_at) FROM socialcrm_mention m WHERE m.author_id = s.profile_id) AS heard,
        (SELECT max(o.posted_at) FROM socialcrm_post o WHERE o.to_profile_id = s.profile_id
            AND o.account_id IS NOT NULL AND o.state = 'live') AS said
        FROM (SELECT * FROM standing ORDER BY value DESC, profile_id DESC LIMIT 15) s
        JOIN socialcrm_influencescore i ON i.id = s.score JOIN socialcrm_socialprofile p ON p.id = s.profile_id
        JOIN crm_core_contact c ON c.id = s.contact_id LEFT JOIN auth_user u ON u.id = c.owner_id
        ORDER BY s.value DESC, s.profile_id DESC) r),
    (SELECT json_agg(d) FROM (SELECT band, stage, currency, count(*) AS n, sum(amount) AS worth FROM (
        SELECT DISTINCT ON (d.id) width_bucket(round(s.value)::numeric, ARRAY[0, 20, 35, 50, 70]::numeric[]) AS band,
            d.stage, d.currency, d.amount
        FROM crm_core_deal d JOIN crm_core_deal_contacts dc ON dc.deal_id = d.id
        JOIN standing s ON s.contact_id = dc.contact_id
        WHERE d.stage IN ('lead', 'qualified', 'proposal', 'negotiation') OR d.closes_on >= %(today)s::date - 89
        ORDER BY d.id, s.value DESC, s.profile_id DESC) d GROUP BY 1, 2, 3) d)
"""
WEEKS = """
SELECT i.day, count(*), percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY i.value)
FROM socialcrm_influencescore i JOIN socialcrm_profilelink l ON l.profile_id = i.profile_id AND l.state = 'linked'
WHERE i.confidence > 0 AND i.day = ANY(SELECT %(today)s::date - 7 * w FROM generate_series(0, 12) w)
GROUP BY i.day ORDER BY i.day
"""
HEARD = """
SELECT l.contact_id, count(*) FROM socialcrm_mention m JOIN socialcrm_profilelink l ON l.profile_id = m.author_id
JOIN socialcrm_post p ON p.id = m.post_id AND p.state = 'live'
WHERE l.state = 'linked' AND m.posted_at >= %(since)s GROUP BY l.contact_id
"""
ANSWERS = """
SELECT (m.posted_at AT TIME ZONE %(zone)s)::date, count(*), count(a.at),
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM a.at - m.posted_at))
FROM socialcrm_mention m JOIN socialcrm_post p ON p.id = m.post_id AND p.state = 'live'
LEFT JOIN socialcrm_conversation c ON c.id = m.conversation_id
LEFT JOIN LATERAL (SELECT o.posted_at AS at FROM socialcrm_post o WHERE o.network = 'twitter'
    AND o.thread_id = c.thread_id AND o.thread_id <> '' AND o.account_id = m.account_id AND o.state = 'live'
    AND o.posted_at > m.posted_at
    ORDER BY o.posted_at, o.id LIMIT 1) a ON true
WHERE m.posted_at >= %(since)s GROUP BY ROLLUP ((m.posted_at AT TIME ZONE %(zone)s)::date)
"""
WAITING = """
SELECT m.id, p.text, u.handle FROM socialcrm_mention m JOIN socialcrm_post p ON p.id = m.post_id AND p.state = 'live'
LEFT JOIN socialcrm_conversation c ON c.id = m.conversation_id JOIN socialcrm_socialprofile u ON u.id = m.author_id
WHERE m.posted_at >= %(since)s AND NOT EXISTS (SELECT 1 FROM socialcrm_post o
    WHERE o.network = 'twitter' AND o.thread_id = c.thread_id AND o.thread_id <> '' AND o.account_id = m.account_id
    AND o.state = 'live' AND o.posted_at > m.posted_at)
ORDER BY m.posted_at DESC LIMIT 8
"""


def influence() -> tuple[list[Any], ...]:
    """The rows of the three statements behind the influence report of the last 90 days."""
    return tuple(fetched(sql, InfluenceAsk()) for sql in (STANDINGS, WEEKS, HEARD))


def mentions() -> tuple[list[Any], ...]:
    """The rows of the two statements behind the mentions report of the last 30 days."""
    return tuple(fetched(sql, MentionAsk()) for sql in (ANSWERS, WAITING))


def fetched(sql: str, ask: InfluenceAsk | MentionAsk) -> list[Any]:
    """The rows of a statement, for the period of the ask."""
    with connection.cursor() as cursor:
        given = {"today": timezone.localdate(), "zone": timezone.get_current_timezone_name(), "since": ask.since_moment}
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def compare_influence(user: Any) -> None:
    """Raises AssertionError unless the report's figures are those of the bare SQL."""
    report = build_influence(user, InfluenceAsk())
    ((count, median, spread, moved, up, down, first, deals),), weeks, heard = influence()
    assert (len(report.values), report.median()) == (count, median)
    assert {bar: n for bar, n in enumerate(report.histogram()) if n} == bars(spread)
    assert report.moved() == {"up": 0, "down": 0, "tie": 0} | {row["way"]: row["n"] for row in moved}
    for way, rows in (("up", up), ("down", down)):
        # Several moved by the same: who of them is named is not decided.
        assert [row.standing.change for row in report.movers()[way]] == [round(row["change"], 2) for row in rows]
    assert [one.contact for one in report.page().standings] == [row["contact_id"] for row in first]
    assert worth_of_page(report) == worth_of_rows(deals)
    assert [tuple(week) for week in report.trend()] == [(day, n, *quarters) for day, n, quarters in weeks]
    assert report.heard == dict(heard)


def bars(spread: list[dict[str, Any]]) -> Counter[int]:
    """The histogram: 100 is in the last bar."""
    found: Counter[int] = Counter()
    for row in spread:
        found[min(int(row["bar"]), 19)] += row["n"]
    return found


def worth_of_page(report: Any) -> dict[Any, Any]:
    """Number of deals by band and state, and their worth by band, state and currency, open and won."""
    bands = [(band.code, band.deals) for band in report.bands()]
    counts = {(code, state): n for code, deals in bands for state, n in deals.counts.items()}
    worth = {
        (code, state, currency): float(amount)
        for code, deals in bands
        for state, amounts in deals.amounts.items()
        for currency, amount in amounts.items()
    }
    return counts | worth


def worth_of_rows(deals: list[dict[str, Any]]) -> dict[Any, Any]:
    """The same from the bare rows."""
    found: Counter[Any] = Counter()
    for row in deals:
        code = scoring.BANDS[row["band"] - 1].code
        state = row["stage"] if row["stage"] in ("won", "lost") else "open"
        found[code, state] += row["n"]
        found[code, state, row["currency"]] += row["worth"]
    return dict(found)


def compare_mentions(user: Any) -> None:
    """Raises AssertionError unless the report's figures are those of the bare SQL."""
    lines = Answers(mentions_asked_for(user, MentionAsk())).lines()
    ours = {line.key: (line.mentions, line.answered, line.median, line.p90) for line in lines["day"] + lines["whole"]}
    answers, _waiting = mentions()
    bare = {str(day or ""): (n, answered, *(waits or (None, None))) for day, n, answered, waits in answers}
    assert ours == bare
