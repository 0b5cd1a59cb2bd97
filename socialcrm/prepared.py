"""Our own fixed statements, planned once per PostgreSQL connection instead of once per page.

Django plans every statement anew, and writes the parameters into its text. Here they travel beside it, and psycopg
remembers which statements the server has planned. A pooler that hands out another server connection for each
transaction (PgBouncer) would lose them: Django's own switch for those, DISABLE_SERVER_SIDE_CURSORS in DATABASES, turns
this off too. PostgreSQL plans again by itself when a table or its statistics change.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from itertools import count
from typing import Any

logger = logging.getLogger(__name__)

_LOST = {"26000", "42P05"}  # "does not exist" and "exists already": a pooler is between us and the server
_found_pooler: list[str] = []


def allowed(connection: Any) -> bool:
    """Whether statements may be prepared on this Django connection."""
    return not (_found_pooler or connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"))


def cursor(connection: Any) -> Any:
    """A cursor of this Django connection that prepares what it executes; parameters are written $1, $2 ...

    Queries are logged as with Django's own cursors.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_thread_sharing()
    made = _class()(connection.connection, prepare=allowed(connection))
    return connection.make_debug_cursor(made) if connection.queries_logged else connection.make_cursor(made)


@lru_cache
def _class() -> Any:
    import psycopg  # a host on SQLite has none

    class Prepared(psycopg.RawCursor[Any]):
        def __init__(self, connection: Any, prepare: bool) -> None:
            super().__init__(connection)
            self.prepare = prepare

        def execute(self, query: Any, params: Any = None, **_options: Any) -> Any:
            # Django switches preparing off for the connection; on it stays off, for Django's statements.
            before, self.connection.prepare_threshold = self.connection.prepare_threshold, 0
            try:
                return super().execute(query, params, prepare=self.prepare)
            finally:
                self.connection.prepare_threshold = before

    return Prepared


def lost(state: str) -> bool:
    """Whether an error with this SQLSTATE says that prepared statements get lost; if so they end in this process."""
    if state in _LOST:
        _found_pooler.append(state)
        logger.warning("Prepared statements get lost: set DISABLE_SERVER_SIDE_CURSORS, as Django asks for poolers")
    return state in _LOST


@lru_cache(maxsize=256)
def numbered(sql: str) -> str:
    """The statement with $1, $2 ... where Django has %s."""
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{part}" for number, part in zip(count(1), rest, strict=False))
