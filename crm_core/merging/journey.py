"""The walk of a merge and of its undo, the same for every kind of row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm_core.filters import language_name, person_name
from crm_core.models import Company, CompanyMergeLog, Team
from crm_core.models.merge import Merge

from .companies import Companies
from .contacts import Contacts
from .kinds import Kind, exists, move_rows, return_rows

KINDS: tuple[Kind, ...] = (Contacts(), Companies())
KEYS: dict[str, type[models.Model]] = {"company_id": Company, "owner_id": get_user_model(), "team_id": Team}


class MergeRefused(Exception):
    """Why a merge or its undo can't be done, in one sentence for the person."""


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One field of both rows side by side; `chosen` is whose value is proposed."""

    name: str
    label: str
    kept: str
    other: str
    chosen: str

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose."""
        return self.kept != self.other


def kind_of(row: Any) -> Kind:
    """How this row is merged: a contact, a company, or the log of a merge of either."""
    return next(kind for kind in KINDS if isinstance(row, kind.model | kind.log))


def side_by_side(survivor: Any, merged: Any) -> list[FieldChoice]:
    """The fields of both; the survivor's value is proposed, unless it is empty."""
    choices = []
    for name in kind_of(survivor).fields:
        label = str(survivor._meta.get_field(name.removesuffix("_id")).verbose_name)
        kept, other = _shown(survivor, name), _shown(merged, name)
        choices.append(FieldChoice(name, label, kept, other, "kept" if kept or not other else "other"))
    return choices


def _shown(row: Any, name: str) -> str:
    value = getattr(row, name.removesuffix("_id"))
    if name == "language":
        return language_name(value).capitalize() if value else ""
    return person_name(value) if value else ""


def what_moves(user: Any, merged: Any) -> list[tuple[str, int]]:
    """(what, how many) of the rows that go over to the survivor, as far as the user may see them."""
    return [(label, n) for label, n in kind_of(merged).counts(user, merged) if n]


def duplicates_of(row: Any, visible: QuerySet[Any]) -> QuerySet[Any]:
    """Visible rows that look like this one."""
    return visible.filter(kind_of(row).look_alike(row)).exclude(pk=row.pk)


def undoable(user: Any, row: Any) -> QuerySet[Any]:
    """Merges into this row that this user may take back: the user's own, all of them for who sees everything."""
    logs: QuerySet[Any] = kind_of(row).log._default_manager.filter(survivor=row, undone_at__isnull=True)
    return logs if user.has_perm("crm_core.view_all_contacts") else logs.filter(user=user)


@transaction.atomic
def merge(user: Any, survivor: Any, merged: Any, choices: Mapping[str, str], seen: tuple[int, int]) -> Any:
    """Make one row of two; `choices` names the fields whose value comes from the merged one ("other").

    `seen` are the versions of both that the person looked at. Raises MergeRefused when either changed since.
    """
    kind = kind_of(survivor)
    if survivor.pk == merged.pk:
        raise MergeRefused(_("Nothing can be merged with itself. Choose another one."))
    both = kind.model.objects.select_for_update().filter(pk__in=[survivor.pk, merged.pk])
    # In one order, so that two merges the other way round do not wait for each other.
    rows = {row.pk: row for row in both.order_by("pk")}
    if len(rows) < 2 or (rows[survivor.pk].version, rows[merged.pk].version) != seen:
        raise MergeRefused(_("One of the two changed while you were choosing. Look at them again, then merge."))
    survivor, merged = rows[survivor.pk], rows[merged.pk]
    snapshot = _picture(kind, survivor, merged) | kind.move(survivor, merged)
    logs = kind.log._default_manager
    snapshot["logs"] = move_rows(logs.filter(survivor=merged), survivor=survivor)
    snapshot["after"] = _choose(kind, survivor, merged, choices)
    log = logs.create(survivor=survivor, merged_id=merged.pk, merged_name=str(merged), snapshot=snapshot, user=user)
    merged.delete()
    return log


def _values(kind: Kind, row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in kind.fields}


def _picture(kind: Kind, survivor: Any, merged: Any) -> dict[str, Any]:
    gone = _values(kind, merged) | {"created_at": merged.created_at.isoformat(), "version": merged.version}
    return {"survivor": survivor.pk, "before": _values(kind, survivor), "merged": gone}


def _choose(kind: Kind, survivor: Any, merged: Any, choices: Mapping[str, str]) -> dict[str, Any]:
    for name in kind.fields:
        if choices.get(name) == "other":
            setattr(survivor, name, getattr(merged, name))
    survivor.version += 1
    survivor.save()
    return _values(kind, survivor)


@transaction.atomic
def undo(user: Any, log: Merge) -> Any:
    """Bring the merged row back with all that was its own; the survivor keeps what was edited since the merge.

    Raises MergeRefused when it was undone already, or when the survivor is gone.
    """
    kind = kind_of(log)
    locked: Any = kind.log._default_manager.select_for_update().get(pk=log.pk)
    if locked.undone_at:
        raise MergeRefused(_("This merge was undone already."))
    if locked.survivor is None:
        raise MergeRefused(_("What it was merged into was deleted since; there is nothing left to take apart."))
    back = _bring_back(kind, locked)
    _return(kind, locked.survivor, back, locked.snapshot)
    locked.undone_at, locked.undone_by = timezone.now(), user
    locked.save(update_fields=["undone_at", "undone_by"])
    return back


def _bring_back(kind: Kind, log: Any) -> Any:
    kept = dict(log.snapshot["merged"])
    created_at = parse_datetime(kept.pop("created_at"))
    values = {name: _still_there(name, value) for name, value in kept.items()}
    return kind.model.objects.create(pk=log.merged_id, created_at=created_at or timezone.now(), **values)


def _still_there(name: str, value: Any) -> Any:
    if name not in KEYS or value is None or exists(KEYS[name], value):
        return value
    return _merged_into(value) if name == "company_id" else None


def _merged_into(company_id: int) -> int | None:
    """The company that stayed in place of this one, if it was merged."""
    logs = CompanyMergeLog.objects.filter(merged_id=company_id, undone_at__isnull=True)
    return logs.values_list("survivor_id", flat=True).first()


def _return(kind: Kind, survivor: Any, back: Any, snapshot: dict[str, Any]) -> None:
    kind.give_back(survivor, back, snapshot)
    return_rows(kind.log._default_manager.filter(survivor=survivor), snapshot["logs"], survivor=back)
    if survivor.pk == snapshot["survivor"]:
        _restore_fields(kind, survivor, snapshot)


def _restore_fields(kind: Kind, survivor: Any, snapshot: dict[str, Any]) -> None:
    """Only what the merge itself changed and nobody touched since."""
    for name in kind.fields:
        before, after = snapshot["before"][name], snapshot["after"][name]
        if before != after and getattr(survivor, name) == after:
            setattr(survivor, name, _still_there(name, before))
    survivor.save()
    kind.model.objects.filter(pk=survivor.pk).update(version=F("version") + 1)
