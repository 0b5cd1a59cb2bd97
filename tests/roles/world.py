"""Two sides of a wall. Everything beyond it carries a word that stands nowhere else, so that it can be looked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from crm_core.models import Activity, Company, CompanyMergeLog, Contact, ContactImport, Deal, MergeLog, RefusedRow
from socialcrm.models import CannedReply

from .cast import ALL_TEAMS, EVERYONE, FOUR, NO_ONE, PRIVATE, Cast, gather
from .social_world import fill_networks
from .words import COLLEAGUES, HIDDEN_WORDS, TEAM

# No row has these.
ABSENT = 799_999
OWN, FOREIGN, CLOSED_SIDE, PRIVATE_SIDE = "own", "foreign", "closed", "private"
# Whose eyes each side of a kind is for; what is not named here: own for the four roles, foreign for who sees all teams.
SEEN_BY: dict[tuple[str, str], frozenset[str]] = {
    ("account", OWN): FOUR | {"nobody"},
    ("account", CLOSED_SIDE): NO_ONE,
    ("import", FOREIGN): NO_ONE,
    ("done_import", FOREIGN): NO_ONE,
    ("canned", FOREIGN): NO_ONE,
    ("conversation", CLOSED_SIDE): NO_ONE,
    ("conversation", PRIVATE_SIDE): PRIVATE,
    ("post", CLOSED_SIDE): NO_ONE,
    ("post", PRIVATE_SIDE): PRIVATE,
    ("reply", CLOSED_SIDE): NO_ONE,
    ("profile", CLOSED_SIDE): NO_ONE,
    ("profile", PRIVATE_SIDE): PRIVATE,
    # One's own words stay one's own, even where their reader is hidden now.
    **{(kind, OWN): FOUR | {"nobody"} for kind in ("reply", "queued", "failed", "unknown", "canned")},
    ("managed", OWN): EVERYONE,
    ("managed", CLOSED_SIDE): EVERYONE,
    ("gap", OWN): EVERYONE,
}


@dataclass
class World:
    """The cast, and the key of one thing of each kind on each side; a dict by role where everybody has one."""

    cast: Cast
    ids: dict[tuple[str, str], Any] = field(default_factory=dict)

    def sides(self, kind: str) -> list[str]:
        """The sides on which there is such a thing."""
        return [side for known, side in self.ids if known == kind]

    def key(self, kind: str, side: str, role: str) -> int:
        """The key of the thing, for this role."""
        found = self.ids[kind, side]
        return int(found.get(role, found["rep"]) if isinstance(found, dict) else found)

    def sees(self, kind: str, side: str, role: str) -> bool:
        """Whether this role may know of it."""
        default = FOUR if side == OWN else ALL_TEAMS
        return role in SEEN_BY.get((kind, side), default)


def forbidden(role: str) -> frozenset[str]:
    """The words that must stand in no answer to this role."""
    return frozenset(word for words, eyes in HIDDEN_WORDS if role not in eyes for word in words)


def build() -> World:
    """Make everything on both sides."""
    world = World(gather())
    _own(world)
    _foreign(world)
    _colleagues(world)
    fill_networks(world)
    return world


def _own(world: World) -> None:
    cast, rep = world.cast, world.cast.callers["rep"].user
    firm = Company.objects.create(pk=710_001, name="Engines Ltd", team=cast.nordic)
    sister = Company.objects.create(pk=710_010, name="Engines Limited", team=cast.nordic)
    ada = Contact.objects.create(pk=710_002, first_name="Ada", last_name="Lovelace", team=cast.nordic, company=firm)
    twin = Contact.objects.create(pk=710_003, first_name="Ada", last_name="Byron", team=cast.nordic, owner=rep)
    deal = Deal.objects.create(pk=710_004, name="Retrofit", amount=1000, team=cast.nordic, company=firm)
    deal.contacts.add(ada)
    # Their employer is the other team's: the name is a fact of the contact, all else is not.
    neighbour = Company.objects.create(
        pk=720_011, name="Neighbour Ltd", kind=TEAM.kind, city=TEAM.city, phone=TEAM.phone, team=cast.france
    )
    Contact.objects.filter(pk=ada.pk).update(company=neighbour)
    Deal.objects.filter(pk=deal.pk).update(company=neighbour)
    note = Activity.objects.create(pk=710_005, text="Likes lamps", contact=ada, user=rep)
    task = Activity.objects.create(pk=710_006, kind="task", text="Call back", contact=ada, user=rep, assignee=rep)
    world.ids |= {
        ("company", OWN): firm.pk, ("contact", OWN): ada.pk, ("other", OWN): twin.pk, ("deal", OWN): deal.pk,
        ("other_company", OWN): sister.pk, ("activity", OWN): note.pk, ("task", OWN): task.pk,
    }  # fmt: skip
    makers = {role: found.user for role, found in cast.callers.items() if found.user}
    for kind, make in _MAKERS.items():
        numbered = enumerate(makers.items())
        world.ids[kind, OWN] = {role: make(_BASE[kind] + n, user, ada).pk for n, (role, user) in numbered}


_BASE = {"import": 710_100, "done_import": 710_120, "merge": 710_140, "canned": 710_160, "company_merge": 710_180}


def _import(pk: int, user: Any, _contact: Any, name: str = "mine.csv") -> ContactImport:
    row = [name, "Lamplighter"]
    return ContactImport.objects.create(
        pk=pk, user=user, filename=name, format="csv", encoding="utf-8", header=["First name", "Last name"],
        rows=[row], mapping=["first_name", "last_name"], total=1,
    )  # fmt: skip


def _done_import(pk: int, user: Any, _contact: Any, name: str = "done.csv") -> ContactImport:
    made = _import(pk, user, None, name)
    ContactImport.objects.filter(pk=pk).update(state="done", done=1, refused=1)
    RefusedRow.objects.create(batch=made, line=2, reason="No name", cells=[name, "x"])
    return made


def _merge(pk: int, user: Any, contact: Any, name: str = "Twin") -> MergeLog:
    return MergeLog.objects.create(pk=pk, survivor=contact, merged_id=1, merged_name=name, snapshot={}, user=user)


def _company_merge(pk: int, user: Any, contact: Any, name: str = "Twin Ltd") -> CompanyMergeLog:
    stays = contact.company
    return CompanyMergeLog.objects.create(pk=pk, survivor=stays, merged_id=1, merged_name=name, snapshot={}, user=user)


def _canned(pk: int, user: Any, _contact: Any, text: str = "Thank you, {contact.first_name|there}!") -> CannedReply:
    return CannedReply.objects.create(pk=pk, title="Thanks", text=text, user=user)


_MAKERS = {
    "import": _import, "done_import": _done_import, "merge": _merge, "canned": _canned, "company_merge": _company_merge,
}  # fmt: skip


def _foreign(world: World) -> None:
    france, stranger, ada = world.cast.france, world.cast.stranger, Contact.objects.get(pk=710_002)
    firm = Company.objects.create(pk=720_001, name=TEAM.company, city=TEAM.city, kind=TEAM.kind, team=france)
    jean = Contact.objects.create(
        pk=720_002,
        first_name=TEAM.first,
        last_name=TEAM.last,
        city=TEAM.city,
        team=france,
        company=firm,
        owner=stranger,
    )
    jean.email_set.create(email=TEAM.email)
    jean.phone_set.create(phone=TEAM.phone)
    twin = Contact.objects.create(pk=720_003, first_name=TEAM.first, last_name="Second", team=france, language="pl")
    deal = Deal.objects.create(pk=720_004, name=TEAM.deal, amount=TEAM.amount, team=france, company=firm, stage="won")
    # Theirs, although two of its people are known to both teams.
    deal.contacts.add(jean, ada, Contact.objects.get(pk=710_003))
    Deal.objects.create(pk=720_007, name=f"{TEAM.deal} two", amount=TEAM.amount, team=france).contacts.add(ada, 710_003)
    note = Activity.objects.create(pk=720_005, text=TEAM.note, contact=jean, user=stranger)
    task = Activity.objects.create(
        pk=720_006, kind="task", text=TEAM.note, contact=jean, user=stranger, assignee=world.cast.callers["rep"].user
    )
    for pk, about in ((720_008, {"deal": deal}), (720_009, {"company": firm})):
        Activity.objects.create(pk=pk, kind="task", text=TEAM.note, user=stranger, **about)
    merge = _merge(720_140, stranger, jean, TEAM.first)
    company_merge = _company_merge(720_180, stranger, jean, f"{TEAM.company} two")
    sister = Company.objects.create(pk=720_010, name=f"{TEAM.company} three", city=TEAM.city, team=france)
    world.ids |= {
        ("other_company", FOREIGN): sister.pk, ("company_merge", FOREIGN): company_merge.pk,
        ("company", FOREIGN): firm.pk, ("contact", FOREIGN): jean.pk, ("other", FOREIGN): twin.pk,
        ("deal", FOREIGN): deal.pk, ("activity", FOREIGN): note.pk, ("task", FOREIGN): task.pk,
        ("merge", FOREIGN): merge.pk,
    }  # fmt: skip


def _colleagues(world: World) -> None:
    colleague = world.cast.colleague
    world.ids["import", FOREIGN] = _import(720_100, colleague, None, COLLEAGUES.file).pk
    world.ids["done_import", FOREIGN] = _done_import(720_120, colleague, None, COLLEAGUES.file).pk
    world.ids["canned", FOREIGN] = _canned(720_160, colleague, None, COLLEAGUES.canned).pk
