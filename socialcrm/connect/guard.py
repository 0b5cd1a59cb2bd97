"""No HTTP inside a database transaction: a slow network would hold rows, and a rollback would forget what was said."""

from __future__ import annotations

from django.db import connection


class CalledInTransaction(RuntimeError):
    """A network was about to be called inside a transaction: a mistake in the code, never in the data."""


def outside_transaction() -> None:
    """Raise CalledInTransaction inside a transaction; the one that wraps a whole test case does not count."""
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise CalledInTransaction("A network must not be called inside a database transaction.")
