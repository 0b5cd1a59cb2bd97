"""The company's form."""

from __future__ import annotations

from crm_core.models import Company

from .base import CrmForm


class CompanyForm(CrmForm):
    """An organisation."""

    class Meta:
        model = Company
        fields = ("name", "kind", "website", "phone", "industry", "size", "city", "country", "owner", "team")
