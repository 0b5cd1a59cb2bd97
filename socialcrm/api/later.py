"""Rooms, imported at their first use (until all of them are in)."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _Room:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(f"socialcrm.{self._name}"), name)


ledger, matching, outbox, scoring, sync, timeline = (
    _Room(name) for name in ("ledger", "matching", "outbox", "scoring", "sync", "timeline")
)
