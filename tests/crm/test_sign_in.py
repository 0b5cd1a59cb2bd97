"""Who guesses passwords waits; who only mistyped does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm_core.views.sign_in import address

pytestmark = pytest.mark.django_db


def attempt(client: Client, password: str, name: str = "rep", **more: Any) -> Any:
    return client.post("/accounts/login/", {"username": name, "password": password, "next": "/deals/"}, **more)


def guess_until_stopped(client: Client) -> Any:
    return [attempt(client, "wrong") for _ in range(5)][-1]


def test_the_fifth_wrong_password_says_how_long_to_wait_and_keeps_the_name(client: Client, rep: User) -> None:
    answer = guess_until_stopped(client)
    page = answer.content.decode()
    assert answer.status_code == 429 and 890 <= int(answer["Retry-After"]) <= 900
    assert "Try again in 15 minutes" in page and 'value="rep"' in page and 'value="/deals/"' in page


def test_the_right_password_does_not_open_while_one_waits(client: Client, rep: User) -> None:
    guess_until_stopped(client)
    assert attempt(client, "demo").status_code == 429


def test_asking_again_does_not_make_the_wait_longer(client: Client, rep: User) -> None:
    first = int(guess_until_stopped(client)["Retry-After"])
    assert int(attempt(client, "wrong")["Retry-After"]) <= first


def test_another_name_and_another_address_are_not_stopped(client: Client, rep: User, agent: User) -> None:
    guess_until_stopped(client)
    assert attempt(client, "demo", "agent").status_code == 302
    assert attempt(client, "demo", REMOTE_ADDR="192.0.2.7").status_code == 302


def test_four_slips_are_forgotten_after_the_right_password(client: Client, rep: User) -> None:
    for _ in range(2):
        assert [attempt(client, "wrong").status_code for _ in range(4)] == [200] * 4
        assert attempt(client, "demo").status_code == 302


def test_after_the_wait_the_door_is_open_again(client: Client, rep: User, settings: Any) -> None:
    from datetime import timedelta

    from axes.models import AccessAttempt
    from django.utils import timezone

    guess_until_stopped(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert attempt(client, "demo").status_code == 302


def test_the_doors_of_the_admin_are_guarded_too(client: Client, admin: User) -> None:
    form = {"username": "admin", "password": "wrong"}
    assert [client.post("/admin/login/", form).status_code for _ in range(5)][-1] == 429


def test_behind_a_proxy_the_last_address_counts_and_else_the_header_is_not_believed(rf: Any, settings: Any) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.9"}, REMOTE_ADDR="10.0.0.1")
    assert address(request) == "10.0.0.1"
    settings.CRM_BEHIND_PROXY = True
    assert address(request) == "192.0.2.9"
