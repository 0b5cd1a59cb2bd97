"""Signing in, theme, language, the security headers, and the pages of errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from crm_core.models import Contact
from crm_core.views import errors

SignIn = Callable[[User], Client]


def test_signing_in_leads_to_the_page_that_was_asked_for(rep: User, ada: Contact, client: Client) -> None:
    wanted = f"/contacts/{ada.pk}/"
    page = client.get(wanted)["Location"]
    answer = client.post(page, {"username": "rep", "password": "demo", "next": wanted})
    assert answer["Location"] == wanted
    assert client.get(wanted).status_code == 200


def test_signing_in_never_leads_to_another_site(rep: User, client: Client) -> None:
    form = {"username": "rep", "password": "demo", "next": "https://evil.example/"}
    assert client.post("/accounts/login/", form)["Location"] == "/contacts/"


def test_a_wrong_password_is_answered_with_a_sentence(rep: User, client: Client) -> None:
    page = client.post("/accounts/login/", {"username": "rep", "password": "x"}).content.decode()
    assert 'role="alert"' in page and 'value="rep"' in page and 'value="x"' not in page


def test_signing_out_ends_it(rep: User, sign_in: SignIn) -> None:
    client = sign_in(rep)
    client.post("/accounts/logout/")
    assert client.get("/contacts/").status_code == 302


def test_the_password_is_changed_on_its_page(rep: User, sign_in: SignIn) -> None:
    form = {"old_password": "demo", "new_password1": "lamps-and-engines-9", "new_password2": "lamps-and-engines-9"}
    client = sign_in(rep)
    assert client.get("/accounts/password_change/").status_code == 200
    assert client.post("/accounts/password_change/", form)["Location"] == "/me/"
    rep.refresh_from_db()
    assert rep.check_password("lamps-and-engines-9")


def test_the_theme_is_kept_in_a_cookie_and_set_by_the_server(rep: User, sign_in: SignIn) -> None:
    client = sign_in(rep)
    answer = client.post("/theme/", {"theme": "dark", "next": "/tasks/"})
    assert answer["Location"] == "/tasks/"
    assert 'data-bs-theme="dark"' in client.get("/tasks/").content.decode()
    client.post("/theme/", {"theme": '"><script>'})
    assert client.cookies["theme"].value == "dark"
    assert "data-sc-system-theme" not in client.get("/tasks/").content.decode()


def test_who_has_not_chosen_a_theme_or_takes_the_choice_back_sees_that_of_the_system(
    rep: User, sign_in: SignIn
) -> None:
    client = sign_in(rep)
    assert "data-sc-system-theme" in client.get("/tasks/").content.decode()
    client.post("/theme/", {"theme": "light"})
    client.post("/theme/", {"theme": "system"})
    assert "data-sc-system-theme" in client.get("/tasks/").content.decode()


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil"])
@pytest.mark.django_db
def test_no_form_leads_to_another_site(next_page: str, client: Client) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": next_page})["Location"] == "/"


PAGES = ["/accounts/login/", "/contacts/", "/contacts/{}/", "/contacts/{}/edit/", "/companies/", "/deals/", "/tasks/",
         "/me/", "/imports/", "/search/?q=a", "/contacts/999999/"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_forbids_what_is_inline_and_has_nothing_inline(
    path: str, manager: User, ada: Contact, sign_in: SignIn
) -> None:
    answer = sign_in(manager).get(path.format(ada.pk))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)


@pytest.mark.django_db
def test_pictures_come_from_where_the_setting_says(client: Client, settings: Any) -> None:
    settings.CRM_IMAGE_HOSTS = ["https://pics.example"]
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    assert "img-src 'self' data: https://pics.example;" in policy


def test_an_error_is_a_page_in_the_look_that_says_what_to_do(
    rep: User, ada: Contact, client: Client, sign_in: SignIn
) -> None:
    signed_in = sign_in(rep)
    for path, status in (("/nothing/", 404), (f"/contacts/{ada.pk}/delete/", 403)):
        answer = signed_in.get(path)
        assert answer.status_code == status and b"sc-gate__card" in answer.content
        assert b"sc-sidebar" in answer.content
    for view, status in ((errors.bad_request, 400), (errors.failed, 500)):
        answer = view(RequestFactory().get("/"))
        assert answer.status_code == status and b"sc-gate__card" in answer.content


def test_a_form_that_is_too_big_is_told_so_and_how_much_fits(rep: User, ada: Contact, sign_in: SignIn) -> None:
    client, path = sign_in(rep), f"/contacts/{ada.pk}/edit/"
    answer = client.post(path, {"first_name": "x" * 3_000_000})
    page = answer.content.decode()
    assert answer.status_code == 400 and "too much for one form" in page and "2.5" in page and "sc-sidebar" in page
    answer = client.post(path, {f"field{n}": "x" for n in range(1200)})
    assert answer.status_code == 400 and b"too much for one form" in answer.content


def test_the_page_of_a_fault_asks_no_database(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert errors.failed(RequestFactory().get("/")).status_code == 500


def test_a_form_from_elsewhere_is_refused(rep: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(rep)
    answer = client.post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403 and b"open for too long" in answer.content


def test_the_site_links_only_what_is_there(rep: User, ada: Contact, sign_in: SignIn) -> None:
    client = sign_in(rep)
    page = client.get(f"/contacts/{ada.pk}/").content.decode()
    paths = {path for path in re.findall(r'href="(/[^"#?]*)', page) if not path.startswith(settings.STATIC_URL)}
    assert {"/contacts/", "/companies/", "/deals/", "/tasks/", "/me/", "/search/"} <= paths
    assert [path for path in sorted(paths) if client.get(path).status_code == 404] == []


def test_the_admin_refuses_nul_in_an_address(admin_client: Client) -> None:
    assert admin_client.get("/admin/socialcrm/socialprofile/", {"network": "a\x00b"}).status_code == 400
    assert admin_client.get("/admin/socialcrm/socialprofile/", {"network": "twitter"}).status_code == 200
