"""Sync: what networks say becomes tables. Streams are pulled, pages are stored whole, nothing is skipped or doubled."""

from __future__ import annotations

from .forget import forget, hide_profiles
from .gaps import fill_gap, fill_lost
from .health import AccountHealth, StreamHealth, stream_health, workers_alive
from .pull import pull, pull_account, pull_due
from .quarantine import prune
from .resolve import resolve_profile
from .servers import refresh_servers
from .store import Stored, store, store_many
from .streams import ensure_streams, follow_profile, follow_profiles, make_due, unfollow_profile
from .upkeep import check_deletions, fetch_parents, look_again, refresh_profiles

__all__ = [
    "AccountHealth",
    "Stored",
    "StreamHealth",
    "check_deletions",
    "ensure_streams",
    "fetch_parents",
    "fill_gap",
    "fill_lost",
    "follow_profile",
    "follow_profiles",
    "forget",
    "hide_profiles",
    "look_again",
    "make_due",
    "prune",
    "pull",
    "pull_account",
    "pull_due",
    "refresh_profiles",
    "refresh_servers",
    "resolve_profile",
    "store",
    "store_many",
    "stream_health",
    "unfollow_profile",
    "workers_alive",
]
