"""SCHEDULE: the beat entries that a host merges into its own CELERY_BEAT_SCHEDULE."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    # The outbox: `expires` keeps a backlog of sweeps from building up while no worker runs.
    "socialcrm-sweep-outbox": {"task": "socialcrm.sweep_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "socialcrm-tend-inbox": {"task": "socialcrm.tend_inbox", "schedule": 10.0, "options": {"expires": 10}},
    # Sync: one message looks after all streams that are due, so the beat is short and each account keeps its own pace.
    "socialcrm-pull-due": {"task": "socialcrm.pull_due", "schedule": 5.0, "options": {"expires": 5}},
    "socialcrm-fetch-parents": {"task": "socialcrm.fetch_parents", "schedule": 30.0, "options": {"expires": 30}},
    "socialcrm-refresh-profiles": {
        "task": "socialcrm.refresh_profiles",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "socialcrm-refresh-servers": {
        "task": "socialcrm.refresh_servers",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "socialcrm-check-deletions": {"task": "socialcrm.check_deletions", "schedule": 900.0, "options": {"expires": 900}},
    "socialcrm-fill-gaps": {"task": "socialcrm.fill_gaps", "schedule": 300.0, "options": {"expires": 300}},
    "socialcrm-prune": {"task": "socialcrm.prune", "schedule": 3600.0, "options": {"expires": 3600}},
    # Matching and scoring.
    "socialcrm-match-profiles": {"task": "socialcrm.match_profiles", "schedule": 10.0, "options": {"expires": 10}},
    "socialcrm-score-profiles": {
        "task": "socialcrm.score_profiles",
        "schedule": crontab(hour="4", minute="10"),
        "options": {"expires": 3600},
    },
}
