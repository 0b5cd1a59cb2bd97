"""Django's admin for administrators: users and teams, and the CRM's rows for repairs."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from .models import (
    Activity,
    Company,
    CompanyMergeLog,
    Contact,
    ContactEmail,
    ContactImport,
    ContactPhone,
    ContactWebsite,
    Deal,
    MergeLog,
    Team,
)


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Teams and their members."""

    list_display = ("name",)
    search_fields = ("name",)
    filter_horizontal = ("members",)


class _Emails(admin.TabularInline):  # type: ignore[type-arg]
    model = ContactEmail
    extra = 0


class _Phones(admin.TabularInline):  # type: ignore[type-arg]
    model = ContactPhone
    extra = 0


class _Websites(admin.TabularInline):  # type: ignore[type-arg]
    model = ContactWebsite
    extra = 0


class _OfTeams(admin.ModelAdmin):  # type: ignore[type-arg]
    ordering: ClassVar[tuple[str, ...]] = ("sort_name",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """The rows that this user sees in the CRM: the staff flag opens no other team's."""
        return super().get_queryset(request).filter(pk__in=self.model.objects.visible_to(request.user).values("pk"))


@admin.register(Contact)
class ContactAdmin(_OfTeams):
    """Contacts with their rows."""

    list_display = ("__str__", "company", "city", "owner", "team")
    list_filter = ("team",)
    list_select_related = ("company", "owner", "team")
    search_fields = ("first_name", "last_name", "email_set__email")
    autocomplete_fields = ("company",)
    inlines = (_Emails, _Phones, _Websites)


@admin.register(Company)
class CompanyAdmin(_OfTeams):
    """Companies."""

    list_display = ("name", "city", "owner", "team")
    list_select_related = ("owner", "team")
    search_fields = ("name", "city")


@admin.register(Deal)
class DealAdmin(_OfTeams):
    """Deals."""

    list_display = ("name", "company", "amount", "currency", "stage", "owner")
    list_filter = ("stage",)
    list_select_related = ("company", "owner")
    search_fields = ("name",)
    autocomplete_fields = ("company", "contacts")


@admin.register(Activity)
class ActivityAdmin(_OfTeams):
    """Notes and tasks."""

    ordering = ("-created_at", "-pk")
    list_display = ("__str__", "kind", "contact", "assignee", "due_at", "done_at")
    list_filter = ("kind",)
    list_select_related = ("contact", "assignee")
    search_fields = ("text",)
    autocomplete_fields = ("contact", "company", "deal")


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """History: it may be looked at, not changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds history by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes it."""
        return False


@admin.register(MergeLog, CompanyMergeLog)
class MergeLogAdmin(_ReadOnly):
    """Merges, with who and when."""

    list_display = ("merged_name", "survivor", "user", "merged_at", "undone_at")
    list_select_related = ("survivor", "user")


@admin.register(ContactImport)
class ContactImportAdmin(_ReadOnly):
    """Imports, with what came of them."""

    list_display = ("filename", "user", "state", "created", "updated", "refused", "created_at")
    list_select_related = ("user",)
    exclude = ("rows",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the rows of the files: they may be large."""
        return super().get_queryset(request).defer("rows")
