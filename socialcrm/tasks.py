"""Table of contents: the rooms' Celery tasks, for autodiscovery. A task gets the row and calls the room."""

from __future__ import annotations
