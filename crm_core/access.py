"""Finders with the permission in their name. Absent and foreign look the same: 404."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest

from .models import Activity, Company, Contact, ContactImport, Deal


class SignedInRequest(HttpRequest):
    """The request of a view behind `login_required`, for the type checker: nobody anonymous gets there."""

    user: User


def get_visible_contact(user: Any, pk: int) -> Contact:
    """The contact with its company, owner and team. Raises Http404 where absent or foreign."""
    return cast(Contact, _get(Contact.objects.visible_to(user).select_related("company", "owner", "team"), pk))


def get_visible_company(user: Any, pk: int) -> Company:
    """The company. Raises Http404 where absent or foreign."""
    return cast(Company, _get(Company.objects.visible_to(user).select_related("owner", "team"), pk))


def get_visible_deal(user: Any, pk: int) -> Deal:
    """The deal. Raises Http404 where absent or foreign."""
    return cast(Deal, _get(Deal.objects.visible_to(user).select_related("company", "owner", "team"), pk))


def get_visible_activity(user: Any, pk: int) -> Activity:
    """The activity. Raises Http404 where absent or foreign."""
    rows = Activity.objects.visible_to(user).select_related("contact", "company", "deal")
    return cast(Activity, _get(rows, pk))


def get_own_import(user: Any, pk: int) -> ContactImport:
    """The user's own import. Raises Http404 for anybody else's."""
    return cast(ContactImport, _get(ContactImport.objects.filter(user=user), pk))


def _get(rows: Any, pk: int) -> Any:
    try:
        row = rows.filter(pk=pk).first()
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if row is None:
        raise Http404
    return row
