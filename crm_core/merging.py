"""Merging two contacts into one, and taking it back: every row returns to where it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from .filters import language_name, person_name
from .models import Activity, Company, Contact, ContactEmail, ContactPhone, ContactWebsite, MergeLog, Team
from .social import move_profiles, return_profiles

FIELDS = ("first_name", "last_name", "title", "company_id", "city", "language", "consent", "owner_id", "team_id")
# Rows that point to a contact and carry one value: a value that both have is kept once.
VALUES: dict[str, tuple[type[models.Model], str]] = {
    "email": (ContactEmail, "email"),
    "phone": (ContactPhone, "phone"),
    "website": (ContactWebsite, "url"),
}
KEYS: dict[str, type[models.Model]] = {"company_id": Company, "owner_id": get_user_model(), "team_id": Team}


class MergeRefused(Exception):
    """Why a merge or its undo can't be done, in one sentence for the person."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One field of both contacts side by side; `chosen` is whose value is proposed."""

    name: str
    label: str
    kept: str
    other: str
    chosen: str

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.kept != self.other


def side_by_side(survivor: Contact, merged: Contact) -> list[FieldChoice]:
    """The fields of both; the survivor's value is proposed, unless it is empty."""
    choices = []
    for name in FIELDS:
        label = str(Contact._meta.get_field(name.removesuffix("_id")).verbose_name)  # type: ignore[union-attr]
        kept, other = _shown(survivor, name), _shown(merged, name)
        choices.append(FieldChoice(name, label, kept, other, "kept" if kept or not other else "other"))
    return choices


def _shown(contact: Contact, name: str) -> str:
    value = getattr(contact, name.removesuffix("_id"))
    if name == "language":
        return language_name(value).capitalize() if value else ""
    return person_name(value) if value else ""


def what_moves(merged: Contact) -> list[tuple[str, int]]:
    """(what, how many) of the rows that go over to the survivor."""
    counts = [
        (_("E-mails"), merged.email_set.count()),
        (_("Phones"), merged.phone_set.count()),
        (_("Websites"), merged.website_set.count()),
        (_("Notes and tasks"), merged.activities.count()),
        (_("Deals"), merged.deals.count()),
        (_("Social profiles"), merged.social_links.filter(state="linked").count()),
    ]
    return [(label, n) for label, n in counts if n]


def duplicates_of(contact: Contact, visible: QuerySet[Any]) -> QuerySet[Any]:
    """Visible contacts with the same full name or one of the same e-mails."""
    emails = [row.email.lower() for row in contact.email_set.all()]
    with_email = ContactEmail.objects.annotate(low=Lower("email")).filter(low__in=emails).values("contact")
    same = models.Q(pk__in=with_email)
    if contact.sort_name:
        same |= models.Q(sort_name=contact.sort_name)
    return visible.filter(same).exclude(pk=contact.pk).select_related("company")


@transaction.atomic
def merge(user: Any, survivor: Contact, merged: Contact, choices: Mapping[str, str], seen: tuple[int, int]) -> MergeLog:
    """Make one contact of two; `choices` names the fields whose value comes from the merged one ("other").

    `seen` are the versions of both that the person looked at. Raises MergeRefused when either changed since.
    """
    if survivor.pk == merged.pk:
        raise MergeRefused(_("A contact can't be merged with itself."))
    both = Contact.objects.select_for_update().filter(pk__in=[survivor.pk, merged.pk])
    # In one order, so that two merges the other way round do not wait for each other.
    rows = {row.pk: row for row in both.order_by("pk")}
    if len(rows) < 2 or (rows[survivor.pk].version, rows[merged.pk].version) != seen:
        raise MergeRefused(_("One of the two changed while you were choosing. Look at them again, then merge."))
    survivor, merged = rows[survivor.pk], rows[merged.pk]
    snapshot = _move(survivor, merged)
    snapshot["after"] = _choose(survivor, merged, choices)
    log = MergeLog.objects.create(
        survivor=survivor, merged_id=merged.pk, merged_name=str(merged), snapshot=snapshot, user=user
    )
    merged.delete()
    return log


def _values(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in FIELDS}


