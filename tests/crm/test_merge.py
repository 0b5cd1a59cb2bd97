"""Two contacts become one, and two again: nothing is lost on the way there or back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm_core.merging import VALUES, MergeRefused, merge, undo
from crm_core.models import Activity, Company, Contact, ContactEmail, ContactPhone, ContactWebsite, Deal, MergeLog
from socialcrm.models import ProfileLink, SocialProfile


@pytest.fixture
def augusta(nordic: Any, ada: Contact, retrofit: Deal, engines: Company, rep: User) -> Contact:
    """Ada again, under another name: one e-mail is the same, a deal is shared, one is her own."""
    contact = Contact.objects.create(
        first_name="Augusta", last_name="King", title="Countess", city="Ockham", company=engines, team=nordic, owner=rep
    )
    ContactEmail.objects.create(contact=contact, email="ADA@engines.example")
    ContactEmail.objects.create(contact=contact, email="augusta@king.example")
    ContactPhone.objects.create(contact=contact, phone="+44 1")
    ContactWebsite.objects.create(contact=contact, url="https://king.example/")
    retrofit.contacts.add(contact)
    Deal.objects.create(name="Loom", team=nordic).contacts.add(contact)
    Activity.objects.create(text="Likes poems", contact=contact)
    Activity.objects.create(kind="task", text="Call", contact=contact)
    profile = SocialProfile.objects.create(network="twitter", external_id="7", handle="augusta")
    ProfileLink.objects.create(profile=profile, contact=contact, state="linked", basis="given")
    return contact


def picture(contact: Contact) -> dict[str, Any]:
    """All that belongs to a contact, comparable."""
    contact.refresh_from_db()
    rows = {
        name: sorted(model._default_manager.filter(contact=contact).values_list(field, flat=True))
        for name, (model, field) in VALUES.items()
    }
    return rows | {
        "fields": (str(contact), contact.title, contact.city, contact.company, contact.owner, contact.created_at),
        "deals": sorted(contact.deals.values_list("name", flat=True)),
        "activities": sorted(contact.activities.values_list("pk", flat=True)),
    }


def do_merge(user: User, survivor: Contact, merged: Contact, **choices: str) -> MergeLog:
    survivor.refresh_from_db()
    merged.refresh_from_db()
    return merge(user, survivor, merged, choices, (survivor.version, merged.version))


def test_the_survivor_gets_every_row_once(rep: User, ada: Contact, augusta: Contact) -> None:
    do_merge(rep, ada, augusta, title="other")
    now = picture(ada)
    assert now["email"] == ["ada@engines.example", "augusta@king.example"]
    assert now["phone"] == ["+44 1"] and now["website"] == ["https://king.example/"]
    assert now["deals"] == ["Loom", "Retrofit"] and len(now["activities"]) == 2
    assert now["fields"][:3] == ("Ada Lovelace", "Countess", "London")
    assert not Contact.objects.filter(pk=augusta.pk).exists()


def test_an_undo_puts_every_row_back_where_it_was(rep: User, ada: Contact, augusta: Contact) -> None:
    before = picture(ada), picture(augusta)
    log = do_merge(rep, ada, augusta, title="other", city="other", company_id="other", owner_id="other")
    back = undo(rep, log)
    assert back.pk == augusta.pk
    assert (picture(ada), picture(back)) == before


def test_a_linked_profile_moves_with_the_merge_and_comes_back_with_the_undo(
    rep: User, ada: Contact, augusta: Contact
) -> None:
    linked = ProfileLink.objects.filter(profile__handle="augusta", state="linked")
    log = do_merge(rep, ada, augusta)
    assert linked.get().contact == ada
    back = undo(rep, log)
    assert linked.get().contact == back


def test_an_undo_keeps_what_came_after_the_merge(rep: User, ada: Contact, augusta: Contact) -> None:
    log = do_merge(rep, ada, augusta, title="other", city="other")
    Contact.objects.filter(pk=ada.pk).update(city="Bath")
    ContactEmail.objects.create(contact=ada, email="new@engines.example")
    note = Activity.objects.create(text="After the merge", contact=ada)
    back = undo(rep, log)
    now = picture(ada)
    assert now["fields"][1:3] == ("", "Bath")
    assert now["email"] == ["ada@engines.example", "new@engines.example"]
    assert now["activities"] == [note.pk] and picture(back)["fields"][2] == "Ockham"


def test_an_undo_works_only_once(rep: User, ada: Contact, augusta: Contact) -> None:
    log = do_merge(rep, ada, augusta)
    undo(rep, log)
    with pytest.raises(MergeRefused):
        undo(rep, log)


def test_a_chain_of_merges_is_taken_apart_link_by_link(rep: User, ada: Contact, augusta: Contact, nordic: Any) -> None:
    third = Contact.objects.create(first_name="A.", last_name="Byron", team=nordic)
    before = picture(ada), picture(augusta), picture(third)
    first = do_merge(rep, ada, augusta, city="other")
    second = do_merge(rep, third, ada, first_name="other")
    undo(rep, second)
    undo(rep, MergeLog.objects.get(pk=first.pk))
    assert (picture(ada), picture(augusta), picture(third)) == before


def test_an_undo_out_of_order_gives_each_contact_its_own_rows(
    rep: User, ada: Contact, augusta: Contact, nordic: Any
) -> None:
    third = Contact.objects.create(first_name="A.", last_name="Byron", team=nordic)
    emails = picture(augusta)["email"]
    first = do_merge(rep, ada, augusta)
    second = do_merge(rep, third, ada)
    undo(rep, MergeLog.objects.get(pk=first.pk))
    undo(rep, second)
    assert picture(augusta)["email"] == emails
    assert picture(ada)["email"] == ["ada@engines.example"]
    assert picture(third)["email"] == []


def test_a_merge_after_somebody_edited_is_refused(rep: User, ada: Contact, augusta: Contact) -> None:
    seen = (ada.version, augusta.version)
    Contact.objects.filter(pk=augusta.pk).update(title="Duchess", version=augusta.version + 1)
    with pytest.raises(MergeRefused):
        merge(rep, ada, augusta, {}, seen)
    assert Contact.objects.filter(pk=augusta.pk).exists()


def test_a_contact_is_not_merged_with_itself(rep: User, ada: Contact) -> None:
    with pytest.raises(MergeRefused):
        merge(rep, ada, ada, {}, (1, 1))


def test_a_company_that_is_gone_stays_empty_after_the_undo(
    rep: User, ada: Contact, augusta: Contact, engines: Company
) -> None:
    log = do_merge(rep, ada, augusta)
    engines.delete()
    assert undo(rep, log).company is None


def test_the_pages_lead_from_the_contact_to_the_merge_and_back(
    rep: User, ada: Contact, augusta: Contact, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(rep)
    assert "Augusta King" in client.get(f"/contacts/{ada.pk}/merge/").content.decode()
    page = client.get(f"/contacts/{ada.pk}/merge/{augusta.pk}/").content.decode()
    assert "Notes and tasks: " in page and "Ockham" in page
    ada.refresh_from_db()
    form = {"seen_survivor": ada.version, "seen_merged": augusta.version, "city": "other"}
    assert client.post(f"/contacts/{ada.pk}/merge/{augusta.pk}/", form)["Location"] == f"/contacts/{ada.pk}/"
    log = MergeLog.objects.get()
    assert f"/merges/{log.pk}/undo/" in client.get(f"/contacts/{ada.pk}/").content.decode()
    assert client.post(f"/merges/{log.pk}/undo/")["Location"] == f"/contacts/{augusta.pk}/"
    assert client.post(f"/merges/{log.pk}/undo/").status_code == 302
    assert Contact.objects.count() == 2


def test_a_stale_merge_page_says_so_and_merges_nothing(
    rep: User, ada: Contact, augusta: Contact, sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(rep).post(f"/contacts/{ada.pk}/merge/{augusta.pk}/", {"seen_survivor": "0", "seen_merged": "x"})
    assert answer.status_code == 200 and "changed while you were choosing" in answer.content.decode()
    assert Contact.objects.count() == 2


def test_a_rep_merges_no_foreign_contact_and_undoes_nobody_elses_merge(
    rep: User, manager: User, ada: Contact, augusta: Contact, jean: Contact, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(rep)
    assert client.post(f"/contacts/{ada.pk}/merge/{jean.pk}/", {}).status_code == 404
    assert client.post(f"/contacts/{jean.pk}/merge/{ada.pk}/", {}).status_code == 404
    log = do_merge(manager, ada, augusta)
    assert client.post(f"/merges/{log.pk}/undo/").status_code == 404
    assert Contact.objects.count() == 2
