"""Companies: their people, deals and notes go over to the one that stays."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.db.models import F, Q
from django.utils.translation import gettext as _

from crm_core.models import Activity, Company, CompanyMergeLog, Contact, Deal

from .kinds import Kind, move_rows, return_rows


class Companies(Kind):
    """Two companies are one."""

    model = Company
    log = CompanyMergeLog
    fields = (
        "name", "kind", "website", "phone", "industry", "size", "city", "country", "owner_id", "team_id",
    )  # fmt: skip

    def counts(self, user: Any, merged: Company) -> list[tuple[str, int]]:
        """See Kind."""
        return [
            (_("Contacts"), Contact.objects.visible_to(user).filter(company=merged).count()),
            (_("Deals"), Deal.objects.visible_to(user).filter(company=merged).count()),
            (_("Notes and tasks"), Activity.objects.visible_to(user).filter(company=merged).count()),
        ]

    def look_alike(self, row: Company) -> Q:
        """The same site, or a name that is the beginning of the other: "Engines", "Engines Ltd"."""
        words = row.sort_name.split()
        beginnings = [" ".join(words[:count]) for count in range(1, len(words) + 1)]
        return Q(sort_name__in=beginnings) | Q(sort_name__startswith=f"{row.sort_name} ") | _same_site(row.website)

    def move(self, survivor: Company, merged: Company) -> dict[str, Any]:
        """See Kind."""
        # The version rises, so that a form opened before does not write the old company back.
        to = {"company": survivor, "version": F("version") + 1}
        return {
            "contacts": move_rows(Contact.objects.filter(company=merged), **to),
            "deals": move_rows(Deal.objects.filter(company=merged), **to),
            "activities": move_rows(Activity.objects.filter(company=merged), company=survivor),
        }

    def give_back(self, survivor: Company, back: Company, snapshot: dict[str, Any]) -> None:
        """See Kind."""
        to = {"company": back, "version": F("version") + 1}
        return_rows(Contact.objects.filter(company=survivor), snapshot["contacts"], **to)
        return_rows(Deal.objects.filter(company=survivor), snapshot["deals"], **to)
        return_rows(Activity.objects.filter(company=survivor), snapshot["activities"], company=back)


def _same_site(website: str) -> Q:
    host = (urlsplit(website).hostname or "").removeprefix("www.")
    if not host:
        return Q(pk__in=[])
    return Q(website__icontains=f"//{host}") | Q(website__icontains=f"//www.{host}")
