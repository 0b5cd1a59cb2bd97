"""Tokens: made once, hashed, revocable, dead with their user."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from socialcrm.api.tokens import digest, make_token, revoke_token
from socialcrm.models import ApiToken, AuditEntry

from .conftest import Api, assert_problem, url


def test_the_command_prints_the_token_and_nothing_else(rep: User) -> None:
    out = StringIO()
    call_command("api_token", "rep", name="CI", stdout=out)
    (token,) = out.getvalue().splitlines()
    assert Api(token).get("contacts").status_code == 200
    assert ApiToken.objects.get().name == "CI"


@pytest.mark.parametrize("name", ["nobody", "gone"])
def test_the_command_refuses_a_user_who_may_not_sign_in(db: None, name: str) -> None:
    User.objects.create_user("gone", is_active=False)
    with pytest.raises(CommandError, match=name):
        call_command("api_token", name)


def test_the_command_ends_the_one_token_that_begins_so(rep: User) -> None:
    token, other = make_token(rep), make_token(rep)
    with pytest.raises(CommandError, match="2 tokens"):
        call_command("api_token", "rep", revoke="scrm_")
    call_command("api_token", "rep", revoke=token)
    assert_problem(Api(token).get("contacts"), 401)
    assert Api(other).get("contacts").status_code == 200


def test_the_database_holds_a_hash_and_not_the_token(rep: User) -> None:
    token = make_token(rep)
    row = ApiToken.objects.values().get()
    assert token not in str(row) and row["digest"] == digest(token)
    assert len(token) >= 43, "256 random bits"


@pytest.mark.parametrize("word", ["Token", "Bearer", "bearer"])
def test_both_words_open_the_door(rep: User, word: str) -> None:
    answer = Client().get(url("contacts"), headers={"Authorization": f"{word} {make_token(rep)}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token wrong", "Bearer \xff", "Token " + "x" * 5000])
def test_a_wrong_token_is_told_so_and_how_to_get_one(db: None, header: str) -> None:
    answer = Client().get(url("contacts"), headers={"Authorization": header})
    assert "api_token" in assert_problem(answer, 401)["next_step"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_call_without_a_token_is_a_401(anyone: Api) -> None:
    assert_problem(anyone.get("contacts"), 401)


def test_a_revoked_token_opens_nothing(rep: User, admin: User) -> None:
    token = make_token(rep)
    revoke_token(ApiToken.objects.get(), admin)
    assert_problem(Api(token).get("contacts"), 401)
    assert list(AuditEntry.objects.values_list("action", "user__username")) == [
        ("token_made", "rep"),
        ("token_revoked", "admin"),
    ]


def test_a_token_dies_with_its_user(rep: User) -> None:
    token = make_token(rep)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    assert_problem(Api(token).get("contacts"), 401)


def test_a_use_is_noted_once_a_minute(api: Api, django_assert_num_queries: Any) -> None:
    api.get("accounts")
    first = ApiToken.objects.get().last_used_at
    api.get("accounts")
    assert first and ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    api.get("accounts")
    assert ApiToken.objects.get().last_used_at > first


def test_a_person_in_the_browser_needs_the_csrf_token_to_change_anything(rep: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(rep)
    assert browser.get(url("contacts")).status_code == 200
    assert_problem(browser.post(url("replies"), "{}", "application/json"), 403)
