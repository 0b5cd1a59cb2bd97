"""CSV out: what the list shows, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crm_core.models import Contact
from socialcrm.exports import plain_cell, safe_cell


def table(answer: Any) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\x00=1", "\x1f@x", "'=1", '"=1',
     "\ufeff=1", "\u200b=1", "\uff1d1", "  \t \x07=cmd|' /C calc'!A0", "\tplain"],
)  # fmt: skip
def test_a_formula_leaves_as_text_whatever_stands_before_it(text: str) -> None:
    cell = safe_cell(text)
    assert cell.startswith("'") and cell != text
    assert plain_cell(cell) == text


@pytest.mark.parametrize("text", ["Ada", "", "O'Neill", "'tis", "3-5", "a=b", "ada@engines.example", "é", "0"])
def test_plain_words_leave_as_they_are(text: str) -> None:
    assert safe_cell(text) == text == plain_cell(text)


@given(st.text(max_size=30))
def test_what_goes_out_comes_back(text: str) -> None:
    assert plain_cell(safe_cell(text)) == text


def test_the_export_holds_the_filtered_list_in_its_order(
    rep: User, nordic: Any, jean: Contact, sign_in: Callable[[User], Client]
) -> None:
    for name, city in (("B", "Lyon"), ("A", "Lyon"), ("C", "Rome")):
        Contact.objects.create(last_name=name, city=city, team=nordic)
    answer = sign_in(rep).get("/contacts/export/?city=Lyon&sort=-name")
    assert [row[1] for row in table(answer)] == ["Last name", "B", "A"]
    assert answer["Content-Disposition"].startswith("attachment; filename=")


def test_the_export_of_ticked_rows_holds_no_foreign_one(
    rep: User, ada: Contact, jean: Contact, people: Callable[..., Any], sign_in: Callable[[User], Client]
) -> None:
    people(3)
    chosen = {"pk": [ada.pk, jean.pk, "x", "9" * 30]}
    assert [row[0] for row in table(sign_in(rep).post("/contacts/export/", chosen))[1:]] == ["Ada"]


def test_a_contact_named_like_a_formula_is_exported_as_text(
    rep: User, nordic: Any, sign_in: Callable[[User], Client]
) -> None:
    Contact.objects.create(first_name="\t=HYPERLINK(1)", last_name=" +x", team=nordic)
    row = table(sign_in(rep).get("/contacts/export/"))[1]
    assert row[:2] == ["'\t=HYPERLINK(1)", "' +x"]
