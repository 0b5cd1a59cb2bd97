"""The Django admin: accounts without their secrets, the audit trail, and a panel for the host's own contact admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .forms import TierForm
from .models import AuditEntry, ProfileLink, Quarantined, Reply, SocialAccount, SocialProfile

READ_ONLY = ("network", "external_id", "handle", "profile", "state", "state_detail", "state_since", "connected_by")


class SocialPanelMixin:
    """Put before ModelAdmin on the host's contact: its change page gets a summary and a link to the panel."""

    change_form_template = "socialcrm/admin_change_form.html"


class _ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SocialAccount)
class SocialAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who may act as an account, and its cap. Connecting is done on the accounts page; secrets never show."""

    form = TierForm
    list_display = ("handle", "network", "state", "state_since", "connected_by")
    list_filter = ("network", "state")
    fields = (*READ_ONLY, "tier", "groups", "monthly_cap")
    readonly_fields = READ_ONLY
    filter_horizontal = ("groups",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the credentials: they are not even read."""
        return super().get_queryset(request).defer("credentials")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An account comes by connecting it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account goes by disconnecting it; what was said stays."""
        return False


@admin.register(SocialProfile)
class SocialProfileAdmin(_ReadOnly):
    """People on the networks, as the networks show them."""

    list_display = ("handle", "name", "network", "followers", "state", "fetched_at")
    list_filter = ("network", "state")
    search_fields = ("handle", "name")
    exclude = ("raw",)


@admin.register(ProfileLink)
class ProfileLinkAdmin(_ReadOnly):
    """Which contact is behind a profile, on what ground, decided by whom."""

    list_display = ("profile", "contact", "state", "basis", "automatic", "decided_by", "decided_at")
    list_filter = ("state", "basis", "automatic")
    list_select_related = ("profile", "contact", "decided_by")


@admin.register(Reply)
class ReplyAdmin(_ReadOnly):
    """Our answers and where they stand; acting on them is the outbox page's."""

    list_display = ("created_at", "account", "user", "state", "hold", "attempts")
    list_filter = ("state", "account")
    list_select_related = ("account", "user")
    exclude = ("request_hash", "client_key")


@admin.register(AuditEntry)
class AuditEntryAdmin(_ReadOnly):
    """Who did what, when."""

    list_display = ("at", "user", "action", "model", "object_id")
    list_filter = ("action",)
    list_select_related = ("user",)
    search_fields = ("object_id",)


@admin.register(Quarantined)
class QuarantinedAdmin(_ReadOnly):
    """What a network sent and nobody could read, byte for byte, to look at."""

    list_display = ("last_at", "account", "purpose", "why", "detail", "size", "times")
    list_filter = ("account", "why")
    list_select_related = ("account",)
    fields = ("account", "purpose", "why", "detail", "size", "times", "first_at", "last_at", "content")

    def get_queryset(self, request: HttpRequest) -> Any:
        """A list needs no bytes."""
        return super().get_queryset(request).defer("body", "account__credentials")

    @admin.display(description=_("content"))
    def content(self, row: Quarantined) -> str:
        """The bytes as text; what is none is shown by number."""
        return bytes(row.body).decode("utf-8", "backslashreplace")
