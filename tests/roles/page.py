"""The tables of docs/roles.md, made from what the roles hold and what the routes ask; `rewrite` renews them."""

from __future__ import annotations

import re
from pathlib import Path

from crm_core.roles import PERMISSIONS

from .cast import FOUR, GROUPS, holders
from .routes import TABLE, site_routes
from .table import Route

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
MARKED = re.compile(r"(<!-- (\w+): made by tests/roles/page.py -->\n).*?(<!-- end -->)", re.S)
ORDER = ("rep", "agent", "manager", "administrator")
HEAD = "| {} | sales rep | support agent | manager | administrator |\n|---|---|---|---|---|\n"


def written(text: str) -> str:
    """The page with its tables as they are now."""
    tables = {"permissions": permissions(), "routes": routes()}
    return MARKED.sub(lambda found: found[1] + "\n" + tables[found[2]] + "\n" + found[3], text)


def permissions() -> str:
    """A line for each permission that a role has."""
    known = sorted({name for names in PERMISSIONS.values() for name in names} | {"socialcrm.manage_accounts"})
    return HEAD.format("permission") + "".join(_line(f"`{name}`", holders(name)) for name in known)


def routes() -> str:
    """A line for each address and method."""
    ways = site_routes()
    lines = [
        _line(f"{method} `{_readable(ways[route.name])}`", holders(permission))
        for route in TABLE
        for method, permission in route.methods.items()
        if permission is not None or _is_open(route)
    ]
    return HEAD.format("address") + "".join(lines)


def _is_open(route: Route) -> bool:
    return None in route.methods.values()


def _readable(way: str) -> str:
    return re.sub(r"<\w+:(\w+)>", r"<\1>", way)


def _line(first: str, who: frozenset[str]) -> str:
    cells = ["yes" if role in who else "" for role in ORDER]
    return f"| {first} | " + " | ".join(cells) + " |\n"


def rewrite() -> None:
    """Bring the tables of the page up to date."""
    PAGE.write_text(written(PAGE.read_text()))


assert set(ORDER) == FOUR == set(GROUPS)
