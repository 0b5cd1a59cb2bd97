"""Merging two contacts or two companies into one, and taking it back: every row returns to where it was."""

from __future__ import annotations

from .contacts import VALUES
from .journey import FieldChoice, MergeRefused, duplicates_of, merge, side_by_side, undo, undoable, what_moves

__all__ = [
    "VALUES",
    "FieldChoice",
    "MergeRefused",
    "duplicates_of",
    "merge",
    "side_by_side",
    "undo",
    "undoable",
    "what_moves",
]
