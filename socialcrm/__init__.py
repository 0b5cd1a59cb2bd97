"""Social networks inside your CRM: profiles, posts, answers and influence on the contact's page."""

from __future__ import annotations

__version__ = "0.1.0"
