"""Files for spreadsheets: CSV and XLSX, row by row, with nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

# Spreadsheets run a cell that starts with one of these, also behind blanks and control characters.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBERS = (int, float, Decimal)
LONGEST = 32_767  # characters that a cell of Excel holds
WIDTH = 18


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
    """The lines of a CSV file, the byte order mark first, so that spreadsheets read it as UTF-8.

    Numbers stay numbers, a negative one too; everything else is text and is guarded.
    """
    writer = csv.writer(_Line())
    yield "\ufeff"
    yield writer.writerow([safe_cell(cell) for cell in header])
    for row in rows:
        yield writer.writerow([cell if isinstance(cell, NUMBERS) else safe_cell(cell) for cell in row])


def xlsx_file(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> IO[bytes]:
    """An open temporary file with one sheet; written row by row, so that memory does not grow with the rows.

    Texts that look like formulas or links are written as the texts that they are, dates as dates.
    """
    from xlsxwriter import Workbook

    file = TemporaryFile()  # noqa: SIM115  the answer closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": False}
    book = Workbook(file, options)
    head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(title[:31])
    sheet.set_column(0, len(header) - 1, WIDTH)
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(header):
        sheet.write_string(0, column, text, head)
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell, day)
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, row: int, column: int, cell: Any, day: Any) -> None:
    if isinstance(cell, NUMBERS):
        sheet.write_number(row, column, cell)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, day)
    elif cell not in (None, ""):
        sheet.write_string(row, column, str(cell)[:LONGEST])


def as_file(form: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """The rows as a download, `csv` or `xlsx`; the file's name gets today's date."""
    whole = f"{name}-{timezone.localdate():%Y-%m-%d}"
    if form == "xlsx":
        file = xlsx_file(name, header, rows)
        return FileResponse(file, as_attachment=True, filename=f"{whole}.xlsx", content_type=XLSX_TYPE)
    response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{whole}.csv"'
    return response
