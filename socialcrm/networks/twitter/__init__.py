"""X (Twitter), API v2."""

from __future__ import annotations

from .network import Twitter

__all__ = ["Twitter"]
