"""/healthz: this process answers. /readyz: database, broker and a worker do too. Neither says more than that."""

from __future__ import annotations

from datetime import timedelta

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from .celery import app
from .models import Heartbeat

# A worker signs every HEARTBEAT seconds; three missed signs mean that nobody works.
HEARTBEAT = 20
SILENCE = timedelta(seconds=3 * HEARTBEAT + 5)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the process is up: touches nothing else, so that a broken database does not restart the web."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether work can be done here: 200, or 503 with the part that is missing."""
    database = database_answers()
    parts = {"database": database, "broker": broker_answers(), "worker": database and worker_signed()}
    states = {name: "ok" if well else "missing" for name, well in parts.items()}
    return JsonResponse(states, status=200 if all(parts.values()) else 503)


def database_answers() -> bool:
    """Whether a query comes back."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    """Whether a message could be put on a queue."""
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (OperationalError, OSError):
        return False
    return True


def worker_signed() -> bool:
    """Whether beat, broker and a worker went round within the last three heartbeats."""
    return Heartbeat.objects.filter(at__gte=timezone.now() - SILENCE).exists()
