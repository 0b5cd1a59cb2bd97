"""Users, teams, companies, contacts, deals and activities of the fictional Lumen Lighting."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from crm_core import roles
from crm_core.models import (
    Activity,
    Company,
    Contact,
    ContactEmail,
    ContactPhone,
    ContactWebsite,
    Deal,
    Team,
)

PASSWORD = "demo"
SEED = 20261123
STAFF = (
    ("rep", "Mara", "Lindqvist", roles.REP),
    ("agent", "Théo", "Garnier", roles.AGENT),
    ("manager", "Ingrid", "Okafor", roles.MANAGER),
    ("admin", "Sami", "Berg", roles.ADMINISTRATOR),
)
# A colleague of the other team, who never signs in: her contacts are the ones that `rep` must not see.
COLLEAGUE = ("petra", "Petra", "Nowak", roles.REP)
CONSENTS = ("Newsletter, opted in", "Contract", "Trade fair, gave card", "")
WORK = (
    "office refit",
    "street lighting",
    "showroom",
    "warehouse LED",
    "hotel lobby",
    "maintenance contract",
    "school retrofit",
    "museum spots",
)
NOTES = (
    "Met at the trade fair; asked for the catalogue.",
    "Prefers to be called in the morning.",
    "Budget is decided in spring.",
    "Had a delivery problem last year, solved within two days.",
    "Interested in dimmable panels.",
    "Asked for references in the region.",
)
CALLS = ("Call about the quote", "Call after the delivery", "First call", "Call about the maintenance contract")
TASKS = ("Send the revised quote", "Call back", "Check the delivery date", "Send samples", "Prepare the site visit")


@dataclass
class House:
    """The people of Lumen Lighting and their two teams."""

    rep: User
    agent: User
    colleague: User
    ours: Team
    theirs: Team


def make_house() -> House:
    """The four sign-ins with their roles, and the teams; leaves existing ones as they are."""
    roles.setup_roles()
    users = {entry[0]: _user(*entry) for entry in (*STAFF, COLLEAGUE)}
    ours, _ = Team.objects.get_or_create(name="Projects")
    theirs, _ = Team.objects.get_or_create(name="Partners")
    ours.members.add(users["rep"], users["agent"], users["manager"])
    theirs.members.add(users["petra"])
    return House(users["rep"], users["agent"], users["petra"], ours, theirs)


def _user(username: str, first: str, last: str, role: str) -> User:
    names = {"first_name": first, "last_name": last, "email": f"{username}@lumen.example"}
    user, made = User.objects.get_or_create(username=username, defaults=names)
    if made:
        admin = role == roles.ADMINISTRATOR
        user.is_staff = user.is_superuser = admin
        user.set_password(None if username == COLLEAGUE[0] else PASSWORD)
        user.save()
        user.groups.add(Group.objects.get(name=role))
    return user


@transaction.atomic
def fill(house: House, people: list[dict[str, Any]]) -> int:
    """Companies, contacts, deals and activities from the directory; returns the number of contacts."""
    rng = random.Random(SEED)
    companies = _companies(house, people, rng)
    contacts = Contact.objects.bulk_create(_contact(house, person, companies, rng) for person in people)
    _reach(contacts, people)
    deals = _deals(house, contacts, rng)
    _activities(house, contacts, deals, rng)
    return len(contacts)


def _side(house: House, rng: random.Random) -> tuple[User, Team]:
    """Four of five rows belong to the team of `rep`."""
    return (house.rep, house.ours) if rng.random() < 0.8 else (house.colleague, house.theirs)


def _companies(house: House, people: list[dict[str, Any]], rng: random.Random) -> dict[str, Company]:
    found = {person["company"]["name"]: person["company"] for person in people if person["company"]}
    rows = []
    for name, known in found.items():
        owner, team = _side(house, rng)
        plain = {key: str(known.get(key) or "") for key in ("website", "industry", "city", "country", "size")}
        rows.append(Company(name=name, owner=owner, team=team, **plain))
    return {row.name: row for row in Company.objects.bulk_create(rows)}


def _contact(house: House, person: dict[str, Any], companies: dict[str, Company], rng: random.Random) -> Contact:
    company = companies.get(person["company"]["name"]) if person["company"] else None
    owner, team = (company.owner, company.team) if company else _side(house, rng)
    return Contact(
        first_name=person["given_name"],
        last_name=person["family_name"],
        title=person["title"],
        company=company,
        city=person["city"],
        language=person["language"],
        consent=rng.choice(CONSENTS),
        owner=owner,
        team=team,
        created_at=timezone.now() - timedelta(days=rng.randrange(30, 900)),
    )


def _reach(contacts: list[Contact], people: list[dict[str, Any]]) -> None:
    """E-mails, phones and web sites, as far as a CRM would know them."""
    emails, phones, sites = [], [], []
    for contact, person in zip(contacts, people, strict=True):
        emails += [ContactEmail(contact=contact, email=one) for one in person["emails"]]
        phones += [ContactPhone(contact=contact, phone=one) for one in person["phones"]]
        sites += [ContactWebsite(contact=contact, url=one) for one in websites(person)]
    ContactEmail.objects.bulk_create(emails)
    ContactPhone.objects.bulk_create(phones)
    ContactWebsite.objects.bulk_create(sites)


def websites(person: dict[str, Any]) -> list[str]:
    """The web addresses that the CRM holds for a person, each once."""
    return list(dict.fromkeys(person["known"]["websites"]))


def _deals(house: House, contacts: list[Contact], rng: random.Random) -> list[Deal]:
    chosen = rng.sample(contacts, min(80, len(contacts)))
    today = timezone.localdate()
    rows = []
    for contact in chosen:
        stage = rng.choice([*Deal.PIPELINE, Deal.Stage.LOST])
        days = rng.randrange(10, 120)
        rows.append(
            Deal(
                name=f"{contact.company or contact} – {rng.choice(WORK)}",
                company=contact.company,
                amount=Decimal(rng.randrange(8, 900) * 250),
                stage=stage,
                closes_on=today + timedelta(days=days if stage in Deal.OPEN else -days),
                owner=contact.owner,
                team=contact.team,
            )
        )
    deals = Deal.objects.bulk_create(rows)
    links = [
        Deal.contacts.through(deal_id=deal.pk, contact_id=contact.pk)
        for deal, contact in zip(deals, chosen, strict=True)
    ]
    Deal.contacts.through.objects.bulk_create(links)
    return deals


def _activities(house: House, contacts: list[Contact], deals: list[Deal], rng: random.Random) -> None:
    """A note or a call with most contacts, and a few dozen things to do."""
    now = timezone.now()
    rows = []
    for contact in contacts:
        if rng.random() < 0.7:
            kind, texts = rng.choice([(Activity.Kind.NOTE, NOTES), (Activity.Kind.CALL, CALLS)])
            at = now - timedelta(days=rng.randrange(2, 200), minutes=rng.randrange(600))
            rows.append(Activity(kind=kind, text=rng.choice(texts), contact=contact, user=contact.owner, created_at=at))
    for contact in rng.sample(contacts, min(30, len(contacts))):
        due = now + timedelta(hours=rng.randrange(-72, 240))
        task = Activity(kind=Activity.Kind.TASK, text=rng.choice(TASKS), contact=contact, due_at=due)
        task.user = task.assignee = contact.owner
        rows.append(task)
    for deal in rng.sample(deals, min(12, len(deals))):
        rows.append(Activity(kind=Activity.Kind.NOTE, text=rng.choice(NOTES), deal=deal, user=deal.owner))
    Activity.objects.bulk_create(rows)
