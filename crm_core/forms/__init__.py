"""The CRM's forms."""

from __future__ import annotations

from .activity import ActivityForm
from .company import CompanyForm
from .contact import ContactForm, Rows
from .deal import DealForm
from .password import PasswordForm

__all__ = ["ActivityForm", "CompanyForm", "ContactForm", "DealForm", "PasswordForm", "Rows"]
