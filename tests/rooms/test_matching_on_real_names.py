"""Matching held to real names: French members of parliament, half of whom have no profile in the pool.

The names are written as CRMs have them: initials, swapped letters, turned round, double surnames. Reads the public data
set beside the project; skipped where it is absent.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path

import pytest

from socialcrm.matching.engine import Found, decide
from socialcrm.matching.facts import Known, index_of
from socialcrm.models import SocialProfile

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "matching"
SEED = 20261123
pytestmark = [
    pytest.mark.skipif(not DATA.exists(), reason="needs the name data beside the project (../shared/data/matching)"),
    pytest.mark.django_db,
]


@dataclass(frozen=True)
class Member:
    """A member of parliament and their profile."""

    number: int
    name: str
    handle: str
    shown: str
    bio: str


@cache
def members() -> list[Member]:
    """Everyone with a profile, each handle once."""
    found: dict[str, Member] = {}
    for file in sorted(DATA.glob("deputes*.csv")):
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                if row["twitter"] and row["nom"] and row["twitter_name"]:
                    key = row["twitter"].lower()
                    bio = row["twitter_description"]
                    number = found[key].number if key in found else len(found)
                    found[key] = Member(number, row["nom"], row["twitter"], row["twitter_name"], bio)
    return list(found.values())


def noisy(name: str, dice: random.Random) -> str:
    """A name as a CRM may have it."""
    first, _space, last = name.partition(" ")
    kind = dice.random()
    if kind < 0.15:
        return f"{first[0]}. {last}"
    if kind < 0.35 and len(last) > 4:
        place = dice.randrange(1, len(last) - 2)
        return f"{first} {last[:place]}{last[place + 1]}{last[place]}{last[place + 2 :]}"
    if kind < 0.50:
        return f"{last} {first}"
    if kind < 0.60:
        return f"{name}-{dice.choice(['Fabre', 'Garcia', 'Perret', 'Lopez'])}"
    if kind < 0.70 and "-" in first:
        return f"{first.split('-')[0]} {last}"
    return name


def outcome(noise: bool) -> tuple[Found, dict[object, int], set[object]]:
    """What matching decides: (found, number of the member behind each contact, contacts without a profile)."""
    dice = random.Random(SEED)
    contacts, truth, absent, profiles = [], {}, set(), []
    for member in members():
        name = noisy(member.name, dice) if noise else member.name
        # Everybody has the same job and house, so what agrees besides the name tells nobody apart: a hard test.
        facts = {"company": "Assemblée nationale", "city": "", "addresses": {"twitter": {}}, "job": "Député"}
        contacts.append(Known(member.number, name, frozenset(), frozenset(), **facts))
        truth[member.number] = member.number
        if dice.random() < 0.5:
            absent.add(member.number)
            continue
        profiles.append(
            SocialProfile(
                pk=member.number + 1, network="twitter", external_id=str(member.number), handle=member.handle,
                name=member.shown, bio=member.bio,
            )
        )  # fmt: skip
    return decide(profiles, index_of(contacts)), truth, absent


def lower_bound(good: int, total: int) -> float:
    """Wilson's lower bound at 95 %."""
    if not total:
        return 0.0
    z, p = 1.96, good / total
    return (p + z * z / (2 * total) - z * sqrt(p * (1 - p) / total + z * z / (4 * total * total))) / (1 + z * z / total)


@pytest.mark.parametrize("noise", [False, True], ids=["clean", "noisy"])
def test_what_is_linked_without_asking_is_right(noise: bool) -> None:
    found, _truth, absent = outcome(noise)
    good = sum(one.contact.pk == one.profile.pk - 1 for one in found.links)
    total = len(found.links)
    said = f"{good} of {total} automatic links right, Wilson lower bound {lower_bound(good, total):.3f}"
    assert total >= 20, said
    assert good / total >= 0.99, said
    wrong = [(one.contact.name, one.profile.name) for one in found.links if one.contact.pk in absent]
    assert len(wrong) <= 0.01 * len(absent), wrong


@pytest.mark.parametrize(("noise", "goal"), [(False, 0.98), (True, 0.95)], ids=["clean", "noisy"])
def test_the_right_profile_is_among_the_three_that_are_shown(noise: bool, goal: float) -> None:
    found, truth, absent = outcome(noise)
    shown = {(one.contact.pk, one.profile.pk - 1) for one in [*found.links, *found.suggestions]}
    present = [pk for pk in truth if pk not in absent]
    hits = sum((pk, pk) in shown for pk in present)
    missed = [members()[int(str(pk))] for pk in present if (pk, pk) not in shown][:12]
    bound = lower_bound(hits, len(present))
    assert hits / len(present) >= goal, f"{hits} of {len(present)} shown, lower bound {bound:.3f}: {missed}"
