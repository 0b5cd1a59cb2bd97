"""SCHEDULE: the beat entries that a host merges into its own CELERY_BEAT_SCHEDULE."""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    # The outbox: `expires` keeps a backlog of sweeps from building up while no worker runs.
    "socialcrm-sweep-outbox": {"task": "socialcrm.sweep_outbox", "schedule": 5.0, "options": {"expires": 5}},
}
