"""Drafts against the contacts that we have: what would happen, and doing it batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from crm_core.filters import person_name
from crm_core.forms.base import teams_of
from crm_core.models import (
    Company,
    Contact,
    ContactEmail,
    ContactImport,
    ContactPhone,
    ContactWebsite,
    RefusedRow,
)
from crm_core.models.naming import fold

from .planning import Draft, People, RowRefused, draft

BATCH = 200
CREATE, UPDATE, SKIP, REFUSE, BLANK = "create", "update", "skip", "refuse", "blank"
FILLED = ("first_name", "last_name", "title", "city", "language", "consent")


@dataclass(slots=True)
class Plan:
    """What becomes of one row: its line in the file, the draft, the contact that it is about, or why it is refused."""

    line: int
    action: str
    draft: Draft | None = None
    contact: Contact | None = None
    reason: str = ""
    cells: Any = ()


def people_for(user: Any) -> People:
    """Whom a row may name: active users by sign-in, full name and e-mail; the user's teams by name."""
    owners: dict[str, Any] = {}
    for row in get_user_model()._default_manager.filter(is_active=True).order_by("-pk"):
        for name in (row.get_username(), row.get_full_name(), row.email):
            if name:
                owners[fold(name)] = row
    return People(owners, {fold(team.name): team for team in teams_of(user)})


def plan(batch: ContactImport, rows: Sequence[Any], first: int, people: People) -> list[Plan]:
    """What becomes of these rows of the import; `first` is the index of the first of them."""
    plans = [_draft(batch, row, first + place, people) for place, row in enumerate(rows)]
    known = _known(batch.user, [email for made in plans if made.draft for email in made.draft.emails])
    for made in plans:
        if made.draft:
            _compare(made, known, batch.known)
    return plans


def _draft(batch: ContactImport, row: Any, index: int, people: People) -> Plan:
    line = _line(batch, index)
    if not isinstance(row, dict) and not any(cell.strip() for cell in row):
        return Plan(line, BLANK)
    try:
        return Plan(line, CREATE, draft(row, batch.mapping, people), cells=row)
    except RowRefused as refusal:
        return Plan(line, REFUSE, reason=str(refusal), cells=row)


def _known(user: Any, emails: Iterable[str]) -> dict[str, Contact]:
    wanted = {email.lower() for email in emails}
    rows = ContactEmail.objects.annotate(low=Lower("email")).filter(low__in=wanted)
    seen = rows.filter(contact__in=Contact.objects.visible_to(user)).select_related("contact").order_by("-pk")
    return {row.low: row.contact for row in seen}


def _compare(made: Plan, known: dict[str, Contact], rule: str) -> None:
    """Settle what happens to a draft, and let the rows below know its e-mails."""
    assert made.draft is not None
    emails = [email.lower() for email in made.draft.emails]
    found = {id(known[email]): known[email] for email in emails if email in known}
    if len(found) > 1 and rule != ContactImport.Known.CREATE:
        names = sorted(str(contact) for contact in found.values())
        made.action, made.draft = REFUSE, None
        made.reason = _("The e-mails belong to two contacts: %(first)s and %(second)s.") % {
            "first": names[0],
            "second": names[1],
        }
        return
    if found and rule != ContactImport.Known.CREATE:
        made.contact = next(iter(found.values()))
        made.action = UPDATE if rule == ContactImport.Known.UPDATE else SKIP
    else:
        made.contact = Contact(**made.draft.fields)
    known.update({email: made.contact for email in emails if email not in known})


def counts(plans: Iterable[Plan]) -> Counter[str]:
    """How many rows of each action."""
    return Counter(made.action for made in plans)


def run(pk: int) -> None:
    """Import until nothing is left. A killed run goes on where its last committed batch ended; two at once share."""
    batch = ContactImport.objects.select_related("user", "team").get(pk=pk)
    if batch.state == ContactImport.State.DRAFT:
        return
    while step(batch):
        pass


def step(batch: ContactImport) -> bool:
    """One batch of rows in one transaction; says whether there are more."""
    people = people_for(batch.user)
    with transaction.atomic():
        now = ContactImport.objects.select_for_update().defer("rows").get(pk=batch.pk)
        if now.state not in (ContactImport.State.QUEUED, ContactImport.State.RUNNING):
            return False
        rows = batch.rows[now.done : now.done + BATCH]
        # Asked at every batch: a large file takes minutes, and people leave.
        plans = plan(batch, rows, now.done, people) if _may_import(now) else _refuse(batch, rows, now.done)
        _write(batch, plans)
        return _count(now, plans)


