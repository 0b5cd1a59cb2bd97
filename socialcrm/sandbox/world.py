"""The world file: one SQLite database that holds all people, accounts, posts and what the networks accepted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCHEMAS = (HERE / "schema.sql", HERE / "mastodon" / "schema.sql")

# Raise it when one of them changes.
VERSION = 2


class OtherVersion(Exception):
    """The world's file has other tables than this version of the sandbox."""


class World:
    """One SQLite file in WAL mode; every write is committed before an answer leaves the server."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.db = sqlite3.connect(self.path, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        # NORMAL in WAL mode loses nothing to kill -9, only to a power cut.
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=5000;")
        version, empty = self.value("PRAGMA user_version"), not self.value("SELECT COUNT(*) FROM sqlite_master")
        if version != VERSION and not empty:
            raise OtherVersion(f"{self.path} was made by another version of the sandbox. Remove it to start over.")
        tables = "\n".join(schema.read_text(encoding="utf-8") for schema in SCHEMAS)
        self.db.executescript(f"PRAGMA user_version={VERSION}; {tables}")

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction; joins the one that is already open."""
        if self.db.in_transaction:
            yield
            return
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def all(self, sql: str, *args: object) -> list[dict[str, Any]]:
        """Every row of a query as a dict."""
        return [dict(row) for row in self.db.execute(sql, args)]

    def one(self, sql: str, *args: object) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        row = self.db.execute(sql, args).fetchone()
        return dict(row) if row is not None else None

    def value(self, sql: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        row = self.db.execute(sql, args).fetchone()
        return row[0] if row is not None else None

    def run(self, sql: str, *args: object) -> int:
        """Run one statement; returns how many rows it touched."""
        return self.db.execute(sql, args).rowcount

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Insert one row; lists and dicts are stored as JSON. Returns the row id."""
        self.insert_many(table, [row])
        return int(self.value("SELECT last_insert_rowid()"))

    def insert_many(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Insert rows that all have the keys of the first."""
        if not rows:
            return
        keys = list(rows[0])
        marks = ",".join("?" * len(keys))
        sql = f"INSERT INTO {table} ({','.join(keys)}) VALUES ({marks})"
        self.db.executemany(sql, [[_plain(row[key]) for key in keys] for row in rows])

    def get(self, key: str, default: Any = None) -> Any:
        """A setting of this world (JSON)."""
        text = self.value("SELECT value FROM meta WHERE key=?", key)
        return default if text is None else json.loads(text)

    def set(self, key: str, value: object) -> None:
        """Store a setting of this world (JSON)."""
        self.run("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, json.dumps(value))


def _plain(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value
