"""Saved replies: the page where they are written, and the menu of the composer with each filled in for this person."""

from __future__ import annotations
