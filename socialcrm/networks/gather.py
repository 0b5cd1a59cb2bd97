"""Many things of which a network gives one in a call: asked for side by side, and sorted by what came of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from .border import Call, Missing, NetworkError, NotFound
from .transport import Transport

T = TypeVar("T")
AT_ONCE = 8  # calls to one server: a person's browser does as many


def one_by_one(transport: Transport, calls: Mapping[str, Call[T]]) -> tuple[tuple[T, ...], tuple[Missing, ...]]:
    """What was found, and the names of what is missing. Where an error stops all of it, it is raised; what an error
    stops beside others is in neither: it is asked for another time."""
    asked: list[Call[Any]] = list(calls.values())
    answers = dict(zip(calls, transport.run_many(asked, AT_ONCE), strict=True)) if asked else {}
    found = tuple(one for one in answers.values() if not isinstance(one, NetworkError))
    gone = {name: one for name, one in answers.items() if isinstance(one, NotFound)}
    failed = [one for one in answers.values() if isinstance(one, NetworkError) and not isinstance(one, NotFound)]
    if failed and not found:
        raise failed[0]
    return found, tuple(Missing(external_id=name, why=error.code) for name, error in gone.items())
