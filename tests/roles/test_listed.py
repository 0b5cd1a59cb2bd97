"""No route without a line in the table: whoever adds one says who may call it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission

from .cast import ANYBODY
from .routes import TABLE, site_routes
from .table import LEFT_OUT

pytestmark = pytest.mark.django_db
WHAT_TO_DO = (
    "These routes have no line in tests/roles/table.py (those of the API: test_access.py and table_api.py). Say there "
    "which permission each method needs, and which kind of thing the number in the address names; then "
    "test_matrix.py asks it as every role with an own, a foreign, an absent and a nonsense number."
)


def test_every_route_of_the_site_stands_in_the_table() -> None:
    missing = site_routes().keys() - {route.name for route in TABLE}
    assert not missing, f"{WHAT_TO_DO} {sorted(missing)}"


def test_no_line_of_the_table_is_about_a_route_that_is_gone() -> None:
    assert {route.name for route in TABLE} <= site_routes().keys()


def test_every_route_stands_there_once() -> None:
    names = [route.name for route in TABLE]
    assert sorted(names) == sorted(set(names))


def test_what_is_left_out_says_why() -> None:
    assert all(reason.endswith(".") for reason in LEFT_OUT.values())


def test_every_permission_in_the_table_is_one() -> None:
    known = {
        f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related("content_type")
    }
    used = {permission for route in TABLE for permission in route.methods.values()} - {None, ANYBODY}
    assert used <= known
