"""The database's clock: leases and times of departure are compared with it, never with a worker's own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now
from django.utils import timezone


def db_now() -> datetime:
    """What time it is for the database. SQLite has no clock but this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def after(seconds: float) -> ExpressionWrapper[Any]:
    """So many seconds from now (or before, when negative), in SQL."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
