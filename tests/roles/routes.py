"""The routes as the site has them, read from its URL configuration, and the addresses that they make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver, reverse

from .table import CRM_ROUTES, INBOX_ROUTES, LEFT_OUT, MANAGER_ROUTES, PANEL_ROUTES, SITE_ROUTES, Route
from .table_api import API_ROUTES
from .world import ABSENT, World

TABLE = [*SITE_ROUTES, *CRM_ROUTES, *PANEL_ROUTES, *INBOX_ROUTES, *MANAGER_ROUTES, *API_ROUTES]
# Named by its way, since it has no name.
UNNAMED = {"healthz": "/healthz", "readyz": "/readyz", "socialcrm:api-missing": "/api/v1/nothing-here/"}
ABSENT_SIDE, GARBAGE = "absent", "garbage"
NONSENSE = "no-number"


def site_routes() -> dict[str, str]:
    """The names of all routes of the site, with their namespaces, and the way to each."""
    return dict(_ways(get_resolver().url_patterns, "", "/"))


def _ways(patterns: Any, space: str, way: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        here = way + str(pattern.pattern)
        if not hasattr(pattern, "url_patterns"):
            yield space + (pattern.name or str(pattern.pattern)), here
        elif pattern.namespace not in LEFT_OUT:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _ways(pattern.url_patterns, inner, here)


def address(route: Route, world: World, role: str, side: str) -> str:
    """The route's address with the thing of this side."""
    if route.name in UNNAMED:
        return UNNAMED[route.name]
    keys = [key_of(kind, world, role, side) for kind in (route.kind, route.second) if kind]
    path = reverse(route.name, args=[*map(_number, keys)])
    for key in keys:
        path = path.replace(str(_number(key)), str(key), 1)
    return path


def key_of(kind: str, world: World, role: str, side: str) -> Any:
    """The key of the thing on a side; one that nothing has; or no key at all."""
    if kind == "network":
        return "twitter" if side == "own" else "nonetwork"
    if side == ABSENT_SIDE:
        return ABSENT
    if side == GARBAGE:
        return NONSENSE
    return world.key(kind, side if side in world.sides(kind) else "own", role)


def _number(key: Any) -> Any:
    # A converter takes no garbage: the address is made with a number, and the number is then replaced.
    return 555_555 if key == NONSENSE else key


def sides_of(route: Route, world: World) -> list[str]:
    """The sides on which this route can be asked."""
    if not route.kind:
        return ["own"]
    if route.kind == "network":
        return ["own", ABSENT_SIDE]
    return [*world.sides(route.kind), ABSENT_SIDE, GARBAGE]
