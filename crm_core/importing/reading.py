"""A file of contacts to rows of cells. What can't be read is refused with one sentence; a bad card alone."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import vobject
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SEPARATORS = (",", ";", "\t")
MAX_COLUMNS = 60
MAX_CARDS = 5000
SAMPLE = 20
# The one part of a card's line before its value, quoted parts included; one way to match, so no time to lose.
HEAD = re.compile(r'((?:[^":]|"[^"]*")*):')
KEPT = {"BEGIN", "END", "VERSION", "N", "FN", "ORG", "ADR", "TITLE", "LANG", "EMAIL", "TEL", "URL"}
PARAMETER = re.compile(r"((ENCODING|CHARSET)=[\w-]{1,30}|QUOTED-PRINTABLE|BASE64)\Z", re.IGNORECASE | re.ASCII)
MAX_LINE = 2000
VCARD_HEADER = ["First name", "Last name", "Job title", "Company", "City", "Language", "E-mails", "Phones", "Websites"]


class FileRefused(Exception):
    """Why the file can't be imported, in one sentence for the person."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table: the header, then rows of cells; a card that can't be read is {"bad": why, "raw": text}."""

    format: str
    encoding: str
    header: list[str]
    rows: list[Any]


def read(data: bytes) -> Table:
    """Read a file. Raises FileRefused for what is empty, too large, binary, or has no table in it."""
    if len(data) > settings.CRM_IMPORT_MAX_BYTES:
        megabytes = settings.CRM_IMPORT_MAX_BYTES // 1_000_000
        raise FileRefused(_("The file is larger than %(n)d MB. Split it, then import the parts.") % {"n": megabytes})
    text, encoding = decode(data)
    if not text.strip():
        raise FileRefused(_("The file is empty."))
    if re.match(r"\s*BEGIN:VCARD", text, re.IGNORECASE):
        return _read_cards(text, encoding)
    return _read_csv(text, encoding)


def decode(data: bytes) -> tuple[str, str]:
    """The text and its encoding: UTF-8 with or without a mark, UTF-16 with one, else Windows-1252, else Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(data, "utf-16")
    if b"\x00" in data:
        raise FileRefused(_("This is not a text file. Save it as CSV (UTF-8), then import that."))
    if data.startswith(b"\xef\xbb\xbf"):
        return _decode(data, "utf-8-sig")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _decode(data: bytes, encoding: str) -> tuple[str, str]:
    try:
        return data.decode(encoding).replace("\x00", ""), encoding
    except UnicodeDecodeError as error:
        raise FileRefused(_("The file is damaged: its text can't be read as %(name)s.") % {"name": encoding}) from error


def _read_csv(text: str, encoding: str) -> Table:
    rows = _parse(text, separator(text))
    header = [cell.strip() for cell in rows[0]]
    if len(header) > MAX_COLUMNS:
        raise FileRefused(_("The file has more than %(n)d columns.") % {"n": MAX_COLUMNS})
    body = rows[1:]
    while body and not any(body[-1]):
        body.pop()
    if not body:
        raise FileRefused(_("The file has a header and no rows."))
    _refuse_many(len(body), settings.CRM_IMPORT_MAX_ROWS)
    return Table("csv", encoding, header, body)


def _parse(text: str, by: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text.lstrip("\n\r"), newline=""), delimiter=by):
            rows.append(row)
            _refuse_many(len(rows) - 1, settings.CRM_IMPORT_MAX_ROWS)
    except csv.Error as error:
        line = len(rows) + 1
        raise FileRefused(
            _("Row %(line)d can't be read. A quotation mark may be missing its partner.") % {"line": line}
        ) from error
    return rows


def _refuse_many(found: int, most: int) -> None:
    if found > most:
        sentence = ngettext(
            "The file has more than %(n)d row. Split it, then import the parts.",
            "The file has more than %(n)d rows. Split it, then import the parts.",
            most,
        )
        raise FileRefused(sentence % {"n": most})


def separator(text: str) -> str:
    """The separator under which the first rows have the same number of cells, and the most of them."""
    sample = "\n".join(text.lstrip("\n\r").splitlines()[:SAMPLE])
    return max(SEPARATORS, key=lambda by: _evenness(sample, by))


