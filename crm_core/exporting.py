"""CSV out: the filtered contacts, row by row, with nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

COLUMNS = (
    "First name", "Last name", "Job title", "Company", "City", "Language", "Consent", "E-mails", "Phones", "Websites",
    "Owner", "Team",
)  # fmt: skip
SEVERAL = "; "
# Spreadsheets run a cell that starts with one of these, also behind blanks and control characters.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: Any) -> str:
    """The text of a cell; one that a spreadsheet might take for a formula gets a quote in front."""
    text = str(value if value is not None else "")
    bare = text.lstrip("".join(map(chr, range(33))) + "\x7f\u00a0\u200b\ufeff'\"")
    return f"'{text}" if bare.startswith(RISKY) or text[:1] in ("\t", "\r", "\n") else text


def plain_cell(value: str) -> str:
    """The opposite of `safe_cell`: the text without the quote that guards a formula."""
    return value[1:] if value.startswith("'") and safe_cell(value[1:]) == value else value


class _Line:
    """A file that hands back each line instead of writing it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a CSV file, the byte order mark first, so that spreadsheets read it as UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff"
    yield writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        yield writer.writerow([safe_cell(cell) for cell in row])


def contact_rows(contacts: QuerySet[Any]) -> Iterator[list[Any]]:
    """One row of cells per contact, in the order of COLUMNS."""
    loaded = contacts.select_related("company", "owner", "team").prefetch_related(
        "email_set", "phone_set", "website_set"
    )
    for contact in loaded.iterator(chunk_size=500):
        yield [
            contact.first_name, contact.last_name, contact.title, contact.company or "", contact.city,
            contact.language, contact.consent,
            SEVERAL.join(row.email for row in contact.email_set.all()),
            SEVERAL.join(row.phone for row in contact.phone_set.all()),
            SEVERAL.join(row.url for row in contact.website_set.all()),
            contact.owner.get_username() if contact.owner else "", contact.team or "",
        ]  # fmt: skip