def _may_import(batch: ContactImport) -> bool:
    user = get_user_model()._default_manager.get(pk=batch.user_id)
    return bool(user.has_perm("crm_core.import_contact"))


def _refuse(batch: ContactImport, rows: Sequence[Any], first: int) -> list[Plan]:
    reason = _("%(who)s may no longer import contacts: another person can import these rows.")
    sentence = reason % {"who": person_name(batch.user)}
    return [Plan(_line(batch, first + place), REFUSE, reason=sentence, cells=row) for place, row in enumerate(rows)]


def _line(batch: ContactImport, index: int) -> int:
    return index + (2 if batch.format == "csv" else 1)


def _count(now: ContactImport, plans: list[Plan]) -> bool:
    found = counts(plans)
    now.done += len(plans)
    now.created += found[CREATE]
    now.updated += found[UPDATE]
    now.skipped += found[SKIP]
    now.refused += found[REFUSE]
    more = now.done < now.total and bool(plans)
    now.state = ContactImport.State.RUNNING if more else ContactImport.State.DONE
    now.beat_at = timezone.now()
    now.save(update_fields=["done", "created", "updated", "skipped", "refused", "state", "beat_at"])
    return more


def _write(batch: ContactImport, plans: list[Plan]) -> None:
    companies = _companies(batch, {made.draft.company for made in plans if made.draft and made.draft.company})
    new = [made for made in plans if made.action == CREATE]
    for made in new:
        _fill_new(batch, made, companies)
    Contact.objects.bulk_create([made.contact for made in new if made.contact])
    _update([made for made in plans if made.action == UPDATE], companies)
    _write_values([made for made in plans if made.action in (CREATE, UPDATE)])
    RefusedRow.objects.bulk_create(
        RefusedRow(batch=batch, line=made.line, reason=made.reason[:500], cells=made.cells)
        for made in plans
        if made.action == REFUSE
    )


def _companies(batch: ContactImport, names: set[str]) -> dict[str, Company]:
    """Company by folded name; those that the user can't see don't count, missing ones are made."""
    wanted = {fold(name): name for name in sorted(names)}
    seen = Company.objects.visible_to(batch.user).filter(sort_name__in=wanted).order_by("-pk")
    found = {company.sort_name: company for company in seen}
    missing = [
        Company(name=name, owner=batch.user, team=batch.team) for key, name in wanted.items() if key not in found
    ]
    Company.objects.bulk_create(missing)
    return found | {company.sort_name: company for company in missing}


def _fill_new(batch: ContactImport, made: Plan, companies: dict[str, Company]) -> None:
    assert made.contact is not None and made.draft is not None
    made.contact.company = companies.get(fold(made.draft.company))
    made.contact.owner = made.draft.owner or batch.user
    made.contact.team = made.draft.team or batch.team


def _update(plans: list[Plan], companies: dict[str, Company]) -> None:
    """Fill what is empty in the contacts that we have; what is there stays."""
    changed: dict[int, Contact] = {}
    for made in plans:
        contact, said = made.contact, made.draft
        assert contact is not None and said is not None
        for name in FILLED:
            if not getattr(contact, name) and said.fields.get(name):
                setattr(contact, name, said.fields[name])
                changed[id(contact)] = contact
        if contact.company_id is None and said.company and contact.pk:
            contact.company = companies.get(fold(said.company))
            changed[id(contact)] = contact
    rows = [contact for contact in changed.values() if contact.pk]
    for contact in rows:
        contact.sort_name, contact.updated_at = contact.make_sort_name(), timezone.now()
    Contact.objects.bulk_update(rows, [*FILLED, "company", "sort_name", "updated_at"])
    Contact.objects.filter(pk__in=[row.pk for row in rows]).update(version=F("version") + 1)


def _write_values(plans: list[Plan]) -> None:
    kinds: list[tuple[Any, str, str]] = [
        (ContactEmail, "email", "emails"),
        (ContactPhone, "phone", "phones"),
        (ContactWebsite, "url", "websites"),
    ]
    contacts = [made.contact for made in plans if made.contact]
    for model, field, name in kinds:
        held = {
            (pk, value.lower())
            for pk, value in model.objects.filter(contact__in=contacts).values_list("contact", field)
        }
        rows = []
        for made in plans:
            for value in getattr(made.draft, name):
                key = (made.contact.pk, value.lower())  # type: ignore[union-attr]
                if key not in held:
                    held.add(key)
                    rows.append(model(contact=made.contact, **{field: value}))
        model.objects.bulk_create(rows)
