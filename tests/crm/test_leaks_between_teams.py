"""What a rep of one team could learn of the other team's rows by looking sideways: nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm_core.importing.reading import read
from crm_core.models import Company, Contact, Deal, Team

SignIn = Callable[[User], Client]


def test_the_list_of_contacts_does_not_count_deals_of_another_team(
    sign_in: SignIn, rep: User, ada: Contact, candles: Deal
) -> None:
    candles.contacts.add(ada)
    page = sign_in(rep).get("/contacts/").content.decode()
    assert "Lovelace" in page and "24,601" not in page


def test_the_order_by_deals_does_not_tell_whose_hidden_deals_are_large(
    sign_in: SignIn, rep: User, ada: Contact, candles: Deal, people: Callable[..., list[Any]]
) -> None:
    other, *_more = people(1)
    mine = Deal.objects.create(name="Small", amount=1, team=ada.team)
    mine.contacts.add(other)
    candles.contacts.add(ada)
    page = sign_in(rep).get("/contacts/", {"sort": "deals"}).content.decode()
    assert page.index("P0 Same") < page.index("Ada Lovelace")


def test_the_list_of_deals_does_not_name_contacts_of_another_team(
    sign_in: SignIn, rep: User, retrofit: Deal, jean: Contact
) -> None:
    retrofit.contacts.add(jean)
    page = sign_in(rep).get("/deals/").content.decode()
    assert "Ada Lovelace" in page and "Valjean" not in page


def test_a_filter_does_not_name_a_company_of_another_team(sign_in: SignIn, rep: User, montreuil: Company) -> None:
    assert "Montreuil" not in sign_in(rep).get("/contacts/", {"company": montreuil.pk}).content.decode()


def test_saving_a_contact_of_another_team_that_i_own_does_not_open_it_to_everyone(
    sign_in: SignIn, rep: User, jean: Contact, france: Team
) -> None:
    Contact.objects.filter(pk=jean.pk).update(owner=rep)
    client = sign_in(rep)
    form = client.get(f"/contacts/{jean.pk}/edit/").context["form"]
    assert form["team"].field.queryset.filter(pk=france.pk).exists()
    sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}
    rows = {
        f"{name}-{part}": "0" for name in ("email", "phone", "website") for part in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    answer = client.post(f"/contacts/{jean.pk}/edit/", {**sent, **rows, "city": "Digne"})
    jean.refresh_from_db()
    assert answer.status_code == 302 and (jean.city, jean.team) == ("Digne", france)


def test_the_form_does_not_offer_teams_that_are_neither_mine_nor_the_rows(
    sign_in: SignIn, rep: User, ada: Contact, france: Team
) -> None:
    form = sign_in(rep).get(f"/contacts/{ada.pk}/edit/").context["form"]
    assert not form["team"].field.queryset.filter(pk=france.pk).exists()


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCARD\n" * 20_000 + "END:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jo\nTEL;TYPE=" + "," * 60 + "\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jo\nTEL;A=" + "=0D" * 500 + "\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jo\nTEL;A=,,,,,\n ,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,:1\nEND:VCARD\n",
        'BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jo\nTEL;A="' + '",' * 5_000 + ":1\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jo" + ";" * 100_000 + "\nEND:VCARD\n",
    ],
    ids=["unclosed", "commas", "equals", "folded", "quotes", "parts"],
)
def test_a_card_made_to_keep_the_parser_busy_is_done_with_at_once(text: str) -> None:
    start = time.process_time()
    table = read(text.encode())
    assert time.process_time() - start < 10 and len(table.rows) == 1


def test_a_card_keeps_quoted_parameters_groups_and_soft_line_ends_apart_from_its_values() -> None:
    card = (
        'BEGIN:VCARD\r\nVERSION:3.0\r\nitem1.TEL;TYPE="cell:x,y";PREF=1:+46 1\r\nN:Doe;Jo\r\n'
        "TITLE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Caf=C3=A9 =\r\n owner\r\nEMAIL:jo@doe\r\n .example\r\n"
        "PHOTO;ENCODING=b:AAAA=\r\nEND:VCARD\r\n"
    )
    cells = read(card.encode()).rows[0]
    assert cells[0:2] == ["Jo", "Doe"] and cells[6:8] == ["jo@doe.example", "+46 1"]
    assert "".join(cells[2].split()) == "Caféowner"


def test_what_a_card_holds_does_not_reach_the_log(
    sign_in: SignIn, manager: User, caplog: pytest.LogCaptureFixture
) -> None:
    card = b"BEGIN:VCARD\nVERSION:3.0\nN:Doe;Jo\nsecret;;;canary\nEND:VCARD\n"
    sign_in(manager).post("/imports/", {"file": SimpleUploadedFile("cards.vcf", card)})
    assert "canary" not in caplog.text
