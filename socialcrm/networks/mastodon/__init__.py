"""Mastodon, and servers that speak its API."""

from __future__ import annotations

from .network import Mastodon

__all__ = ["Mastodon"]
