"""Search over people, companies and deals: every word must be found somewhere in the row."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from .models import Company, Contact, ContactEmail, ContactPhone, Deal
from .models.naming import fold

MAX_WORDS = 6


def words(text: str) -> list[str]:
    """The words of a search, without NUL, at most MAX_WORDS."""
    return text.replace("\x00", "").split()[:MAX_WORDS]


def matching_contacts(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Contacts with every word in a name, e-mail, phone, company, city or handle."""
    for word in words(text):
        rows = rows.filter(_contact_has(word))
    return rows


def matching_companies(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Companies with every word in name, city, web site or industry."""
    for word in words(text):
        named = Q(sort_name__contains=fold(word)) if fold(word) else Q()
        rows = rows.filter(named | Q(city__icontains=word) | Q(website__icontains=word) | Q(industry__icontains=word))
    return rows


def matching_deals(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Deals with every word in their name or their company's."""
    for word in words(text):
        folded = fold(word) or word
        rows = rows.filter(Q(sort_name__contains=folded) | Q(company__sort_name__contains=folded))
    return rows


def _contact_has(word: str) -> Q:
    folded = fold(word) or word
    handle = word.lstrip("@") or word
    contact = OuterRef("pk")
    return (
        Q(sort_name__contains=folded)
        | Q(company__sort_name__contains=folded)
        | Q(city__icontains=word)
        | Q(Exists(ContactEmail.objects.filter(contact=contact, email__icontains=word)))
        | Q(Exists(ContactPhone.objects.filter(contact=contact, phone__contains=word)))
        | Q(
            Exists(
                Contact.objects.filter(
                    pk=contact, social_links__state="linked", social_links__profile__handle__icontains=handle
                )
            )
        )
    )


def jump(user: Any, text: str, limit: int = 8) -> dict[str, list[Any]]:
    """What the search box finds: the first contacts, companies and deals that this user may see."""
    if not words(text):
        return {"contacts": [], "companies": [], "deals": []}
    contacts = matching_contacts(Contact.objects.visible_to(user).select_related("company"), text)
    companies = matching_companies(Company.objects.visible_to(user), text)
    deals = matching_deals(Deal.objects.visible_to(user).select_related("company"), text)
    found = {"contacts": contacts, "companies": companies, "deals": deals}
    return {name: list(rows.order_by("sort_name", "pk")[:limit]) for name, rows in found.items()}
