"""The REST API: what the screens do, for programs, with the same permissions."""

from __future__ import annotations
