"""Notifications that nobody can read: the walk gets past them, and a gap says once that something may be missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from socialcrm import sync
from socialcrm.models import Gap, Post

from .test_mastodon_trust import Server, home, make

__all__ = ["home", "make"]
pytestmark = pytest.mark.django_db


def looks(home: Server, notifications: list[Any], times: int = 3) -> str:
    """The server shows these again and again, but not before the id that it was asked for; the stream's cursor."""
    for _look in range(times):
        cursor = home.account.streams.filter(kind="mentions").values_list("cursor", flat=True).first() or ""
        newer = [
            one for one in notifications if not str(one.get("id", "")).isdigit() or int(one["id"]) > int(cursor or 0)
        ]
        home.says["/api/v1/notifications"] = newer
        sync.pull_account(home.account)
    return str(home.account.streams.get(kind="mentions").cursor)


def gaps() -> list[str]:
    return list(Gap.objects.values_list("why", flat=True))


@pytest.mark.parametrize("id_of", [str, int])
def test_a_page_of_which_nothing_can_be_read_is_passed_and_noted_once(home: Server, id_of: type) -> None:
    odd = [{"id": id_of(n), "status": {"id": 5, "account": "nobody"}} for n in (12, 11, 10)]
    assert looks(home, odd) == "12"
    assert gaps() == ["unreadable"]
    fine = {"id": "1", "account": home.person("ada"), "created_at": timezone.now().isoformat()}
    assert looks(home, [{"id": "13", "status": fine}, *odd]) == "13"
    assert gaps() == ["unreadable"] and Post.objects.get().external_id == f"1@{home.host}"
    assert looks(home, [{"id": "14", "status": {}}, {"id": "13", "status": fine}]) == "14"
    assert gaps() == ["unreadable"] * 2


def test_what_has_not_even_an_id_is_noted_once_however_often_it_is_shown(home: Server) -> None:
    assert looks(home, [{"status": {}}, {"id": None}, {"id": "../../x"}], times=4) == ""
    assert gaps() == ["unreadable"]


def test_a_gap_that_was_filled_is_noted_anew(home: Server) -> None:
    looks(home, [{"status": {}}], times=2)
    Gap.objects.update(filled_at=timezone.now())
    looks(home, [{"status": {}}], times=2)
    assert len(gaps()) == 2
