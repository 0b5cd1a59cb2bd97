"""Set-based SQL on both engines: rows go into a staging table at once, then a few statements move them on.

PostgreSQL: COPY into temporary tables that empty themselves at commit (deleting from them would bloat them). They are
made again where absent at the start of each transaction, so that a pooler that hands out another connection for each
transaction does no harm. SQLite: temporary tables and executemany. The statements that read the staging tables are
the same text on both.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.db import DatabaseError, connections
from django.utils import timezone

from . import prepared

T = TypeVar("T")
Row = Sequence[Any]
logger = logging.getLogger(__name__)

# Staging tables have no statistics; following the indexes from them is right at every size that a chunk can have.
_PG_SETUP = "SET LOCAL enable_hashjoin=off; SET LOCAL enable_mergejoin=off; SET LOCAL join_collapse_limit=1;"
_DEADLOCKS = {"40P01", "40001"}


@dataclass(frozen=True)
class Staging:
    """A temporary table: its name and its columns with PostgreSQL's types."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def ddl(self) -> str:
        """The table for PostgreSQL."""
        columns = ", ".join(f"{name} {kind}" for name, kind in self.columns)
        return f"CREATE TEMP TABLE IF NOT EXISTS {self.name} ({columns}) ON COMMIT DELETE ROWS;"

    @property
    def sqlite_ddl(self) -> str:
        """The table for SQLite, where a column takes what comes."""
        return f"CREATE TEMP TABLE IF NOT EXISTS {self.name} ({', '.join(name for name, _ in self.columns)})"


class Bulk:
    """One transaction's worth of set-based work on one connection. Make it inside `transaction.atomic`."""

    def __init__(self, tables: Sequence[Staging], using: str = "default", nested: bool = False) -> None:
        self.connection = connections[using]
        self.is_postgres = self.connection.vendor == "postgresql"
        with self.connection.cursor() as cursor:
            if self.is_postgres:
                self._open_postgres(cursor, tables, nested)
            else:
                for table in tables:
                    cursor.execute(table.sqlite_ddl)
                    cursor.execute(f"DELETE FROM {table.name}")

    @staticmethod
    def _open_postgres(cursor: Any, tables: Sequence[Staging], nested: bool) -> None:
        # In a caller's transaction rows of an earlier call may still lie there: commit has not emptied the tables.
        empty = "".join(f"DELETE FROM {table.name};" for table in tables) if nested else ""
        cursor.execute(_PG_SETUP + "".join(table.ddl for table in tables) + empty)

    def stage(self, table: Staging, rows: Iterable[Row]) -> None:
        """Put rows into a staging table in one go."""
        if self.is_postgres:
            self._copy(table, rows)
        else:
            self._insert(table, rows)

    def _copy(self, table: Staging, rows: Iterable[Row]) -> None:
        statement = f"COPY {table.name} FROM STDIN"
        wrapped = self.connection.wrap_database_errors
        with wrapped, self.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def _insert(self, table: Staging, rows: Iterable[Row]) -> None:
        marks = ", ".join(["%s"] * len(table.columns))
        with self.connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", [plain(row) for row in rows])

    def run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement; returns its rows where it returns any."""
        with self.connection.cursor() as cursor:
            self._execute(cursor, sql, params)
            return list(cursor.fetchall()) if cursor.description else []

    def changed(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run a statement; returns how many rows it changed."""
        with self.connection.cursor() as cursor:
            self._execute(cursor, sql, params)
            return int(cursor.rowcount)

    def run_with(self, table: Staging, rows: Sequence[Row], sql: str) -> None:
        """Run a statement that reads a few rows of `table`, which come along with it: no table is made or filled."""
        kinds = [f"%s::{kind}" if self.is_postgres else "%s" for _name, kind in table.columns]
        values = ", ".join([f"({', '.join(kinds)})"] * len(rows))
        names = ", ".join(name for name, _kind in table.columns)
        params = [value for row in rows for value in row]
        with self.connection.cursor() as cursor:
            statement = f"WITH {table.name} ({names}) AS (VALUES {values}) {sql}"
            cursor.execute(statement, params if self.is_postgres else plain(params))

    def _execute(self, cursor: Any, sql: str, params: Sequence[Any]) -> None:
        if not self.is_postgres:
            cursor.execute(sql, plain(params))
        elif prepared.allowed(self.connection):
            prepared.execute(cursor, self.connection.connection, sql, params)
        else:
            cursor.execute(sql, params)

    def any_of(self, column: str) -> str:
        """SQL that tests a column against a list given as one parameter, see `values`."""
        return _any_of(self.is_postgres, column)

    def values(self, values: Iterable[Any]) -> Any:
        """The parameter that `any_of` takes."""
        return _values(self.is_postgres, values)


