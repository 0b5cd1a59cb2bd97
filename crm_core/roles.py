"""The four roles and what each may do. Idempotent: run after every migrate, and by `manage.py setup_roles`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction

REP, AGENT, MANAGER, ADMINISTRATOR = "Sales rep", "Support agent", "Manager", "Administrator"

_EVERYDAY = {
    f"crm_core.{verb}_{model}"
    for verb in ("view", "add", "change")
    for model in ("contact", "company", "deal", "activity")
} | {"crm_core.delete_activity", "crm_core.merge_contact", "crm_core.merge_company"}
_SOCIAL = {"socialcrm.reply_as_account", "socialcrm.link_socialprofile", "socialcrm.work_inbox"}
_DISPATCH = {"socialcrm.assign_conversation", "socialcrm.share_cannedreply"}
_REPORTS = {"socialcrm.view_reports"}  # each sees the reports over the contacts that the role sees anyway
_BULK = {"crm_core.import_contact", "crm_core.export_contact"}
_PRIVATE = {"socialcrm.read_private_posts"}
_DELETE = {"crm_core.delete_contact", "crm_core.delete_company", "crm_core.delete_deal"}
_ALL_TEAMS = {"crm_core.view_all_contacts"}

PERMISSIONS: dict[str, set[str]] = {
    REP: _EVERYDAY | _SOCIAL | _BULK | _REPORTS,
    AGENT: _EVERYDAY | _SOCIAL | _DISPATCH | _PRIVATE | _ALL_TEAMS,
    MANAGER: _EVERYDAY
    | _SOCIAL
    | _DISPATCH
    | _PRIVATE
    | _REPORTS
    | _BULK
    | _DELETE
    | _ALL_TEAMS
    | {"socialcrm.view_all_outbox"},
}


def setup_roles() -> None:
    """Create the groups, and give each the permissions of its role that it lacks; extra ones are left alone."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    with transaction.atomic():
        for role in (*PERMISSIONS, ADMINISTRATOR):
            wanted = PERMISSIONS.get(role, known.keys())
            group, _made = Group.objects.get_or_create(name=role)
            group.permissions.add(*(known[name] for name in wanted if name in known))


def after_migrate(sender: Any, **kwargs: Any) -> None:
    """Receiver of post_migrate for the last app, when the permissions of all apps exist."""
    setup_roles()


def staff_follows_group(sender: Any, instance: Any, action: str, pk_set: Any, **kwargs: Any) -> None:
    """An administrator may enter Django's admin from the moment of joining the group."""
    if action != "post_add" or not isinstance(instance, User) or instance.is_staff:
        return
    if instance.groups.filter(pk__in=pk_set, name=ADMINISTRATOR).exists():
        instance.is_staff = True
        instance.save(update_fields=["is_staff"])