def _evenness(sample: str, by: str) -> tuple[int, int]:
    try:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=by) if row)
    except csv.Error:
        return (0, 0)
    width, times = widths.most_common(1)[0] if widths else (1, 0)
    return (times * (width > 1), width)


def _read_cards(text: str, encoding: str) -> Table:
    cards = list(_split_cards(text))
    if not any(map(_has_end, cards)):
        raise FileRefused(_("The vCard has no end: END:VCARD is missing."))
    _refuse_many(len(cards), min(MAX_CARDS, settings.CRM_IMPORT_MAX_ROWS))
    return Table("vcard", encoding, VCARD_HEADER, [_card(card) for card in cards])


def _split_cards(text: str) -> Iterator[str]:
    """Each card from its beginning to its end, or to where the next one begins or the file breaks off."""
    lines: list[str] = []
    for line in text.splitlines():
        mark = line.rstrip().upper()
        if lines and mark == "BEGIN:VCARD" != lines[-1].rstrip().upper():
            yield "\n".join(lines)
            lines = []
        if lines or mark == "BEGIN:VCARD":
            lines.append(line)
        if lines and mark == "END:VCARD":
            yield "\n".join(lines)
            lines = []
    if lines:
        yield "\n".join(lines)


def _has_end(card: str) -> bool:
    return card.rstrip().upper().endswith("\nEND:VCARD")


def _plain(text: str) -> str:
    """The lines that we read, without what their parameters may hold: the parser takes for ever over some of them.

    Raises ValueError for a line longer than MAX_LINE.
    """
    kept, goes_on = [], False
    for line in re.sub(r"(?<!=)\n[ \t]", "", text).split("\n"):
        head = None if goes_on else HEAD.match(line)
        plain = line if goes_on else _plain_line(head.group(1), line[head.end() :]) if head else ""
        if len(plain) > MAX_LINE:
            raise ValueError("A line of the card is too long.")
        if plain:
            kept.append(plain)
        quoted = goes_on or (head is not None and "QUOTED-PRINTABLE" in head.group(1).upper())
        goes_on = quoted and line.endswith("=")
    return "\n".join(kept)


def _plain_line(head: str, value: str) -> str:
    name, *parameters = head.split(";")
    name = name.rpartition(".")[2].strip().upper()
    if name not in KEPT:
        return ""
    return ";".join([name, *(p for p in parameters if PARAMETER.match(p))]) + f":{value}"


def _card(text: str) -> Any:
    if not _has_end(text):
        return {"bad": _("The vCard has no end: END:VCARD is missing."), "raw": text[:500]}
    try:
        card = vobject.readOne(_plain(text), allowQP=True, ignoreUnreadable=True)
        return _cells(card)
    # The parser raises whatever its input leads it to: one broken card must not stop the others.
    except Exception:  # noqa: BLE001
        return {"bad": _("This card can't be read."), "raw": text[:500]}


def _cells(card: Any) -> list[str]:
    content = card.contents
    name = content["n"][0].value if "n" in content else None
    first = _text(name.given) if name else ""
    last = " ".join(part for part in (_text(name.prefix) if name else "", _text(name.family) if name else "") if part)
    if not first and not last:
        last = _values(content, "fn")[0] if _values(content, "fn") else ""
    organisation = content["org"][0].value if "org" in content else []
    city = next((_text(entry.value.city) for entry in content.get("adr", []) if entry.value.city), "")
    joined = ["; ".join(_values(content, key)) for key in ("email", "tel", "url")]
    title, language = (next(iter(_values(content, key)), "") for key in ("title", "lang"))
    return [first, last, title, _text(organisation[0] if organisation else ""), city, language, *joined]


def _values(content: dict[str, Any], key: str) -> list[str]:
    values = [_text(line.value) for line in content.get(key, [])]
    return [re.sub(r"^(mailto|tel):", "", value, flags=re.IGNORECASE) for value in values if value]


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(_text(part) for part in value if part)
    return str(value or "").replace("\x00", "").strip()
