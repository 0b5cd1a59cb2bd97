"""Contacts: their e-mails, phones, sites, notes, deals and profiles go over to the one that stays."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from crm_core.models import Activity, Contact, ContactEmail, ContactPhone, ContactWebsite, Deal, MergeLog
from crm_core.social import move_profiles, return_profiles

from .kinds import Kind, move_rows, return_rows

# Rows that point to a contact and carry one value: a value that both have is kept once.
VALUES: dict[str, tuple[type[models.Model], str]] = {
    "email": (ContactEmail, "email"),
    "phone": (ContactPhone, "phone"),
    "website": (ContactWebsite, "url"),
}


class Contacts(Kind):
    """Two contacts are one person."""

    model = Contact
    log = MergeLog
    fields = ("first_name", "last_name", "title", "company_id", "city", "language", "consent", "owner_id", "team_id")

    def counts(self, user: Any, merged: Contact) -> list[tuple[str, int]]:
        """See Kind."""
        return [
            (_("E-mails"), merged.email_set.count()),
            (_("Phones"), merged.phone_set.count()),
            (_("Websites"), merged.website_set.count()),
            (_("Notes and tasks"), Activity.objects.visible_to(user).filter(contact=merged).count()),
            (_("Deals"), Deal.objects.visible_to(user).filter(contacts=merged).count()),
            (_("Social profiles"), merged.social_links.filter(state="linked").count()),
        ]

    def look_alike(self, row: Contact) -> Q:
        """The same full name, or one of the same e-mails."""
        emails = [found.email.lower() for found in row.email_set.all()]
        with_email = ContactEmail.objects.annotate(low=Lower("email")).filter(low__in=emails).values("contact")
        same = Q(pk__in=with_email)
        return same | Q(sort_name=row.sort_name) if row.sort_name else same

    def move(self, survivor: Contact, merged: Contact) -> dict[str, Any]:
        """See Kind."""
        snapshot: dict[str, Any] = {name: _move_values(name, survivor, merged) for name in VALUES}
        return snapshot | {
            "activities": move_rows(Activity.objects.filter(contact=merged), contact=survivor),
            "deals": _move_deals(survivor, merged),
            "social": move_profiles(merged, survivor),
        }

    def give_back(self, survivor: Contact, back: Contact, snapshot: dict[str, Any]) -> None:
        """See Kind."""
        for name in VALUES:
            _return_values(name, survivor, back, snapshot[name])
        return_rows(Activity.objects.filter(contact=survivor), snapshot["activities"], contact=back)
        _return_deals(survivor, back, snapshot["deals"])
        return_profiles(back, snapshot["social"])


def _move_values(name: str, survivor: Contact, merged: Contact) -> dict[str, list[Any]]:
    model, field = VALUES[name]
    manager = model._default_manager
    known = {value.lower() for value in manager.filter(contact=survivor).values_list(field, flat=True)}
    rows = list(manager.filter(contact=merged).values_list("pk", field))
    moved = [pk for pk, value in rows if value.lower() not in known]
    manager.filter(pk__in=moved).update(contact=survivor)
    return {"moved": moved, "dropped": [value for pk, value in rows if pk not in moved]}


def _return_values(name: str, survivor: Contact, back: Contact, snapshot: dict[str, list[Any]]) -> None:
    model, field = VALUES[name]
    manager = model._default_manager
    manager.filter(pk__in=snapshot["moved"], contact=survivor).update(contact=back)
    manager.bulk_create([model(contact=back, **{field: value}) for value in snapshot["dropped"]])


def _move_deals(survivor: Contact, merged: Contact) -> dict[str, list[int]]:
    mine = set(survivor.deals.values_list("pk", flat=True))
    theirs = list(merged.deals.values_list("pk", flat=True))
    moved = [pk for pk in theirs if pk not in mine]
    survivor.deals.add(*moved)
    return {"moved": moved, "shared": [pk for pk in theirs if pk in mine]}


def _return_deals(survivor: Contact, back: Contact, snapshot: dict[str, list[int]]) -> None:
    moved = survivor.deals.filter(pk__in=snapshot["moved"])
    shared = survivor.deals.filter(pk__in=snapshot["shared"])
    back.deals.add(*moved, *shared)
    survivor.deals.remove(*moved)
