"""Making, changing and deleting contacts, companies, deals, notes and tasks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm_core.models import Activity, Company, Contact, ContactEmail, Deal
from crm_core.social import CrmContacts
from socialcrm.models import ProfileLink, SocialProfile

SignIn = Callable[[User], Client]


def rows(*emails: str, **more: str) -> dict[str, str]:
    """The data of the three formsets: these new e-mails, no phones, no web sites."""
    data = {f"{name}-{key}": "0" for name in ("phone", "website") for key in ("TOTAL_FORMS", "INITIAL_FORMS")}
    data |= {"email-TOTAL_FORMS": str(len(emails)), "email-INITIAL_FORMS": "0"}
    return data | {f"email-{place}-email": email for place, email in enumerate(emails)} | more


def test_a_new_contact_has_its_e_mails_a_new_company_and_me_as_owner(rep: User, nordic: Any, sign_in: SignIn) -> None:
    form = {"first_name": "Grace", "last_name": "Hopper", "company_name": "Navy", "owner": rep.pk, "team": nordic.pk}
    answer = sign_in(rep).post("/contacts/new/", form | rows("grace@navy.example", "g@home.example", ""))
    contact = Contact.objects.get()
    assert answer["Location"] == f"/contacts/{contact.pk}/"
    assert [row.email for row in contact.email_set.all()] == ["grace@navy.example", "g@home.example"]
    assert (contact.company.name, contact.company.team, contact.owner) == ("Navy", nordic, rep)


def test_a_known_company_is_found_by_its_name_and_not_made_twice(
    rep: User, engines: Company, montreuil: Company, sign_in: SignIn
) -> None:
    client = sign_in(rep)
    client.post("/contacts/new/", {"last_name": "A", "company_name": "engines ltd"} | rows())
    client.post("/contacts/new/", {"last_name": "B", "company_name": "Montreuil SA"} | rows())
    assert Contact.objects.get(last_name="A").company == engines
    assert Contact.objects.get(last_name="B").company != montreuil


def test_a_contact_without_a_name_or_with_a_wrong_e_mail_is_refused_with_the_input_kept(
    rep: User, sign_in: SignIn
) -> None:
    page = sign_in(rep).post("/contacts/new/", {"city": "Lyon"} | rows("nonsense")).content.decode()
    assert 'value="nonsense"' in page and 'value="Lyon"' in page and page.count("sc-field__error") == 2
    assert not Contact.objects.exists()


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(rep: User, ada: Contact, sign_in: SignIn) -> None:
    client = sign_in(rep)
    form = {"first_name": "Ada", "last_name": "L", "version": 1, "team": ada.team_id} | rows()
    assert client.post(f"/contacts/{ada.pk}/edit/", form | {"city": "Bath"}).status_code == 302
    late = client.post(f"/contacts/{ada.pk}/edit/", form | {"city": "Rome"})
    assert late.status_code == 200 and "Somebody changed this" in late.content.decode()
    ada.refresh_from_db()
    assert (ada.city, ada.version) == ("Bath", 2)


def test_an_e_mail_is_removed_by_its_tick_and_nobody_elses_can_be(
    rep: User, ada: Contact, jean: Contact, sign_in: SignIn
) -> None:
    own, foreign = ada.email_set.get(), jean.email_set.get()
    form = {"first_name": "Ada", "last_name": "L", "version": 1, "team": ada.team_id} | rows()
    form |= {"email-TOTAL_FORMS": "2", "email-INITIAL_FORMS": "1", "email-0-id": own.pk, "email-0-email": own.email}
    sign_in(rep).post(f"/contacts/{ada.pk}/edit/", form | {"email-0-id": foreign.pk, "email-0-DELETE": "on"})
    assert set(ContactEmail.objects.all()) == {own, foreign}
    ada.refresh_from_db()
    form["version"] = ada.version
    sign_in(rep).post(f"/contacts/{ada.pk}/edit/", form | {"email-0-DELETE": "on", "email-1-email": "a@b.example"})
    assert [row.email for row in ada.email_set.all()] == ["a@b.example"]


def test_deleting_asks_first_and_leaves_deals_and_profiles(
    manager: User, ada: Contact, retrofit: Deal, sign_in: SignIn
) -> None:
    profile = SocialProfile.objects.create(network="twitter", external_id="1", handle="ada")
    ProfileLink.objects.create(profile=profile, contact=ada, state="linked", basis="given")
    client = sign_in(manager)
    assert "Delete Ada Lovelace?" in client.get(f"/contacts/{ada.pk}/delete/").content.decode()
    assert Contact.objects.exists()
    client.post(f"/contacts/{ada.pk}/delete/")
    assert not Contact.objects.exists()
    assert Deal.objects.filter(pk=retrofit.pk).exists() and SocialProfile.objects.exists()


def test_a_deal_moves_through_the_stages_and_only_those(rep: User, retrofit: Deal, sign_in: SignIn) -> None:
    client = sign_in(rep)
    client.post(f"/deals/{retrofit.pk}/stage/", {"stage": "proposal"})
    client.post(f"/deals/{retrofit.pk}/stage/", {"stage": "sold"})
    retrofit.refresh_from_db()
    assert (retrofit.stage, retrofit.step, retrofit.version) == ("proposal", 3, 2)


@pytest.mark.parametrize("amount", ["-1", "1e999", "NaN", "1" * 40, "1.234"])
def test_an_amount_that_is_none_is_refused(amount: str, rep: User, sign_in: SignIn) -> None:
    form = {"name": "D", "stage": "lead", "currency": "EUR", "amount": amount}
    assert sign_in(rep).post("/deals/new/", form).status_code == 200
    assert not Deal.objects.exists()


def test_the_deals_add_up_by_currency_and_stage(rep: User, nordic: Any, sign_in: SignIn) -> None:
    for amount, currency, stage in (("10.50", "EUR", "lead"), ("5", "EUR", "proposal"), ("7", "SEK", "lead"),
                                    ("900", "EUR", "won"), (None, "EUR", "lead")):  # fmt: skip
        Deal.objects.create(name="D", amount=amount, currency=currency, stage=stage, team=nordic)
    client = sign_in(rep)
    page = client.get("/deals/").content.decode()
    assert "€15.50" in page and "7\xa0SEK" in page and "€900" not in page
    assert "€900" in client.get("/deals/?show=won").content.decode()


def test_a_task_is_ticked_off_and_opened_again_and_leads_back(rep: User, ada: Contact, sign_in: SignIn) -> None:
    client = sign_in(rep)
    form = {"kind": "task", "text": "Call Ada", "due_at": "2026-12-01T10:00", "assignee": rep.pk}
    answer = client.post(f"/activities/new/?contact={ada.pk}&kind=task", form)
    assert answer["Location"] == f"/contacts/{ada.pk}/?pane=facts"
    task = Activity.objects.get()
    assert (task.contact, task.user, task.assignee) == (ada, rep, rep)
    assert client.post(f"/activities/{task.pk}/done/", {"next": "/tasks/?show=all"})["Location"] == "/tasks/?show=all"
    task.refresh_from_db()
    assert task.done_at
    client.post(f"/activities/{task.pk}/done/", {"done": "0"})
    task.refresh_from_db()
    assert task.done_at is None


def test_open_tasks_stand_under_when_they_are_due(rep: User, sign_in: SignIn) -> None:
    now = timezone.now()
    due = {"a": now - timedelta(days=2), "b": now + timedelta(days=3), "c": now + timedelta(days=30), "d": None}
    for text, when in due.items():
        Activity.objects.create(kind="task", text=text, assignee=rep, due_at=when)
    client = sign_in(rep)
    groups = re.findall(r'sc-taskgroup">([^<]+)<', client.get("/tasks/").content.decode())
    assert groups == ["Late", "Next 7 days", "Later", "No due date"]
    assert "sc-taskgroup" not in client.get("/tasks/?show=done").content.decode()


def test_what_the_machine_wrote_is_not_edited(rep: User, ada: Contact, sign_in: SignIn) -> None:
    CrmContacts().log(ada, "We answered @ada", rep, "https://x.com/1")
    line = Activity.objects.get()
    client = sign_in(rep)
    assert client.get(f"/activities/{line.pk}/").status_code == 404
    assert client.post(f"/activities/{line.pk}/delete/").status_code == 404
    assert "We answered @ada" in client.get(f"/contacts/{ada.pk}/").content.decode()


@pytest.mark.parametrize("path", ["/activities/new/?contact=x", "/deals/new/?contact=²", "/deals/new/?company=-1"])
def test_a_nonsense_subject_is_absent(path: str, rep: User, sign_in: SignIn) -> None:
    assert sign_in(rep).get(path).status_code == 404


def test_the_extension_hears_of_a_contact_without_a_query_each(
    rep: User, ada: Contact, jean: Contact, retrofit: Deal, django_assert_max_num_queries: Any
) -> None:
    adapter = CrmContacts()
    loaded = adapter.prefetch(Contact.objects.order_by("pk"))
    with django_assert_max_num_queries(0):
        for contact in loaded:
            adapter.emails(contact), adapter.phones(contact), adapter.websites(contact)
            adapter.company(contact), adapter.owner(contact), adapter.url(contact)
    with django_assert_max_num_queries(4):  # two of them for the rep's permissions
        deal = adapter.deals(rep, loaded[0])[0]
    assert (deal.name, deal.amount, deal.currency, deal.stage, deal.is_open) == ("Retrofit", 1000, "EUR", "Lead", True)
    assert list(adapter.search(rep, "lovelace ada@engines")) == [ada]
    assert not adapter.can_view(rep, jean)


def test_markup_in_a_name_is_shown_as_text_everywhere(rep: User, nordic: Any, sign_in: SignIn) -> None:
    bad = '"><script>alert(1)</script>'
    company = Company.objects.create(name=bad, team=nordic)
    contact = Contact.objects.create(first_name=bad, title=bad, city=bad, company=company, team=nordic)
    deal = Deal.objects.create(name=bad, team=nordic)
    deal.contacts.add(contact)
    Activity.objects.create(text=bad, contact=contact)
    Activity.objects.create(kind="task", text=bad, contact=contact, assignee=rep)
    client = sign_in(rep)
    paths = ["/contacts/", f"/contacts/{contact.pk}/", f"/contacts/{contact.pk}/edit/", "/companies/", "/deals/",
             f"/companies/{company.pk}/", f"/deals/{deal.pk}/", f"/deals/{deal.pk}/edit/", "/tasks/",
             "/search/?q=script", f"/contacts/?city={bad}"]  # fmt: skip
    for path in paths:
        assert "<script>alert" not in client.get(path).content.decode(), path


def test_a_contact_far_down_the_list_can_be_put_on_a_deal(rep: User, people: Any, sign_in: SignIn) -> None:
    last = people(520)[-1]
    client = sign_in(rep)
    page = client.get(f"/deals/new/?contact={last.pk}").content.decode()
    assert re.search(rf'name="contacts" value="{last.pk}"[^>]* checked', page)
    assert page.count('name="contacts"') < 560
    form = {"name": "D", "stage": "lead", "currency": "EUR", "contacts": [last.pk]}
    assert client.post("/deals/new/", form).status_code == 302
    assert list(Deal.objects.get().contacts.all()) == [last]


def test_the_page_of_a_company_shows_the_posts_of_all_its_people_not_of_the_first_fifty(
    rep: User, engines: Company, people: Any, sign_in: SignIn
) -> None:
    last = people(60, company=engines)[-1]
    profile = SocialProfile.objects.create(network="twitter", external_id="1", handle="last_one", name="The last one")
    ProfileLink.objects.create(profile=profile, contact=last, state="linked", basis="given")
    assert "@last_one" in sign_in(rep).get(f"/companies/{engines.pk}/").content.decode()
