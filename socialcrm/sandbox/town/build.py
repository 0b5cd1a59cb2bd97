"""Make the town of a fresh world: who lives there, what a CRM knows of them, what they said so far."""

from __future__ import annotations

import random
from dataclasses import dataclass

from socialcrm.sandbox.state import Sandbox

from . import history, mastodon, people
from .people import Town


@dataclass(frozen=True)
class Plan:
    """How many of each kind a town of a size has."""

    people: int

    @property
    def customers(self) -> int:
        """People at companies that buy from the brand."""
        return min(220, max(16, self.people // 4))

    def share(self, most: int, part: int) -> int:
        """A number that grows with the customers up to `most`."""
        return min(most, max(3, self.customers // part))


BIOS = {
    "lumen_desk": "Support for Lumen Lighting. Mon-Fri 8-18, Sat 9-13. English, français. We answer every mention 💡",
    "lumen_lighting": "Office lighting, DALI-2 gateways and fixtures, made in Bristol. Support: @lumen_desk",
}
PROOFS = ("website", "company_website", "email_in_bio")


def make_town(sandbox: Sandbox, rng: random.Random, number: int, days: int) -> None:
    """Fill an empty world."""
    town = Town(rng, sandbox.clock.now())
    settle(town, Plan(number))
    # Dice of its own: what is added here leaves the rest of the town as it is.
    there = mastodon.settle(town, random.Random(f"{sandbox.seed}:mastodon"))
    people.write(town, sandbox.world.insert_many)
    sandbox.world.insert_many("accounts", there.accounts)
    history.make_history(sandbox, town, days)
    mastodon.make_history(sandbox, there, days, small=len(town.accounts) < 1000)


def settle(town: Town, plan: Plan) -> None:
    """Companies, our brands and people, with their accounts; nothing is written yet."""
    people.make_companies(town, max(8, plan.customers // 2))
    people.make_brand(town, "lumen_desk", "Lumen Desk", BIOS["lumen_desk"], 9_412)
    people.make_brand(town, "lumen_lighting", "Lumen Lighting", BIOS["lumen_lighting"], 31_870)
    _customers(town, plan)
    _others(town, plan.people)
    _troubles(town)


def _customers(town: Town, plan: Plan) -> None:
    by_url, by_proof, hinted = plan.share(28, 7), plan.share(40, 5), plan.share(16, 12)
    for index in range(plan.customers):
        person = people.make_person(town, customer=True)
        if index < by_url:
            town.chatty.append(people.make_account(town, person, "x_url"))
        elif index < by_url + by_proof:
            town.chatty.append(people.make_account(town, person, PROOFS[index % len(PROOFS)]))
        elif index < by_url + by_proof + hinted:
            town.chatty.append(people.make_account(town, person, "company"))
        elif index % 2:
            people.make_account(town, person)


def _others(town: Town, number: int) -> None:
    customers = list(town.people)
    for index, row in enumerate(town.companies):
        if index % 3 == 0:
            people.make_company_account(town, row)
    for customer in customers[:: max(1, len(customers) // 26)]:
        people.make_account(town, people.make_person(town, False, namesake=customer))
    while len(town.people) < number:
        people.make_account(town, people.make_person(town, False))


def _troubles(town: Town) -> None:
    """Some accounts are protected, some suspended: never ours, never those that a CRM is meant to find."""
    safe = {id(row) for row in (*town.brands, *town.chatty)}
    for row in town.accounts:
        dice = town.rng.random()
        if id(row) not in safe:
            row["protected"], row["suspended"] = int(dice < 0.03), int(0.03 <= dice < 0.045)
