"""Our own fixed statements, planned once per PostgreSQL connection instead of once per page.

Django plans every statement anew. Here a statement is prepared by SQL under a name made of its text, and executed by
that name. A pooler that hands out another server connection for each transaction (PgBouncer) would lose them: Django's
own switch for those, DISABLE_SERVER_SIDE_CURSORS in DATABASES, turns this off too. PostgreSQL plans again by itself
when a table or its statistics change.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

logger = logging.getLogger(__name__)

_LOST = {"26000", "42P05"}  # "does not exist" and "exists already": a pooler is between us and the server
_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
_found_pooler: list[str] = []


def allowed(connection: Any) -> bool:
    """Whether statements may be prepared on this Django connection."""
    return not (_found_pooler or connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"))


def execute(cursor: Any, server: Any, sql: str, params: Sequence[Any]) -> None:
    """Run `sql` (with %s for parameters) on `cursor`, a cursor of the psycopg connection `server`; always one query."""
    name = _name(sql)
    known = _known.setdefault(server, set())
    call = f"EXECUTE {name}({', '.join(['%s'] * len(params))})" if params else f"EXECUTE {name}"
    if name in known:
        cursor.execute(call, params)
        return
    cursor.execute(f"PREPARE {name} AS {_numbered(sql)}; {call}", params)
    known.add(name)
    cursor.nextset()


def lost(state: str) -> bool:
    """Whether an error with this SQLSTATE says that prepared statements get lost; if so they end in this process."""
    if state in _LOST:
        _found_pooler.append(state)
        logger.warning("Prepared statements get lost: set DISABLE_SERVER_SIDE_CURSORS, as Django asks for poolers")
    return state in _LOST


@lru_cache
def _name(sql: str) -> str:
    return f"socialcrm_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"


def _numbered(sql: str) -> str:
    """The statement with $1, $2 ... where psycopg has %s."""
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{part}" for number, part in zip(count(1), rest, strict=False))
