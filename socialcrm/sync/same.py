"""same: on networks of many servers, several may tell us of one post: its rows are marked, so that it counts once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from socialcrm import bulk

from .rows import Batch, Rows, said_at

# A post's own server dates it to the millisecond, the others to the second.
AS_DATED = timedelta(seconds=2)

# Where two servers do not say the same, both rows are shown: neither may hide what the other said.
# `same_as` is the key of the first of the rows; a network of one server has one row a post, and asks nothing here.
MARK_SAME = """
UPDATE socialcrm_post AS p SET same_as = near.first
FROM (
    SELECT x.id, MIN(COALESCE(x.same_as, x.id)) OVER post AS first, COUNT(*) OVER post AS copies
    FROM socialcrm_post x
    WHERE x.author_id IN (SELECT n.author_id FROM socialcrm_post n WHERE {new})
        AND x.posted_at BETWEEN %s AND %s AND x.url <> ''
    WINDOW post AS (PARTITION BY x.network, x.author_id, x.url, x.text)
) near WHERE near.id = p.id AND near.copies > 1 AND p.same_as IS DISTINCT FROM near.first
"""


def take_turns(batches: Sequence[Batch]) -> None:
    """Two accounts that are read at once may each bring a row of one post: the second is to find the first's."""
    for network in sorted({batch.account.network for batch in batches if batch.account.server}):
        bulk.take_turns(f"socialcrm.same.{network}")


def mark(work: bulk.Bulk, rows: Rows, new_ids: Sequence[int]) -> None:
    """Mark new posts that are stored already as another server told of them. One query, none for one server."""
    if not new_ids or not any(said.batch.account.server for said in rows.posts.values()):
        return
    dated = [said_at(said.post.posted_at, said.batch.seen_at) for said in rows.posts.values()]
    statement = MARK_SAME.format(new=work.any_of("n.id"))
    work.send(statement, [work.values(new_ids), min(dated) - AS_DATED, max(dated) + AS_DATED])
