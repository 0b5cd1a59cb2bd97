"""Every route x every role x an own, a foreign, an absent and a nonsense id: what is answered, and what is changed.

Each answer is read whole (pages, fragments, JSON, CSV, the sheets of XLSX, headers) for the words of the other side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from .asking import Answer, ask
from .cast import EVERYONE, OUTSIDE, holders
from .routes import ABSENT_SIDE, GARBAGE, TABLE, address, key_of, sides_of
from .table import Route
from .world import OWN, World, forbidden

pytestmark = pytest.mark.django_db
DONE = {200, 201, 202, 204, 302}
# What a thing that is seen, and is somebody else's to act on, answers.
NOT_YOURS = {200, 302, 403, 409}


@dataclass
class Case:
    """One call."""

    route: Route
    method: str
    role: str
    side: str

    def __str__(self) -> str:
        return f"{self.method} {self.route.name} as {self.role}, {self.side}"


def cases(route: Route, world: World) -> list[Case]:
    """All calls of a route."""
    return [
        Case(route, method, role, side)
        for method in route.methods
        for role in sorted(EVERYONE)
        for side in sides_of(route, world)
    ]


def call(case: Case, world: World, **more: Any) -> Answer:
    """Make the call, as a browser with scripts would and as one without."""
    asked = case.method != "GET" or "POST" not in case.route.methods
    form = case.route.form(world, case.role) if case.route.form and asked else {}
    where = address(case.route, world, case.role, case.side)
    return ask(world.cast.callers[case.role], case.method, where, form, **more)


def is_sent(case: Case) -> bool:
    """Whether the call is made: some are made elsewhere, when they would be let through."""
    return not (case.route.unsent and case.method != "GET" and case.role in holders(case.route.methods[case.method]))


def expected(case: Case, world: World) -> tuple[set[int], bool]:
    """(the statuses that are right, whether anything may change)."""
    route, permitted = case.route, case.role in holders(case.route.methods[case.method])
    nothing = case.side in (ABSENT_SIDE, GARBAGE) and route.kind != "network"
    if case.side == GARBAGE and not _takes_words(route):
        return {404}, False
    if case.role in OUTSIDE:
        if route.methods[case.method] is None:
            return DONE | set(route.more), True
        return ({401} if _is_api(route) else {302}), False
    seen = not nothing and sees(case, world)
    if not permitted and not (route.finds_first and not seen):
        return {403, *route.more}, False
    if not seen:
        return {404}, False
    if (case.role, case.side) in route.refused:
        return NOT_YOURS, False
    return DONE | set(route.more), True


def keys_of(case: Case, world: World) -> list[Any]:
    """The keys in the address of the call."""
    return [key_of(kind, world, case.role, case.side) for kind in (case.route.kind, case.route.second) if kind]


def sees(case: Case, world: World) -> bool:
    """Whether the role may know of all things in the address."""
    kinds = [kind for kind in (case.route.kind, case.route.second) if kind and kind != "network"]
    return all(world.sees(kind, _side(world, kind, case.side), case.role) for kind in kinds)


def _side(world: World, kind: str, side: str) -> str:
    return side if side in world.sides(kind) else "own"


def _is_api(route: Route) -> bool:
    return route.name.startswith("socialcrm:api-")


def _takes_words(route: Route) -> bool:
    return (
        route.kind in ("network",)
        or route.name in ("socialcrm:contact", "socialcrm:aside", "socialcrm:link")
        or (_is_api(route) and route.kind == "contact" and not route.second)
    )


@pytest.mark.parametrize("route", [route for route in TABLE if route.methods], ids=lambda route: route.name)
def test_a_route_answers_each_role_as_the_table_says_and_leaks_nothing(route: Route, world: World) -> None:
    wrong = []
    absent: dict[tuple[str, str], str] = {}
    # The absent ones come first: what is foreign has to look like them.
    for case in sorted(filter(is_sent, cases(route, world)), key=lambda case: case.side != ABSENT_SIDE):
        answer = call(case, world)
        statuses, may_change = expected(case, world)
        if case.side == ABSENT_SIDE:
            absent[case.method, case.role] = answer.without(*keys_of(case, world))
        elif case.side not in (OWN, GARBAGE) and not sees(case, world):
            same = answer.without(*keys_of(case, world)) == absent[case.method, case.role]
            wrong += [] if same else [f"{case}: differs from an absent one"]
        if answer.status not in statuses:
            wrong.append(f"{case}: {answer.status} instead of {sorted(statuses)}")
        if answer.writes and (not may_change or case.method == "GET"):
            wrong.append(f"{case}: changed {answer.writes}")
        wrong += [f"{case}: says {word!r}" for word in sorted(forbidden(case.role)) if word in answer.lowered]
    assert not wrong, "\n".join(wrong)


def test_the_words_of_the_other_side_are_there_for_who_may_read_them(world: World) -> None:
    """Without this, the scenes above would pass on an empty database."""
    read = "".join(
        call(Case(route, "GET", "manager", side), world).lowered
        for route in TABLE
        if "GET" in route.methods
        for side in sides_of(route, world)
        if is_sent(Case(route, "GET", "manager", side))
    )
    seen = forbidden("rep") - forbidden("manager")
    assert {word for word in seen if word not in read} <= AMOUNTS


AMOUNTS = {"8641397", "8 641 397", "8\u202f641\u202f397", "8\xa0641\xa0397", "8.6m", "8.64m"}
