"""Team, and the one rule about who sees what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Team(models.Model):
    """People who share contacts."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="crm_teams")

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def visibility(user: Any) -> Q:
    """The condition on a row with `team` and `owner`: all for who may, else my teams', mine, and nobody's team's."""
    if user.has_perm("crm_core.view_all_contacts"):
        return Q()
    return Q(team__isnull=True) | Q(owner=user) | Q(team__in=Team.objects.filter(members=user).values("pk"))


def who_sees(row: Any, users: Sequence[Any]) -> list[Any]:
    """The same rule from the other end: those among the users who may see a row; two queries however many they are."""
    active = [user for user in users if user.is_active]
    if row.team_id is None:
        return active
    keys = [user.pk for user in active]
    members = set(Team.members.through.objects.filter(team=row.team_id).values_list("user", flat=True))
    everywhere = ModelBackend().with_perm("crm_core.view_all_contacts").filter(pk__in=keys)
    able = {*members, *everywhere.values_list("pk", flat=True), row.owner_id}
    return [user for user in active if user.pk in able]


class VisibleQuerySet(models.QuerySet[Any]):
    """Rows with a team and an owner."""

    def visible_to(self, user: Any) -> VisibleQuerySet:
        """Rows that this user may see; none for nobody and for who left."""
        if not user.is_active:
            return self.none()
        return self.filter(visibility(user))
