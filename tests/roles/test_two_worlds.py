"""Two worlds, with and without what is hidden from a person: every route answers them in both alike, byte for byte.

So no count, version, header, file, cursor or message tells that there is something. What may differ is listed here.
"""

from __future__ import annotations

import pytest

from .asking import Answer, undone
from .cast import holders
from .hiding import BEYOND
from .routes import TABLE
from .test_matrix import Case, call
from .world import OWN, World

pytestmark = pytest.mark.django_db
READ = [route for route in TABLE if "GET" in route.methods]


def cases(role: str) -> list[Case]:
    """What the person may read."""
    sides = {route.name: OWN for route in READ}
    return [Case(route, "GET", role, sides[route.name]) for route in READ if role in holders(route.methods["GET"])]


def read(case: Case, world: World) -> list[str]:
    """What comes back, of the page and of its fragment: status, headers, body."""
    return [_whole(call(case, world, fragment=fragment)) for fragment in (False, True)]


def _whole(answer: Answer) -> str:
    return f"{answer.etag}\n{answer.without()}"


@pytest.mark.parametrize("role", BEYOND)
def test_every_route_answers_as_if_there_were_nothing_beyond_the_wall(role: str, world: World) -> None:
    with_all = {case.route.name: read(case, world) for case in cases(role)}
    with undone():
        for take_away in BEYOND[role]:
            take_away()
        without = {case.route.name: read(case, world) for case in cases(role)}
    different = [
        f"{name}: {_first(with_all[name], without[name])}" for name in without if with_all[name] != without[name]
    ]
    assert not different, "\n".join(different)


def _first(one: list[str], other: list[str]) -> str:
    for a, b in zip(one, other, strict=True):
        for x, y in zip(a.splitlines(), b.splitlines(), strict=False):
            if x != y:
                return f"{x.strip()[:900]!r} and {y.strip()[:900]!r}"
    return "longer"
