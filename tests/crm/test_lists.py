"""Lists: filters in the address, every order, pages that neither skip nor repeat, a constant number of queries."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm_core.filters import ContactFilter, contact_sorts
from crm_core.models import Activity, Company, Contact, ContactEmail, Deal
from socialcrm.models import InfluenceScore, ProfileLink, SocialProfile

Make = Callable[..., list[Any]]


def listing(user: User, query: str) -> Any:
    return ContactFilter.read(QueryDict(query)).listing(user)


def walk(user: User, query: str, forward: bool = True) -> list[int]:
    """The keys of all pages of seven, from the first page on or from the last one back."""
    rows = listing(user, query)
    page, found = rows.page({}, size=7), []
    for _page in range(99 if not forward else 0):
        if not page.next:
            break
        page = rows.page({"after": page.next}, size=7)
    for _page in range(99):
        keys = [row.pk for row in page.rows]
        found = found + keys if forward else keys + found
        token = page.next if forward else page.previous
        if not token:
            return found
        page = rows.page({"after" if forward else "before": token}, size=7)
    raise AssertionError("The pages have no end.")


@pytest.mark.parametrize("sort", [*contact_sorts(), *(f"-{name}" for name in contact_sorts())])
@pytest.mark.parametrize("forward", [True, False])
def test_pages_show_each_row_once_in_every_order_though_all_rows_tie(
    sort: str, forward: bool, rep: User, people: Make
) -> None:
    made = people(30, first_name="Twin", city="Lyon")
    assert sorted(walk(rep, f"sort={sort}", forward)) == sorted(row.pk for row in made)


@pytest.mark.parametrize("forward", [True, False])
def test_pages_by_open_deals_follow_the_amounts(forward: bool, rep: User, people: Make) -> None:
    made = people(20)
    for place, contact in enumerate(made):
        deal = Deal.objects.create(name="D", amount=f"{place % 5}.10", stage="lead", team=contact.team)
        deal.contacts.add(contact)
    found = walk(rep, "sort=deals", forward)
    assert len(found) == 20 and set(found[:4]) == {contact.pk for contact in made[4::5]}


def test_pages_by_influence_put_the_strongest_first_and_the_unknown_last(rep: User, people: Make) -> None:
    from django.utils import timezone

    made = people(9)
    for place, contact in enumerate(made[:3]):
        profile = SocialProfile.objects.create(network="twitter", external_id=str(place), handle=f"h{place}")
        ProfileLink.objects.create(profile=profile, contact=contact, state="linked", basis="given")
        InfluenceScore.objects.create(
            profile=profile, day=timezone.localdate(), version=1, value=30.3 * place, confidence=1, parts=[],
            computed_at=timezone.now(),
        )  # fmt: skip
    assert walk(rep, "sort=influence")[:3] == [contact.pk for contact in reversed(made[:3])]


def test_a_row_that_comes_in_between_moves_no_other_row_to_the_next_page(rep: User, people: Make) -> None:
    people(14)
    rows = listing(rep, "")
    first = rows.page({}, size=7)
    people(1, first_name="A", last_name="Aardvark")
    second = rows.page({"after": first.next}, size=7)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert (second.first, second.last, second.total) == (9, 15, 15)


def test_a_worn_token_shows_the_first_page(rep: User, people: Make) -> None:
    people(9)
    rows = listing(rep, "")
    for token in ("x", "////", "bnVsbA", "WzFd", "W251bGwsIG51bGxd", "é", "W1tdLCB7fV0"):
        assert rows.page({"after": token}, size=5).first == 1


def test_names_sort_without_case_and_accents(rep: User, nordic: Any) -> None:
    for name in ("zola", "Émile", "emma", "Öberg", "ångström"):
        Contact.objects.create(last_name=name, team=nordic)
    assert [str(row) for row in listing(rep, "").all()] == ["ångström", "Émile", "emma", "Öberg", "zola"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lovelace", True),
        ("q=LOVELACE+ada", True),
        ("q=engines.example", True),
        ("q=ltd+ada", True),
        ("q=@ada_l", True),
        ("q=lovelace+nobody", False),
        ("q=%00", True),
        ("q='%3B--", False),
        ("city=london", True),
        ("city=Paris", False),
        ("deal=open", True),
        ("deal=won", False),
        ("deal=none", False),
        ("profile=yes", True),
        ("profile=no", False),
        ("mine=1", False),
        ("owner=none", True),
        ("owner=99999999999999999999999", True),
        ("team=x&company=-1&deal=x&profile=x", True),
        ("sort=drop+table", True),
    ],
)
def test_filters_narrow_and_nonsense_does_not(
    query: str, found: bool, rep: User, ada: Contact, engines: Company, retrofit: Deal
) -> None:
    Contact.objects.filter(pk=ada.pk).update(company=engines)
    profile = SocialProfile.objects.create(network="twitter", external_id="1", handle="Ada_L")
    ProfileLink.objects.create(profile=profile, contact=ada, state="linked", basis="given")
    assert (ada in listing(rep, query).all()) is found


def test_a_search_for_a_name_with_accents_is_found_without_them(rep: User, nordic: Any) -> None:
    contact = Contact.objects.create(first_name="Élodie", last_name="Ångström", team=nordic)
    assert list(listing(rep, "q=elodie+angstrom").all()) == [contact]


def furnish(contacts: list[Any]) -> None:
    """An e-mail, a profile, a deal and a task for each."""
    for contact in contacts:
        ContactEmail.objects.create(contact=contact, email=f"p{contact.pk}@x.example")
        profile = SocialProfile.objects.create(network="twitter", external_id=str(contact.pk), handle=f"p{contact.pk}")
        ProfileLink.objects.create(profile=profile, contact=contact, state="linked", basis="given")
        deal = Deal.objects.create(name="D", amount=5, team=contact.team)
        deal.contacts.add(contact)
        Activity.objects.create(kind="task", text="call", contact=contact)


@pytest.mark.parametrize(
    "path",
    ["/contacts/", "/contacts/?sort=influence", "/contacts/?sort=deals&deal=open&q=same", "/companies/", "/deals/",
     "/deals/?sort=amount&show=all", "/tasks/?show=all"],
)  # fmt: skip
def test_a_list_takes_at_most_thirteen_queries_however_many_rows(
    path: str, manager: User, people: Make, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(manager)
    client.get(path)
    furnish(people(3))
    Company.objects.bulk_create([Company(name=f"C{n}") for n in range(3)])
    few = queries(client, path)
    furnish(people(20))
    Company.objects.bulk_create([Company(name=f"D{n}") for n in range(20)])
    assert queries(client, path) == few <= 13  # three of them count what needs a person, for the sidebar


def test_the_page_of_a_contact_takes_the_same_queries_with_one_note_and_with_fifty(
    rep: User, ada: Contact, retrofit: Deal, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(rep)
    Activity.objects.create(text="note", contact=ada)
    client.get(f"/contacts/{ada.pk}/")  # the first page of a process also asks what the database can do
    few = queries(client, f"/contacts/{ada.pk}/")
    Activity.objects.bulk_create([Activity(text="note", contact=ada, user=rep) for _ in range(49)])
    assert queries(client, f"/contacts/{ada.pk}/") == few


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def test_the_page_of_a_contact_knows_its_place_in_the_list_that_one_came_from(
    rep: User, nordic: Any, sign_in: Callable[[User], Client]
) -> None:
    a, b, c = (Contact.objects.create(last_name=name, city="Lyon", team=nordic) for name in "ABC")
    Contact.objects.create(last_name="AA", city="Rome", team=nordic)
    page = sign_in(rep).get(f"/contacts/{b.pk}/?list=city%3DLyon").content.decode()
    assert "2 of 3" in page
    assert re.findall(r'rel="(prev|next)"\s+href="/contacts/(\d+)/', page) == [("prev", str(a.pk)), ("next", str(c.pk))]


def test_a_number_in_the_list_of_companies_opens_the_contacts_that_it_counts(
    rep: User, engines: Company, ada: Contact, jean: Contact, sign_in: Callable[[User], Client]
) -> None:
    Contact.objects.update(company=engines)
    client = sign_in(rep)
    assert f'href="/contacts/?company={engines.pk}">1<' in client.get("/companies/").content.decode()
    assert "1 of 1" in " ".join(
        client.get(f"/contacts/?company={engines.pk}").content.decode().replace("–1", "").split()
    )
