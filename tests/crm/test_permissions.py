"""Each role on each route, with a row of one's own, of somebody else's, and with none."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from crm_core.models import Activity, Company, Contact, Deal
from crm_core.roles import setup_roles

ABSENT = 999_999
READ = {
    "contact": "/contacts/{}/",
    "company": "/companies/{}/",
    "deal": "/deals/{}/",
    "contact_edit": "/contacts/{}/edit/",
    "company_edit": "/companies/{}/edit/",
    "deal_edit": "/deals/{}/edit/",
    "merge": "/contacts/{}/merge/",
    "company_merge": "/companies/{}/merge/",
}
DELETE = {"contact": "/contacts/{}/delete/", "company": "/companies/{}/delete/", "deal": "/deals/{}/delete/"}


@pytest.fixture
def rows(ada: Contact, jean: Contact, engines: Company, montreuil: Company, retrofit: Deal, candles: Deal) -> Any:
    """route kind -> (key of the rep's own row, key of the foreign row)."""
    return {"contact": (ada.pk, jean.pk), "company": (engines.pk, montreuil.pk), "deal": (retrofit.pk, candles.pk)}


def kind(route: str) -> str:
    return "contact" if route == "merge" else route.split("_")[0]


def without_keys(answer: Any, pk: int) -> str:
    """The page without the key that was asked for, and without the form's token, which is another at every answer."""
    page = answer.content.decode().replace(f"/{pk}/", "/")
    return re.sub(r'(X-CSRFToken": |csrfmiddlewaretoken" value=)"\w+"', "", page)


@pytest.mark.parametrize("route", READ)
def test_a_rep_opens_own_rows_and_foreign_ones_look_absent(
    route: str, rows: Any, rep: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(rep)
    own, foreign = rows[kind(route)]
    answers = [client.get(READ[route].format(pk)) for pk in (own, foreign, ABSENT)]
    assert [answer.status_code for answer in answers] == [200, 404, 404]
    assert without_keys(answers[1], foreign) == without_keys(answers[2], ABSENT)


@pytest.mark.parametrize("username", ["agent", "manager", "admin"])
@pytest.mark.parametrize("route", READ)
def test_the_other_roles_open_the_rows_of_every_team(
    route: str, username: str, rows: Any, request: pytest.FixtureRequest, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(request.getfixturevalue(username))
    own, foreign = rows[kind(route)]
    assert [client.get(READ[route].format(pk)).status_code for pk in (own, foreign, ABSENT)] == [200, 200, 404]


@pytest.mark.parametrize("route", DELETE)
@pytest.mark.parametrize(("username", "status"), [("rep", 403), ("agent", 403), ("manager", 200), ("admin", 200)])
def test_only_managers_and_administrators_delete_records(
    route: str, username: str, status: int, rows: Any, request: pytest.FixtureRequest, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(request.getfixturevalue(username))
    assert client.get(DELETE[route].format(rows[route][0])).status_code == status


@pytest.mark.parametrize(("username", "status"), [("rep", 200), ("agent", 403), ("manager", 200), ("admin", 200)])
@pytest.mark.parametrize("path", ["/imports/", "/contacts/export/"])
def test_agents_neither_import_nor_export(
    path: str, username: str, status: int, request: pytest.FixtureRequest, sign_in: Callable[[User], Client]
) -> None:
    assert sign_in(request.getfixturevalue(username)).get(path).status_code == status


@pytest.mark.parametrize(
    "path",
    ["/", "/me/", "/search/", "/contacts/", "/contacts/filter/", "/contacts/new/", "/contacts/export/", "/contacts/1/",
     "/contacts/1/edit/", "/contacts/1/delete/", "/contacts/1/merge/", "/contacts/1/merge/2/", "/companies/",
     "/companies/new/", "/companies/1/", "/companies/1/edit/", "/companies/1/delete/",
     "/companies/1/merge/", "/companies/1/merge/2/", "/deals/", "/deals/new/",
     "/deals/1/", "/deals/1/edit/", "/deals/1/delete/", "/tasks/", "/activities/new/", "/activities/1/", "/imports/",
     "/imports/1/", "/imports/1/refused.csv"],
)  # fmt: skip
@pytest.mark.django_db
def test_nobody_gets_in_without_signing_in(path: str, client: Client) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_stranger_without_a_role_changes_nothing(ada: Contact, sign_in: Callable[[User], Client]) -> None:
    client = sign_in(User.objects.create_user("stranger"))
    Contact.objects.update(team=None)
    paths = ["/contacts/new/", f"/contacts/{ada.pk}/edit/", "/companies/new/", "/deals/new/", "/activities/new/"]
    assert [client.get(path).status_code for path in paths] == [403] * 5


def test_a_rep_sees_own_contacts_and_nobodys_besides_the_teams(rep: User, ada: Contact, jean: Contact) -> None:
    mine = Contact.objects.create(last_name="Mine", team=jean.team, owner=rep)
    nobodys = Contact.objects.create(last_name="Nobody")
    assert set(Contact.objects.visible_to(rep)) == {ada, mine, nobodys}


def test_who_left_sees_nothing(rep: User, ada: Contact) -> None:
    rep.is_active = False
    assert not Contact.objects.visible_to(rep).exists()
    assert not Activity.objects.visible_to(rep).exists()


def test_a_note_on_a_foreign_contact_stays_hidden_from_a_rep(
    rep: User, jean: Contact, sign_in: Callable[[User], Client]
) -> None:
    note = Activity.objects.create(text="secret", contact=jean)
    client = sign_in(rep)
    assert client.get(f"/activities/{note.pk}/").status_code == 404
    assert client.post(f"/activities/{note.pk}/delete/").status_code == 404
    assert Activity.objects.filter(pk=note.pk).exists()


def test_a_rep_writes_no_note_on_a_foreign_contact(rep: User, jean: Contact, sign_in: Callable[[User], Client]) -> None:
    answer = sign_in(rep).post(f"/activities/new/?contact={jean.pk}", {"kind": "note", "text": "hello"})
    assert answer.status_code == 404
    assert not Activity.objects.exists()


def test_a_rep_can_not_tick_off_a_foreign_task(rep: User, jean: Contact, sign_in: Callable[[User], Client]) -> None:
    task = Activity.objects.create(kind="task", text="call", contact=jean)
    assert sign_in(rep).post(f"/activities/{task.pk}/done/").status_code == 404
    task.refresh_from_db()
    assert task.done_at is None


def test_a_rep_can_not_hand_a_contact_to_another_team(
    rep: User, ada: Contact, france: Any, sign_in: Callable[[User], Client]
) -> None:
    form = {"first_name": "Ada", "last_name": "L", "team": france.pk, "version": 1, **empty_rows()}
    answer = sign_in(rep).post(f"/contacts/{ada.pk}/edit/", form)
    assert answer.status_code == 200
    ada.refresh_from_db()
    assert ada.team.name == "Nordic"


def test_a_deal_can_not_be_given_a_foreign_contact(
    rep: User, retrofit: Deal, jean: Contact, sign_in: Callable[[User], Client]
) -> None:
    form = {"name": "Retrofit", "stage": "lead", "currency": "EUR", "contacts": [jean.pk], "version": 1}
    assert sign_in(rep).post(f"/deals/{retrofit.pk}/edit/", form).status_code == 200
    assert jean not in retrofit.contacts.all()


def test_a_rep_who_edits_a_deal_leaves_its_hidden_contacts_there(
    rep: User, retrofit: Deal, ada: Contact, jean: Contact, sign_in: Callable[[User], Client]
) -> None:
    retrofit.contacts.add(jean)
    form = {"name": "Retrofit 2", "stage": "won", "currency": "EUR", "contacts": [ada.pk], "version": 1}
    assert sign_in(rep).post(f"/deals/{retrofit.pk}/edit/", form).status_code == 302
    assert set(retrofit.contacts.all()) == {ada, jean}


def test_a_rep_who_edits_a_deal_leaves_its_hidden_company_there(
    rep: User, retrofit: Deal, engines: Company, montreuil: Company, sign_in: Callable[[User], Client]
) -> None:
    Deal.objects.filter(pk=retrofit.pk).update(company=montreuil)
    client, address = sign_in(rep), f"/deals/{retrofit.pk}/edit/"
    form = {"name": "Retrofit 2", "stage": "won", "currency": "EUR", "version": 1}
    assert "Montreuil" not in client.get(address).content.decode()
    assert client.post(address, {**form, "company": ""}).status_code == 302
    retrofit.refresh_from_db()
    assert (retrofit.name, retrofit.company) == ("Retrofit 2", montreuil)
    client.post(address, {**form, "company": engines.pk, "version": retrofit.version})
    retrofit.refresh_from_db()
    assert retrofit.company == engines


def test_the_search_box_finds_nothing_of_another_team(
    rep: User, jean: Contact, candles: Deal, montreuil: Company, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(rep)
    for words in ("valjean", "candles", "montreuil", "jean@secret"):
        assert b"sc-found__none" in client.get("/search/", {"q": words}, headers={"HX-Request": "true"}).content


@pytest.mark.django_db
def test_the_roles_carry_the_permissions_of_the_extension() -> None:
    setup_roles()
    held = {
        group.name: set(
            group.permissions.filter(content_type__app_label="socialcrm").values_list("codename", flat=True)
        )
        for group in Group.objects.all()
    }
    everyday = {"reply_as_account", "link_socialprofile", "work_inbox"}
    dispatch = {"assign_conversation", "share_cannedreply", "read_private_posts"}
    assert held["Sales rep"] == everyday | {"view_reports"}
    assert held["Support agent"] == everyday | dispatch | {"read_private_posts"}
    assert held["Manager"] == everyday | dispatch | {"read_private_posts", "view_all_outbox", "view_reports"}
    assert held["Administrator"] > held["Manager"] | {"manage_accounts"}


def test_an_administrator_enters_the_admin_from_the_moment_of_joining_the_group(
    admin: User, rep: User, sign_in: Callable[[User], Client]
) -> None:
    assert admin.is_staff and not rep.is_staff
    assert sign_in(admin).get("/admin/crm_core/team/").status_code == 200


def test_setting_up_the_roles_again_takes_nothing_away(db: None) -> None:
    group = Group.objects.get(name="Sales rep")
    before = set(group.permissions.values_list("pk", flat=True))
    setup_roles()
    assert before and set(group.permissions.values_list("pk", flat=True)) == before


def empty_rows() -> dict[str, str]:
    return {f"{name}-{key}": "0" for name in ("email", "phone", "website") for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
