"""Files come in: every encoding and separator, hostile ones too; nothing is written before it was seen."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from crm_core.exporting import COLUMNS, contact_rows
from crm_core.importing import running
from crm_core.importing.fields import guess
from crm_core.importing.reading import FileRefused, read
from crm_core.models import Company, Contact, ContactEmail, ContactImport, ContactPhone, ContactWebsite
from crm_core.tasks import sweep_imports
from socialcrm.exports import csv_lines

SignIn = Callable[[User], Client]
HEADER = "First name,Last name,E-mail,Company\n"


def upload(client: Client, data: bytes, name: str = "people.csv") -> Any:
    return client.post("/imports/", {"file": SimpleUploadedFile(name, data)})


def start(client: Client, data: bytes, **choices: str) -> ContactImport:
    """Upload and run with the columns as they were guessed."""
    assert upload(client, data).status_code == 302
    batch = ContactImport.objects.latest("pk")
    columns = {f"column-{place}": name for place, name in enumerate(batch.mapping)}
    client.post(f"/imports/{batch.pk}/run/", columns | {"action": "run"} | choices)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("by", [",", ";", "\t"])
def test_a_file_is_read_in_any_encoding_and_with_any_separator(encoding: str, by: str) -> None:
    text = f"First name{by}Last name{by}City\r\nÉlodie{by}Müller{by}Orléans\r\n"
    made = read(text.encode(encoding))
    assert made.header == ["First name", "Last name", "City"]
    assert made.rows == [["Élodie", "Müller", "Orléans"]]


def test_windows_quotes_and_the_euro_are_read_as_windows_1252() -> None:
    assert read("Name,Company\nA,“Sign” €\n".encode("cp1252")).rows == [["A", "“Sign” €"]]


@pytest.mark.parametrize(
    "data",
    [b"", b"  \n \n", b"\x00\x01\x02", b"PK\x03\x04\x00\x00", b"Name,City\n", b'Name\n"' + b"x" * 200_000,
     b"\xff\xfe\x00\xd8", b"BEGIN:VCARD\nFN:Ada\n", b",".join([b"c"] * 61) + b"\nx\n"],
)  # fmt: skip
def test_a_file_without_a_table_is_refused_with_a_sentence(data: bytes, rep: User, sign_in: SignIn) -> None:
    answer = upload(sign_in(rep), data)
    assert answer.status_code == 400 and b'role="alert"' in answer.content
    assert not ContactImport.objects.exists()


def test_no_file_at_all_is_answered_with_a_sentence(rep: User, sign_in: SignIn) -> None:
    assert sign_in(rep).post("/imports/", {}).status_code == 400


def test_a_file_over_the_size_is_refused(rep: User, sign_in: SignIn, settings: Any) -> None:
    settings.CRM_IMPORT_MAX_BYTES = 1_000_000
    assert upload(sign_in(rep), b"Name\n" + b"Ada\n" * 250_001).status_code == 400


def test_a_file_with_too_many_rows_is_refused(settings: Any) -> None:
    settings.CRM_IMPORT_MAX_ROWS = 10
    assert len(read(b"Name\n" + b"Ada\n" * 10).rows) == 10
    with pytest.raises(FileRefused):
        read(b"Name\n" + b"Ada\n" * 11)


def test_headings_of_other_crms_are_understood() -> None:
    heads = ["Given Name", "Nom de famille", "E-mail 1", "Email Address 2", "Mobile", "Account Name", "Foo", "Prénom"]
    assert guess(heads) == ["first_name", "last_name", "email", "email", "phone", "company", "", ""]


def test_the_preview_says_what_would_happen_and_writes_nothing(rep: User, ada: Contact, sign_in: SignIn) -> None:
    client = sign_in(rep)
    rows = "Grace,Hopper,grace@navy.example,Navy\nAda,,ADA@engines.example,\n,,,\nBad,Mail,nonsense,\n"
    page = client.get(upload(client, (HEADER + rows).encode())["Location"]).content.decode()
    assert "Import 2 rows" in page  # four lines, of which one is empty and one refused
    assert "1 created" in page and "1 updated" in page and "1 refused" in page
    assert "“nonsense” is not an e-mail address." in page
    assert Contact.objects.count() == 1 and not Company.objects.exists()


def test_an_import_creates_fills_and_reports(rep: User, nordic: Any, ada: Contact, sign_in: SignIn) -> None:
    client = sign_in(rep)
    rows = "Grace,Hopper,grace@navy.example,Navy\nAugusta,King,ADA@engines.example,Engines\nBad,Mail,nonsense,=X\n"
    batch = start(client, (HEADER + rows).encode(), team=str(nordic.pk))
    assert (batch.state, batch.created, batch.updated, batch.refused) == ("done", 1, 1, 1)
    grace = Contact.objects.get(last_name="Hopper")
    assert (grace.owner, grace.team, grace.company.name) == (rep, nordic, "Navy")
    ada.refresh_from_db()
    assert (str(ada), ada.company.name) == ("Ada Lovelace", "Engines")
    report = b"".join(client.get(f"/imports/{batch.pk}/refused.csv").streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(report)))[1] == [
        "4", "“nonsense” is not an e-mail address.", "Bad", "Mail", "nonsense", "'=X",
    ]  # fmt: skip


@pytest.mark.parametrize(("known", "count", "phone"), [("update", 1, True), ("skip", 1, False), ("create", 2, False)])
def test_a_known_e_mail_follows_the_persons_choice(
    known: str, count: int, phone: bool, rep: User, ada: Contact, sign_in: SignIn
) -> None:
    data = b"Name,E-mail,Phone\nAda L,ada@engines.example,+44 2\n"
    start(sign_in(rep), data, known=known)
    assert Contact.objects.count() == count
    assert ContactPhone.objects.filter(contact=ada).exists() is phone


def test_two_rows_with_one_e_mail_make_one_contact(rep: User, sign_in: SignIn) -> None:
    data = "Name,E-mail,City\nGrace Hopper,g@navy.example,\nG. Hopper,G@navy.example,Arlington\n"
    batch = start(sign_in(rep), data.encode())
    assert (batch.created, batch.updated) == (1, 1)
    assert Contact.objects.get().city == "Arlington"
    assert ContactEmail.objects.count() == 1


def test_e_mails_of_two_contacts_in_one_row_are_refused(rep: User, ada: Contact, nordic: Any, sign_in: SignIn) -> None:
    other = Contact.objects.create(last_name="King", team=nordic)
    ContactEmail.objects.create(contact=other, email="king@x.example")
    batch = start(sign_in(rep), b"Name,E-mails\nA,ada@engines.example; king@x.example\n")
    assert batch.refused == 1 and "Ada Lovelace" in batch.refused_rows.get().reason


def test_a_foreign_contacts_e_mail_is_not_betrayed(rep: User, jean: Contact, sign_in: SignIn) -> None:
    batch = start(sign_in(rep), b"Name,E-mail\nJean V,jean@secret.example\n")
    assert (batch.created, batch.updated, batch.refused) == (1, 0, 0)
    jean.refresh_from_db()
    assert jean.first_name == "Jean" and jean.email_set.count() == 1


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (f"{'x' * 101},B,,", "first name is longer than 100 characters."),
        ("A,B,a@b@c,", "is not an e-mail address."),
        (",,,Engines", "neither a name nor an e-mail"),
        ("A,B,,,extra", "more cells than the header"),
        (f"A,B,{';'.join(f'a{n}@x.example' for n in range(21))},", "More than 20 values"),
    ],
)
def test_a_bad_row_stays_outside_with_its_reason(cells: str, reason: str, rep: User, sign_in: SignIn) -> None:
    batch = start(sign_in(rep), (HEADER + cells + "\nGood,Row,,\n").encode())
    assert batch.created == 1 and reason in batch.refused_rows.get().reason


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/", "http://"])
def test_a_web_address_that_runs_something_is_refused(address: str, rep: User, sign_in: SignIn) -> None:
    batch = start(sign_in(rep), f"Name,Website\nA,{address}\n".encode())
    assert batch.refused == 1 and not ContactWebsite.objects.exists()


def test_markup_in_a_file_is_shown_as_text(rep: User, sign_in: SignIn) -> None:
    client = sign_in(rep)
    data = b"<script>alert(1)</script>,Name\nx,<img src=x onerror=alert(2)>\n"
    page = client.get(upload(client, data, "<b>.csv")["Location"]).content.decode()
    assert "<script>alert" not in page and "<img src=x" not in page and "<b>.csv" not in page


def test_nul_and_control_characters_do_not_reach_the_tables(rep: User, sign_in: SignIn) -> None:
    data = "Name,City\nA\x00da\x1b Love\x07lace,Lon\u202edon\n".encode("utf-16")
    start(sign_in(rep), data)
    contact = Contact.objects.get()
    assert (str(contact), contact.city) == ("Ada Lovelace", "London")


def test_a_vcard_file_comes_in_with_its_broken_card_reported(rep: User, sign_in: SignIn) -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada;;;\r\nFN:Ada Lovelace\r\nORG:Engines Ltd\r\nTITLE:Analyst\r\n"
        "EMAIL;TYPE=work:ada@engines.example\r\nEMAIL:ada@home.example\r\nTEL:+44 1\r\nADR:;;1 St;London;;;UK\r\n"
        "URL:https://ada.example/\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;=C3=89lodie\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN\r\n:::\r\nBEGIN:X\r\nEND:VCARD\r\n"
    )
    batch = start(sign_in(rep), cards.encode())
    assert batch.created == 2 and batch.refused == 1
    ada = Contact.objects.get(last_name="Lovelace")
    assert (ada.city, ada.title, ada.company.name) == ("London", "Analyst", "Engines Ltd")
    assert [row.email for row in ada.email_set.all()] == ["ada@engines.example", "ada@home.example"]
    assert Contact.objects.filter(first_name="Élodie", last_name="Müller").exists()


def test_a_vcard_file_that_breaks_off_reports_the_card_that_it_cuts(rep: User, sign_in: SignIn) -> None:
    whole = "BEGIN:VCARD\nVERSION:3.0\nN:Lovelace;Ada;;;\nEND:VCARD\n"
    cut = "BEGIN:VCARD\nVERSION:3.0\nN:Hopper;Grace;;;\n"
    batch = start(sign_in(rep), f"{whole}{cut}{whole.replace('Ada', 'Byron')}{cut}".encode())
    assert (batch.created, batch.refused) == (2, 2)
    assert not Contact.objects.filter(last_name="Hopper").exists()


def test_what_was_exported_comes_back_the_same(rep: User, nordic: Any, engines: Company, sign_in: SignIn) -> None:
    contact = Contact.objects.create(
        first_name="=Ada", last_name="O'Lovelace; Söhne", title='"Quoted"', company=engines, city="@home",
        language="fr", consent="Newsletter, 4 Mar", owner=rep, team=nordic,
    )  # fmt: skip
    for email in ("a@x.example", "b@x.example"):
        ContactEmail.objects.create(contact=contact, email=email)
    ContactPhone.objects.create(contact=contact, phone="+44 20 1")
    ContactWebsite.objects.create(contact=contact, url="https://x.example/a;b")
    before = list(contact_rows(Contact.objects.all()))
    file = "".join(csv_lines(COLUMNS, before)).encode()
    Contact.objects.all().delete()
    assert start(sign_in(rep), file).created == 1
    after = list(contact_rows(Contact.objects.all()))
    assert [[str(cell) for cell in row] for row in after] == [[str(cell) for cell in row] for row in before]


def test_a_large_file_waits_for_a_worker_and_goes_on_where_it_was_killed(
    rep: User, sign_in: SignIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CRM_IMPORT_INLINE_ROWS = 10
    monkeypatch.setattr(running, "BATCH", 20)
    data = "Name,E-mail\n" + "".join(f"P{n} X,p{n}@x.example\n" for n in range(50))
    batch = start(sign_in(rep), data.encode())
    assert batch.state == "queued" and not Contact.objects.exists()
    assert running.step(batch) is True
    batch.refresh_from_db()
    assert (batch.state, batch.done, Contact.objects.count()) == ("running", 20, 20)
    running.run(batch.pk)
    running.run(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.percent, Contact.objects.count()) == ("done", 50, 100, 50)


def test_a_batch_that_fails_leaves_nothing_half_written(
    rep: User, sign_in: SignIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CRM_IMPORT_INLINE_ROWS = 0
    batch = start(sign_in(rep), b"Name\nA B\n")

    def broken(*args: Any) -> bool:
        raise RuntimeError("power cut")

    monkeypatch.setattr(running, "_count", broken)
    with pytest.raises(RuntimeError):
        running.run(batch.pk)
    assert not Contact.objects.exists()
    monkeypatch.undo()
    running.run(batch.pk)
    assert Contact.objects.count() == 1


def test_an_import_whose_worker_is_silent_is_rung_for_again(
    rep: User, sign_in: SignIn, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CRM_IMPORT_INLINE_ROWS = 0
    batch = start(sign_in(rep), b"Name\nA B\n")
    rung: list[int] = []
    monkeypatch.setattr("crm_core.tasks.run_import.delay", rung.append)
    sweep_imports()
    assert rung == []
    ContactImport.objects.update(beat_at="2020-01-01T00:00Z")
    sweep_imports()
    assert rung == [batch.pk]


def test_a_waiting_page_moves_on_an_import_that_no_worker_takes(rep: User, sign_in: SignIn, settings: Any) -> None:
    settings.CRM_IMPORT_INLINE_ROWS = 0
    client = sign_in(rep)
    batch = start(client, b"Name\nA B\n")
    ContactImport.objects.update(beat_at="2020-01-01T00:00Z")
    page = client.get(f"/imports/{batch.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "The import is done" in page and "hx-get" not in page


def test_an_import_belongs_to_who_made_it(rep: User, manager: User, sign_in: SignIn) -> None:
    batch = start(sign_in(rep), b"Name\nA B\n")
    client = sign_in(manager)
    paths = (f"/imports/{batch.pk}/", f"/imports/{batch.pk}/refused.csv", "/imports/999999/")
    assert [client.get(path).status_code for path in paths] == [404] * 3
    assert client.post(f"/imports/{batch.pk}/run/").status_code == 404


def test_a_rep_can_not_import_into_a_foreign_team(rep: User, france: Any, sign_in: SignIn) -> None:
    start(sign_in(rep), b"Name\nA B\n", team=str(france.pk))
    assert Contact.objects.get().team is None
    batch = start(sign_in(rep), b"Name,Team\nC D,France\n")
    assert batch.refused == 1


def test_a_second_click_on_import_imports_once(rep: User, sign_in: SignIn) -> None:
    client = sign_in(rep)
    batch = start(client, b"Name\nA B\n")
    client.post(f"/imports/{batch.pk}/run/", {"action": "run", "column-0": "name"})
    assert Contact.objects.count() == 1


def test_a_mapping_from_a_tampered_form_maps_nothing(rep: User, sign_in: SignIn) -> None:
    client = sign_in(rep)
    upload(client, b"Name\nA B\n")
    batch = ContactImport.objects.get()
    client.post(f"/imports/{batch.pk}/run/", {"action": "run", "column-0": "is_superuser", "known": "x", "team": "²"})
    batch.refresh_from_db()
    assert (batch.state, batch.mapping, batch.known) == ("draft", [""], "update")
