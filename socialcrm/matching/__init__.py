"""Matching: which contact is behind a profile, and why. A name alone never links; a refusal is remembered."""

from __future__ import annotations

from .engine import discover, match_new, match_profiles
from .links import (
    AlreadyLinked,
    LinkingForbidden,
    accept,
    is_ours,
    link,
    linked_to,
    move_links,
    reconsider,
    refuse,
    return_links,
    suggestions,
    unlink,
)

__all__ = [
    "AlreadyLinked",
    "LinkingForbidden",
    "accept",
    "discover",
    "is_ours",
    "link",
    "linked_to",
    "match_new",
    "match_profiles",
    "move_links",
    "reconsider",
    "refuse",
    "return_links",
    "suggestions",
    "unlink",
]
