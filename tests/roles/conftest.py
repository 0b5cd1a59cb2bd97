"""One world for all scenes about roles: made once, each call undone after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

if "crm_core" in settings.INSTALLED_APPS:
    from .asking import CALLS
    from .cast import EVERYONE
    from .routes import TABLE
    from .world import World, build
else:
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="package")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """Two teams, the roles, a restricted account, private messages; every foreign thing holds a word of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How much was asked."""
    if CALLS["made"]:
        said = f"roles: {len(TABLE)} routes, {CALLS['made']} calls as {len(EVERYONE)} roles"
        terminalreporter.write_line(said)
