"""One row of cells to a draft of a contact, or the reason why it is refused. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db.models import CharField, Model
from django.utils.translation import gettext as _

from crm_core.forms.contact import language_choices
from crm_core.models import Company, Contact
from crm_core.models.naming import fold
from socialcrm.exports import plain_cell

SHORT = ("first_name", "last_name", "title", "city", "consent")


def _longest(model: type[Model], name: str) -> int:
    return cast("CharField[str, str]", model._meta.get_field(name)).max_length or 0


LIMITS = {name: _longest(Contact, name) for name in SHORT} | {"company": _longest(Company, "name")}
MAX_VALUES = 20
# A semicolon may be part of an address; it divides two where a blank or another address follows.
BETWEEN_URLS = r"[;,|]?\s+|\||[;,](?=https?://)"
_is_url = URLValidator(schemes=["http", "https"])


class RowRefused(Exception):
    """Why this row stays outside, in one sentence."""


@dataclass(slots=True)
class Draft:
    """What a row says about a person."""

    fields: dict[str, str] = field(default_factory=dict)
    emails: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    websites: list[str] = field(default_factory=list)
    company: str = ""
    owner: Any = None
    team: Any = None

    @property
    def name(self) -> str:
        """The person's full name."""
        return " ".join(part for part in (self.fields.get("first_name"), self.fields.get("last_name")) if part)


@dataclass(frozen=True, slots=True)
class People:
    """Whom a row may name: users and teams by their folded names."""

    owners: dict[str, Any]
    teams: dict[str, Any]


def draft(row: Any, mapping: Sequence[str], people: People) -> Draft:
    """What the row says. Raises RowRefused."""
    if isinstance(row, dict):
        raise RowRefused(str(row.get("bad", "")))
    if any(cell.strip() for cell in row[len(mapping) :]):
        raise RowRefused(_("The row has more cells than the header."))
    values = _values(row, mapping)
    made = Draft(
        fields=_fields(values),
        emails=[_email(value) for value in _split(values["email"], r"[;,|\s]+")],
        phones=[_phone(value) for value in _split(values["phone"], r"[;|\n]+")],
        websites=[_website(value) for value in _split(values["website"], BETWEEN_URLS)],
        company=_short("company", " ".join(values["company"])),
    )
    made.owner = _person(values["owner"], people.owners, _("Nobody here is called “%(name)s”."))
    made.team = _person(values["team"], people.teams, _("“%(name)s” is not a team of yours."))
    _need_name(made)
    return made


def _values(row: Sequence[str], mapping: Sequence[str]) -> dict[str, list[str]]:
    from .fields import CHOICES

    values: dict[str, list[str]] = {name: [] for name, _label in CHOICES if name}
    for name, cell in zip(mapping, row, strict=False):
        text = _clean(plain_cell(cell))
        if name and text:
            values[name].append(text)
    return values


def _clean(text: str) -> str:
    kept = "".join(char for char in text if char.isprintable() or char in "\n\t")
    return kept.strip()


def _fields(values: dict[str, list[str]]) -> dict[str, str]:
    found = {name: _short(name, " ".join(" ".join(values[name]).split())) for name in SHORT}
    full = " ".join(values["name"]).split()
    if full and not found["first_name"] and not found["last_name"]:
        found["first_name"] = _short("first_name", " ".join(full[:-1]))
        found["last_name"] = _short("last_name", full[-1])
    found["language"] = _language(" ".join(values["language"]))
    return {name: value for name, value in found.items() if value}


def _short(name: str, value: str) -> str:
    if len(value) > LIMITS[name]:
        words = {"field": name.replace("_", " "), "n": LIMITS[name]}
        raise RowRefused(_("%(field)s is longer than %(n)d characters.") % words)
    return value


def _split(values: list[str], pattern: str) -> list[str]:
    parts = [part.strip() for value in values for part in re.split(pattern, value)]
    unique = list(dict.fromkeys(part for part in parts if part))
    if len(unique) > MAX_VALUES:
        raise RowRefused(_("More than %(n)d values in one cell.") % {"n": MAX_VALUES})
    return unique


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise RowRefused(_("“%(value)s” is not an e-mail address.") % {"value": value[:80]}) from error
    if len(value) > 254:
        raise RowRefused(_("“%(value)s” is not an e-mail address.") % {"value": value[:80]})
    return value


def _phone(value: str) -> str:
    if len(value) > 40 or not re.search(r"\d", value):
        raise RowRefused(_("“%(value)s” is not a phone number.") % {"value": value[:80]})
    return value


def _website(value: str) -> str:
    address = value if re.match(r"^[a-z][a-z0-9+.-]*:", value, re.IGNORECASE) else f"https://{value}"
    try:
        _is_url(address)
    except ValidationError as error:
        raise RowRefused(_("“%(value)s” is not a web address.") % {"value": value[:80]}) from error
    if len(address) > 500:
        raise RowRefused(_("A web address is longer than 500 characters."))
    return address


def _language(value: str) -> str:
    if not value:
        return ""
    if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?", value):
        return value.replace("_", "-").split("-")[0].lower()
    known = {fold(str(label)): code for code, label in language_choices() if code}
    if fold(value) in known:
        return known[fold(value)]
    raise RowRefused(
        _("“%(value)s” is not a language that we know. Use a code such as en or fr.") % {"value": value[:40]}
    )


def _person(values: list[str], known: dict[str, Any], words: str) -> Any:
    if not values:
        return None
    if fold(values[0]) not in known:
        raise RowRefused(words % {"name": values[0][:80]})
    return known[fold(values[0])]


def _need_name(made: Draft) -> None:
    if made.name:
        return
    if not made.emails:
        raise RowRefused(_("The row has neither a name nor an e-mail."))
    made.fields["last_name"] = _short("last_name", made.emails[0].split("@")[0])