def find(table: str, column: str, values: Iterable[Any], using: str = "default") -> set[Any]:
    """Which of these values stand in a table's column; one query and one parameter, however many there are."""
    connection = connections[using]
    is_postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        query = f"SELECT {column} FROM {table} WHERE {_any_of(is_postgres, column)}"
        cursor.execute(query, [_values(is_postgres, values)])
        return {row[0] for row in cursor.fetchall()}


def _any_of(is_postgres: bool, column: str) -> str:
    return f"{column} = ANY(%s)" if is_postgres else f"{column} IN (SELECT value FROM json_each(%s))"


def _values(is_postgres: bool, values: Iterable[Any]) -> Any:
    return list(values) if is_postgres else msgspec.json.encode(list(values)).decode()


def plain(row: Row) -> tuple[Any, ...]:
    """The row as SQLite keeps it: times as Django writes them there (UTC, naive), UUIDs in hexadecimal."""
    return tuple(_plain(value) if isinstance(value, datetime | UUID) else value for value in row)


def _plain(value: datetime | UUID) -> str:
    if isinstance(value, UUID):
        return value.hex
    return str(timezone.make_naive(value, UTC) if timezone.is_aware(value) else value)


def in_transaction(using: str = "default") -> bool:
    """Whether the caller already is in a transaction."""
    return bool(connections[using].in_atomic_block)


def retry_deadlocks(work: Callable[[], T], times: int = 3) -> T:
    """Run work that opens its own transaction, again where the database broke a deadlock at our cost.

    Again too where a pooler that nobody told us of lost our prepared statements; they are not used from then on.
    """
    for attempt in range(times):
        try:
            return work()
        except DatabaseError as error:
            state = getattr(error.__cause__, "sqlstate", "")
            lost = prepared.lost(state)
            if attempt + 1 == times or not (lost or state in _DEADLOCKS) or in_transaction():
                raise
            logger.info("Trying again after the database's error %s", state)
    raise AssertionError("unreachable")


GROWN = """
SELECT c.relname FROM pg_class c WHERE c.relname = ANY(%s) AND c.relnamespace = current_schema()::regnamespace
    AND pg_relation_size(c.oid) / 8192 > 4 * c.relpages + 8
"""
HOT_TABLES = tuple(f"socialcrm_{name}" for name in ("socialprofile", "post", "mention", "conversation"))
_looks = count()


def keep_statistics(using: str = "default") -> None:
    """Let PostgreSQL look at tables that grew more than fourfold since it last did.

    On a young database the planner takes an index of all posts of a network for a good one until autovacuum comes by,
    a minute of a hundredfold slower pages. Asked at the first call of a process, then ever less often.
    """
    look = next(_looks)
    connection = connections[using]
    if connection.vendor != "postgresql" or connection.in_atomic_block or (look > 20 and look % 200):
        return
    with connection.cursor() as cursor:
        cursor.execute(GROWN, [list(HOT_TABLES)])
        grown = [row[0] for row in cursor.fetchall()]
        if grown:
            cursor.execute(f"ANALYZE {', '.join(grown)}")
