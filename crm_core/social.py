"""The only file of the CRM that knows socialcrm: what a contact is, said to the extension."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from socialcrm.contacts import ContactAdapter

from .models import Contact


class CrmContacts(ContactAdapter):
    """Contacts of this CRM, with their e-mails, phones and web sites."""

    def emails(self, contact: Any) -> list[str]:
        """All e-mail addresses, the main one first."""
        return [row.email for row in contact.email_set.all()]

    def phones(self, contact: Any) -> list[str]:
        """All phone numbers."""
        return [row.phone for row in contact.phone_set.all()]

    def websites(self, contact: Any) -> list[str]:
        """The person's addresses, then the company's."""
        sites = [row.url for row in contact.website_set.all()]
        return sites + ([contact.company.website] if contact.company and contact.company.website else [])

    def for_matching(self) -> QuerySet[Any]:
        """Contacts with company, e-mails and web sites loaded."""
        return Contact.objects.select_related("company").prefetch_related("email_set", "website_set")
