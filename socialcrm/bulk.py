"""Set-based SQL on both engines: rows are given to a statement all at once, and it moves them on.

A statement reads the rows that it is given like a table, under the name of their `Staging`. PostgreSQL: they travel
along as one parameter of JSON, so that there is no table to make, to fill and to empty, and statements that do not
wait for each other's answers go out together. SQLite: temporary tables and executemany. The statements are the same
text on both.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connections
from django.db.models import QuerySet
from django.utils import timezone

from . import prepared

T = TypeVar("T")
Row = Sequence[Any]
Rows = list[tuple[Any, ...]]
Answer = Callable[[], Rows]
logger = logging.getLogger(__name__)

# What is staged has no statistics; following the indexes from it is right at every size that a chunk can have.
_PG_SETUP = "SELECT set_config(name, value, true) FROM (VALUES {}) AS planner (name, value)".format(
    "('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'), ('join_collapse_limit', '1')"
)
_DEADLOCKS = {"40P01", "40001"}


@dataclass(frozen=True)
class Staging:
    """Rows on their way into the tables: a name and columns with PostgreSQL's types; jsonb cells are msgspec.Raw."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @cached_property
    def as_query(self) -> str:
        """What PostgreSQL reads in place of a table: the rows out of the statement's first parameter."""
        cells = ", ".join(_cell(place, *column) for place, column in enumerate(self.columns))
        # OFFSET keeps the planner from taking a cell apart anew wherever it is used.
        return f"WITH {self.name} AS (SELECT {cells} FROM jsonb_array_elements(%s::jsonb) e OFFSET 0) "

    @property
    def sqlite_ddl(self) -> str:
        """The table for SQLite, where a column takes what comes."""
        return f"CREATE TEMP TABLE IF NOT EXISTS {self.name} ({', '.join(name for name, _ in self.columns)})"


def _cell(place: int, name: str, kind: str) -> str:
    return f"e->{place} AS {name}" if kind == "jsonb" else f"(e->>{place})::{kind} AS {name}"


class Bulk:
    """One transaction's worth of set-based work on one connection. Use it inside `transaction.atomic`."""

    def __init__(self, using: str = "default") -> None:
        self.connection = connections[using]
        self.is_postgres = self.connection.vendor == "postgresql"
        self._staged: dict[str, str] = {}
        self._is_set_up = False

    def stage(self, table: Staging, rows: Iterable[Row]) -> None:
        """Hold rows ready for the statements that are `reading` them."""
        if self.is_postgres:
            self._staged[table.name] = msgspec.json.encode(list(rows)).decode()
        else:
            self._fill(table, rows)

    def _fill(self, table: Staging, rows: Iterable[Row]) -> None:
        marks = ", ".join(["%s"] * len(table.columns))
        with self.connection.cursor() as cursor:
            cursor.execute(table.sqlite_ddl)
            cursor.execute(f"DELETE FROM {table.name}")
            cursor.executemany(f"INSERT INTO {table.name} VALUES ({marks})", [plain(row) for row in rows])

    @contextmanager
    def together(self) -> Iterator[None]:
        """PostgreSQL gets the statements sent in here without a wait between them; an error is raised at the end."""
        if not self.is_postgres:
            yield
            return
        self.connection.ensure_connection()
        with self.connection.wrap_database_errors, self.connection.connection.pipeline():
            yield

    def send(self, sql: str, params: Sequence[Any] = (), reading: Staging | None = None) -> Answer:
        """Run a statement, on the rows staged for `reading` if it reads any.

        The returned function gives the rows that it returns; inside `together` not before the end.
        """
        if self.is_postgres and not self._is_set_up:
            self._is_set_up = True
            self.ask(_PG_SETUP)
        if self.is_postgres and reading is not None:
            sql, params = reading.as_query + sql, [self._staged[reading.name], *params]
        return self.ask(sql, params)

    def run(self, sql: str, params: Sequence[Any] = (), reading: Staging | None = None) -> Rows:
        """Run a statement as `send` does, and wait for its rows."""
        return self.send(sql, params, reading)()

    def ask(self, sql: str, params: Sequence[Any] = ()) -> Answer:
        """Run a query that reads no staged rows and is best planned as usual."""
        if self.is_postgres:
            cursor = prepared.cursor(self.connection)
            cursor.execute(prepared.numbered(sql), params)
            return lambda: list(cursor.fetchall()) if cursor.description else []
        with self.connection.cursor() as cursor:
            cursor.execute(sql, plain(params))
            found = list(cursor.fetchall()) if cursor.description else []
        return lambda: found

    def any_of(self, column: str, kind: str = "bigint") -> str:
        """SQL that tests a column of this PostgreSQL type against a list given as one parameter, see `values`."""
        if self.is_postgres:
            return f"{column} = ANY(ARRAY(SELECT value::{kind} FROM jsonb_array_elements_text(%s::jsonb)))"
        return f"{column} IN (SELECT value FROM json_each(%s))"

    def values(self, values: Iterable[Any]) -> str:
        """The parameter that `any_of` takes."""
        return msgspec.json.encode(list(values)).decode()


def plain(row: Row) -> tuple[Any, ...]:
    """The row for SQLite: times as Django writes them there (UTC, naive), UUIDs in hexadecimal, JSON in text."""
    return tuple(_plain(value) if isinstance(value, datetime | UUID | msgspec.Raw) else value for value in row)


def _plain(value: datetime | UUID | msgspec.Raw) -> str:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    return str(timezone.make_naive(value, UTC) if timezone.is_aware(value) else value)


def count_each(asked: Sequence[QuerySet[Any]], most: int) -> list[int]:
    """How many rows each of these holds, in one query that looks at no more than `most` of each."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in asked:
        try:
            statement, given = rows.order_by().values("pk")[:most].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
        else:
            parts.append(f"(SELECT COUNT(*) FROM ({statement}) AS counted)")
            params += given
    with connections[asked[0].db].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())


def in_transaction(using: str = "default") -> bool:
    """Whether the caller already is in a transaction."""
    return bool(connections[using].in_atomic_block)


def take_turns(name: str, using: str = "default") -> None:
    """Wait until nobody else is in a transaction that took turns by this name; to the end of ours they wait for us.

    PostgreSQL only: on SQLite a transaction that writes is alone anyway.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


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
