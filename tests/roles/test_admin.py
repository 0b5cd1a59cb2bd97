"""Django's admin: who gets in, and what a colleague with the staff flag finds there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from .asking import ask, undone
from .cast import EVERYONE
from .world import World, forbidden

pytestmark = pytest.mark.django_db
LISTS = [f"admin:crm_core_{model}_changelist" for model in ("contact", "company", "deal", "activity")]
PAGES = [("contact", "contact"), ("company", "company"), ("deal", "deal"), ("activity", "activity")]


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_only_administrators_enter_the_admin(role: str, world: World) -> None:
    for name in (*LISTS, "admin:index", "admin:socialcrm_reply_changelist", "admin:auth_user_changelist"):
        answer = ask(world.cast.callers[role], "GET", reverse(name))
        assert (answer.status == 200) == (role == "administrator"), name


def test_a_rep_with_the_staff_flag_finds_the_rows_of_the_own_team_there(world: World) -> None:
    rep = world.cast.callers["rep"]
    with undone():
        User.objects.filter(username="rep").update(is_staff=True)
        answers = [ask(rep, "GET", reverse(name)) for name in LISTS]
        answers += [
            ask(rep, "GET", reverse(f"admin:crm_core_{model}_change", args=[world.key(kind, "foreign", "rep")]))
            for model, kind in PAGES
        ]
        asked = {"app_label": "crm_core", "model_name": "deal", "field_name": "company", "term": ""}
        answers.append(ask(rep, "GET", reverse("admin:autocomplete"), asked))
    assert [answer.status for answer in answers] == [200] * 4 + [302] * 4 + [200]
    assert not [word for word in forbidden("rep") for answer in answers if word in answer.lowered]


def test_no_secret_of_an_account_shows_in_the_admin(world: World) -> None:
    where = reverse("admin:socialcrm_socialaccount_change", args=[world.key("account", "own", "rep")])
    assert "credentials" not in ask(world.cast.callers["administrator"], "GET", where).lowered
