"""Sync: what networks say becomes tables. Streams are pulled, pages are stored whole, nothing is skipped or doubled."""

from __future__ import annotations

from .forget import forget
from .store import Stored, store, store_many
from .streams import ensure_streams, follow_profile, unfollow_profile

__all__ = ["Stored", "ensure_streams", "follow_profile", "forget", "store", "store_many", "unfollow_profile"]
