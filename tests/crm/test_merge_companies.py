"""Two companies become one, and two again: people, deals and notes go along and come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm_core.merging import MergeRefused, duplicates_of, merge, undo, what_moves
from crm_core.models import Activity, Company, CompanyMergeLog, Contact, Deal
from tests.crm.test_merge import do_merge as merge_contacts


@pytest.fixture
def limited(nordic: Any, ada: Contact, retrofit: Deal, rep: User) -> Company:
    """Engines again, under its full name: Ada works there, a deal and a note are about it."""
    company = Company.objects.create(
        name="Engines Limited", city="London", website="https://www.engines.example/", team=nordic, owner=rep
    )
    Contact.objects.filter(pk=ada.pk).update(company=company)
    Deal.objects.filter(pk=retrofit.pk).update(company=company)
    Activity.objects.create(text="Pays late", company=company)
    return company


def picture(company: Company) -> dict[str, Any]:
    """All that belongs to a company, comparable."""
    company.refresh_from_db()
    return {
        "fields": (company.name, company.city, company.website, company.owner, company.team, company.created_at),
        "contacts": sorted(company.contacts.values_list("pk", flat=True)),
        "deals": sorted(company.deals.values_list("pk", flat=True)),
        "activities": sorted(company.activities.values_list("text", flat=True)),
    }


def do_merge(user: User, survivor: Company, merged: Company, **choices: str) -> CompanyMergeLog:
    survivor.refresh_from_db()
    merged.refresh_from_db()
    log: CompanyMergeLog = merge(user, survivor, merged, choices, (survivor.version, merged.version))
    return log


def test_people_deals_and_notes_go_to_the_company_that_stays(
    rep: User, engines: Company, limited: Company, ada: Contact, retrofit: Deal
) -> None:
    do_merge(rep, engines, limited, city="other")
    now = picture(engines)
    assert now["fields"][:3] == ("Engines Ltd", "London", "")
    assert (now["contacts"], now["deals"], now["activities"]) == ([ada.pk], [retrofit.pk], ["Pays late"])
    assert not Company.objects.filter(pk=limited.pk).exists()


def test_an_undo_puts_everything_back_where_it_was(rep: User, engines: Company, limited: Company) -> None:
    Activity.objects.create(text="Ours", company=engines)
    before = picture(engines), picture(limited)
    back = undo(rep, do_merge(rep, engines, limited, name="other", city="other", website="other", owner_id="other"))
    assert back.pk == limited.pk
    assert (picture(engines), picture(back)) == before


def test_an_undo_leaves_alone_who_changed_company_since(
    rep: User, engines: Company, limited: Company, montreuil: Company, ada: Contact
) -> None:
    log = do_merge(rep, engines, limited)
    Contact.objects.filter(pk=ada.pk).update(company=montreuil)
    newcomer = Contact.objects.create(first_name="New", company=engines)
    back = undo(rep, log)
    assert picture(back)["contacts"] == [] and picture(montreuil)["contacts"] == [ada.pk]
    assert picture(engines)["contacts"] == [newcomer.pk]


def test_what_the_reader_may_not_see_moves_too_but_is_not_counted(
    rep: User, engines: Company, limited: Company, jean: Contact, candles: Deal, ada: Contact
) -> None:
    Contact.objects.filter(pk=jean.pk).update(company=limited)
    Deal.objects.filter(pk=candles.pk).update(company=limited)
    assert [n for _what, n in what_moves(rep, limited)] == [1, 1, 1]
    do_merge(rep, engines, limited)
    assert picture(engines)["contacts"] == sorted([ada.pk, jean.pk])


def test_hidden_deals_of_a_contact_are_not_counted_either(rep: User, ada: Contact, candles: Deal) -> None:
    candles.contacts.add(ada)
    assert [n for _what, n in what_moves(rep, ada)] == [1]


def test_a_contact_form_opened_before_the_merge_does_not_bring_the_old_company_back(
    rep: User, engines: Company, limited: Company, ada: Contact
) -> None:
    ada.refresh_from_db()
    log = do_merge(rep, engines, limited)
    merged = Contact.objects.get(pk=ada.pk).version
    undo(rep, log)
    assert ada.version < merged < Contact.objects.get(pk=ada.pk).version


def test_a_chain_of_merges_is_taken_apart_in_any_order(rep: User, engines: Company, limited: Company) -> None:
    third = Company.objects.create(name="Engines Holding")
    before = picture(engines), picture(limited), picture(third)
    first = do_merge(rep, engines, limited, city="other")
    second = do_merge(rep, third, engines)
    assert picture(third)["activities"] == ["Pays late"]
    undo(rep, first)
    undo(rep, second)
    now = picture(engines), picture(limited), picture(third)
    assert [one["contacts"] for one in now] == [one["contacts"] for one in before]
    assert [one["activities"] for one in now] == [one["activities"] for one in before]


def test_a_contact_that_comes_back_finds_the_company_that_its_own_was_merged_into(
    rep: User, engines: Company, limited: Company, ada: Contact, nordic: Any
) -> None:
    twin = Contact.objects.create(first_name="Ada", last_name="Byron", team=nordic)
    contacts = merge_contacts(rep, twin, ada)
    do_merge(rep, engines, limited)
    assert undo(rep, contacts).company == engines


def test_an_undo_works_only_once(rep: User, engines: Company, limited: Company) -> None:
    log = do_merge(rep, engines, limited)
    undo(rep, log)
    with pytest.raises(MergeRefused):
        undo(rep, log)


def test_there_is_no_undo_into_a_company_that_was_deleted(rep: User, engines: Company, limited: Company) -> None:
    log = do_merge(rep, engines, limited)
    engines.delete()
    with pytest.raises(MergeRefused):
        undo(rep, log)


def test_a_similar_name_or_the_same_site_looks_alike_and_nothing_else_does(
    engines: Company, limited: Company, montreuil: Company
) -> None:
    short = Company.objects.create(name="Engines")
    site = Company.objects.create(name="Analytical", website="http://engines.example/shop")
    Company.objects.create(name="Enginesmith", website="https://myengines.example")
    everyone = Company.objects.all()
    assert set(duplicates_of(limited, everyone)) == {short, site}
    assert set(duplicates_of(short, everyone)) == {engines, limited}


def test_a_merge_of_many_people_asks_as_much_as_one_of_few(
    rep: User, engines: Company, limited: Company, people: Any, django_assert_max_num_queries: Any
) -> None:
    people(1200, company=limited)
    with django_assert_max_num_queries(40):
        log = do_merge(rep, engines, limited)
    with django_assert_max_num_queries(40):
        undo(rep, log)
    assert limited.contacts.count() == 1201


def test_the_pages_lead_from_the_company_to_the_merge_and_back(
    rep: User, engines: Company, limited: Company, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(rep)
    assert f"/companies/{engines.pk}/merge/" in client.get(f"/companies/{engines.pk}/").content.decode()
    assert "Engines Limited" in client.get(f"/companies/{engines.pk}/merge/?q=limited").content.decode()
    page = client.get(f"/companies/{engines.pk}/merge/{limited.pk}/").content.decode()
    assert "Notes and tasks: " in page and "https://www<wbr>.engines<wbr>.example/" in page
    assert "Make one company of two" in page
    form = {"seen_survivor": engines.version, "seen_merged": limited.version, "city": "other"}
    answer = client.post(f"/companies/{engines.pk}/merge/{limited.pk}/", form)
    assert answer["Location"] == f"/companies/{engines.pk}/"
    log = CompanyMergeLog.objects.get()
    assert f"/company-merges/{log.pk}/undo/" in client.get(f"/companies/{engines.pk}/").content.decode()
    assert client.post(f"/company-merges/{log.pk}/undo/")["Location"] == f"/companies/{limited.pk}/"
    assert client.post(f"/company-merges/{log.pk}/undo/").status_code == 302
    assert Company.objects.count() == 2


def test_a_stale_page_says_so_and_merges_nothing(
    rep: User, engines: Company, limited: Company, sign_in: Callable[[User], Client]
) -> None:
    form = {"seen_survivor": "0", "seen_merged": "x"}
    answer = sign_in(rep).post(f"/companies/{engines.pk}/merge/{limited.pk}/", form)
    assert answer.status_code == 200 and "changed while you were choosing" in answer.content.decode()
    assert Company.objects.count() == 2


def test_a_rep_merges_no_foreign_company_and_undoes_nobody_elses_merge(
    rep: User, manager: User, engines: Company, limited: Company, montreuil: Company,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    client = sign_in(rep)
    assert client.post(f"/companies/{engines.pk}/merge/{montreuil.pk}/", {}).status_code == 404
    assert client.post(f"/companies/{montreuil.pk}/merge/{engines.pk}/", {}).status_code == 404
    log = do_merge(manager, engines, limited)
    assert client.post(f"/company-merges/{log.pk}/undo/").status_code == 404
    assert Company.objects.count() == 2
