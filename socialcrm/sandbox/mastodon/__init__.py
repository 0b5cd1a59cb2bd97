"""Mastodon as the sandbox plays it: one server under /mastodon, with people of the same town."""

from __future__ import annotations
