"""The cells of the filtered contacts, row by row; `socialcrm.exports` writes them as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

COLUMNS = (
    "First name", "Last name", "Job title", "Company", "City", "Language", "Consent", "E-mails", "Phones", "Websites",
    "Owner", "Team",
)  # fmt: skip
SEVERAL = "; "


def contact_rows(contacts: QuerySet[Any]) -> Iterator[list[Any]]:
    """One row of cells per contact, in the order of COLUMNS."""
    loaded = contacts.select_related("company", "owner", "team").prefetch_related(
        "email_set", "phone_set", "website_set"
    )
    for contact in loaded.iterator(chunk_size=500):
        yield [
            contact.first_name, contact.last_name, contact.title, contact.company or "", contact.city,
            contact.language, contact.consent,
            SEVERAL.join(row.email for row in contact.email_set.all()),
            SEVERAL.join(row.phone for row in contact.phone_set.all()),
            SEVERAL.join(row.url for row in contact.website_set.all()),
            contact.owner.get_username() if contact.owner else "", contact.team or "",
        ]  # fmt: skip
