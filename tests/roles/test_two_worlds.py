"""Two worlds, with and without what is hidden from a person: every route answers them in both alike, byte for byte.

So no count, version, header, file, cursor or message tells that there is something. What may differ is what is random
(`asking.RANDOM`: tokens, keys of forms, signatures); the clock stands still.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from .asking import Answer, ask, undone
from .cast import holders
from .hiding import BEYOND, say_more
from .routes import TABLE
from .table import Route
from .test_matrix import Case, call
from .world import OWN, World

pytestmark = pytest.mark.django_db
# What asks for nobody knows nobody: whether the site is up, its sign-in page, the API's description.
READ = [route for route in TABLE if route.methods.get("GET") is not None]
ADA, TALK = 710_002, 710_400
PARTS = ("crm:", "socialcrm:api-", "socialcrm:report", "")
KINDS = ("all", "posts", "mentions", "replies")
# Besides every address as it is: what its query can ask for. Pages of one, so that each cursor is seen.
LOOKS: list[tuple[str, list[int], dict[str, Any]]] = [
    *(("socialcrm:live", [], {"contact": ADA, "activity": kind}) for kind in KINDS),
    *(("socialcrm:feed", [], {"contact": ADA, "activity": kind}) for kind in KINDS),
    *(("socialcrm:api-contact-timeline", [ADA], {"kind": kind, "limit": 1}) for kind in KINDS),
    *(("socialcrm:inbox", [], {"status": "any", "view": view}) for view in ("all", "mine", "unattended")),
    ("socialcrm:inbox_live", [], {"c": TALK, "status": "any"}),
    ("socialcrm:inbox", [], {"q": "a", "status": "any"}),
    ("socialcrm:outbox", [], {"state": "failed"}),
    *(
        (f"socialcrm:api-{name}", [], {"limit": 2})
        for name in ("contacts", "profiles", "posts", "replies", "conversations", "scores", "accounts")
    ),
    ("crm:search", [], {"q": "a"}),
    *(("crm:contacts", [], {"sort": sort}) for sort in ("name", "-touch", "influence", "-mentions", "deals")),
    ("crm:contacts", [], {"profile": "yes"}),
    *(("crm:companies", [], {"sort": sort}) for sort in ("contacts", "-deals")),
]


@pytest.fixture
def still(monkeypatch: Any) -> Iterator[None]:
    """The clock stands still."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    yield


def answers(role: str, part: str, world: World) -> dict[str, str]:
    """What this person is answered: status, headers and body by what was asked; of socialcrm's pages the fragments
    too."""
    found = {}
    for route in (route for route in READ if _part(route.name) == part):
        if role in holders(route.methods["GET"]):
            for fragment in (False, True) if _has_fragment(route.name) else (False,):
                found[f"{route.name} {fragment}"] = _whole(
                    call(Case(route, "GET", role, OWN), world, fragment=fragment)
                )
    for name, at, query in (look for look in LOOKS if _part(look[0]) == part):
        found[f"{name} {query}"] = _whole(ask(world.cast.callers[role], "GET", reverse(name, args=at), query))
    return found


def _part(name: str) -> str:
    """Of which part of the site a route is."""
    return next((part for part in PARTS[:-1] if name.startswith(part)), PARTS[-1])


def reads(role: str, part: str) -> list[Route]:
    """The routes of a part that the role may read."""
    return [route for route in READ if _part(route.name) == part and role in holders(route.methods["GET"])]


def _has_fragment(name: str) -> bool:
    return name.startswith("socialcrm:") and "api-" not in name and "report" not in name


def _whole(answer: Answer) -> str:
    return f"{answer.etag}\n{answer.without()}"


@pytest.mark.parametrize(("role", "part"), [(role, part) for role in BEYOND for part in PARTS if reads(role, part)])
def test_every_route_answers_as_if_there_were_nothing_beyond_the_wall(
    role: str, part: str, world: World, still: None
) -> None:
    with undone():
        say_more()
        whole = answers(role, part, world)
        for take_away in BEYOND[role]:
            take_away()
        without = answers(role, part, world)
    assert whole and "200" in "".join(whole.values())
    told = [f"{name}: {_first(whole[name], without[name])}" for name in whole if whole[name] != without[name]]
    assert not told, "\n".join(told)


def _first(one: str, other: str) -> str:
    """The first line that differs."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)
    return next((f"{a.strip()[:900]!r} and {b.strip()[:900]!r}" for a, b in pairs if a != b), "longer")
