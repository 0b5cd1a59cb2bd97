"""The CRM's tables, one a file."""

from __future__ import annotations

from .activity import Activity
from .company import Company
from .contact import Contact, ContactEmail, ContactPhone, ContactWebsite
from .deal import Deal
from .heartbeat import Heartbeat
from .imports import ContactImport, RefusedRow
from .merge import CompanyMergeLog, MergeLog
from .team import Team, visibility

__all__ = [
    "Activity",
    "Company",
    "CompanyMergeLog",
    "Contact",
    "ContactEmail",
    "ContactImport",
    "ContactPhone",
    "ContactWebsite",
    "Deal",
    "Heartbeat",
    "MergeLog",
    "RefusedRow",
    "Team",
    "visibility",
]