def _move(survivor: Contact, merged: Contact) -> dict[str, Any]:
    kept = _values(merged) | {"created_at": merged.created_at.isoformat(), "version": merged.version}
    snapshot: dict[str, Any] = {"survivor": survivor.pk, "before": _values(survivor), "merged": kept}
    for name in VALUES:
        snapshot[name] = _move_values(name, survivor, merged)
    activities = Activity.objects.filter(contact=merged)
    snapshot["activities"] = list(activities.values_list("pk", flat=True))
    activities.update(contact=survivor)
    snapshot["deals"] = _move_deals(survivor, merged)
    logs = MergeLog.objects.filter(survivor=merged)
    snapshot["logs"] = list(logs.values_list("pk", flat=True))
    logs.update(survivor=survivor)
    snapshot["social"] = move_profiles(merged, survivor)
    return snapshot


def _move_values(name: str, survivor: Contact, merged: Contact) -> dict[str, list[Any]]:
    model, field = VALUES[name]
    manager = model._default_manager
    known = {value.lower() for value in manager.filter(contact=survivor).values_list(field, flat=True)}
    rows = list(manager.filter(contact=merged).values_list("pk", field))
    moved = [pk for pk, value in rows if value.lower() not in known]
    manager.filter(pk__in=moved).update(contact=survivor)
    return {"moved": moved, "dropped": [value for pk, value in rows if pk not in moved]}


def _move_deals(survivor: Contact, merged: Contact) -> dict[str, list[int]]:
    mine = set(survivor.deals.values_list("pk", flat=True))
    theirs = list(merged.deals.values_list("pk", flat=True))
    moved = [pk for pk in theirs if pk not in mine]
    survivor.deals.add(*moved)
    return {"moved": moved, "shared": [pk for pk in theirs if pk in mine]}


def _choose(survivor: Contact, merged: Contact, choices: Mapping[str, str]) -> dict[str, Any]:
    for name in FIELDS:
        if choices.get(name) == "other":
            setattr(survivor, name, getattr(merged, name))
    survivor.version += 1
    survivor.save()
    return _values(survivor)


@transaction.atomic
def undo(user: Any, log: MergeLog) -> Contact:
    """Bring the merged contact back with all its rows; the survivor keeps what was edited since the merge.

    Raises MergeRefused when it was undone already, or when the survivor is gone.
    """
    log = MergeLog.objects.select_for_update().get(pk=log.pk)
    if log.undone_at:
        raise MergeRefused(_("This merge was undone already."))
    if log.survivor is None:
        raise MergeRefused(_("The merged contact was deleted since; there is nothing left to take apart."))
    survivor, snapshot = log.survivor, log.snapshot
    back = _bring_back(log)
    _return_rows(survivor, back, snapshot)
    if survivor.pk == snapshot["survivor"]:
        _restore_fields(survivor, snapshot)
    return_profiles(back, snapshot["social"])
    log.undone_at, log.undone_by = timezone.now(), user
    log.save(update_fields=["undone_at", "undone_by"])
    return back


def _bring_back(log: MergeLog) -> Contact:
    kept = dict(log.snapshot["merged"])
    created_at = parse_datetime(kept.pop("created_at"))
    values = {name: _still_there(name, value) for name, value in kept.items()}
    return Contact.objects.create(pk=log.merged_id, created_at=created_at or timezone.now(), **values)


def _still_there(name: str, value: Any) -> Any:
    if name in KEYS and value is not None and not KEYS[name]._default_manager.filter(pk=value).exists():
        return None
    return value


def _return_rows(survivor: Contact, back: Contact, snapshot: dict[str, Any]) -> None:
    for name, (model, field) in VALUES.items():
        model._default_manager.filter(pk__in=snapshot[name]["moved"], contact=survivor).update(contact=back)
        model._default_manager.bulk_create(
            [model(contact=back, **{field: value}) for value in snapshot[name]["dropped"]]
        )
    Activity.objects.filter(pk__in=snapshot["activities"], contact=survivor).update(contact=back)
    MergeLog.objects.filter(pk__in=snapshot["logs"], survivor=survivor).update(survivor=back)
    moved = survivor.deals.filter(pk__in=snapshot["deals"]["moved"])
    shared = survivor.deals.filter(pk__in=snapshot["deals"]["shared"])
    back.deals.add(*moved, *shared)
    survivor.deals.remove(*moved)


def _restore_fields(survivor: Contact, snapshot: dict[str, Any]) -> None:
    """Only what the merge itself changed and nobody touched since."""
    for name in FIELDS:
        before, after = snapshot["before"][name], snapshot["after"][name]
        if before != after and getattr(survivor, name) == after:
            setattr(survivor, name, _still_there(name, before))
    survivor.save()
    Contact.objects.filter(pk=survivor.pk).update(version=F("version") + 1)
