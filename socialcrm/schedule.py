"""SCHEDULE: the beat entries that a host merges into its own CELERY_BEAT_SCHEDULE."""

from __future__ import annotations

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
