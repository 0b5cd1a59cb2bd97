"""Places in a prepared text that a name is put into: {contact.first_name}, or {contact.first_name|there}."""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMES = (
    "contact.first_name",
    "contact.name",
    "contact.company",
    "profile.handle",
    "user.first_name",
    "account.handle",
)
# As they are put into a text: what is known of a contact needs something to fall back on.
BLANKS = tuple(f"{{{name}|}}" if name.startswith("contact.") else f"{{{name}}}" for name in NAMES)
# An @ before a place for a handle is taken in: the handle brings its own.
PLACE = re.compile(r"(?P<at>@?)\{\s*(?P<name>[a-z_]+\.[a-z_]+)\s*(?:\|(?P<fallback>[^{}]*))?\}")


def fill(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with every known place filled, and the names that had neither a value nor a fallback: those stay.

    Values are taken as they are, on one line; a value that looks like a place is not filled again.
    """
    missing: list[str] = []

    def put(found: re.Match[str]) -> str:
        name, fallback = found["name"], (found["fallback"] or "").strip()
        if name not in NAMES:
            return found[0]
        value = " ".join(values.get(name, "").split())
        if not (value or fallback):
            missing.append(name)
            return found[0]
        if value and name.endswith(".handle"):
            return f"@{value.removeprefix('@')}"
        return found["at"] + (value or fallback)

    return PLACE.sub(put, text), list(dict.fromkeys(missing))


def unfilled(text: str) -> list[str]:
    """The known places that a text still holds, as they are written."""
    return [found[0].removeprefix("@") for found in PLACE.finditer(text) if found["name"] in NAMES]


def bare(text: str) -> list[str]:
    """The places for what is known of a contact that have nothing to fall back on: not every profile has a contact."""
    places = (
        found for found in PLACE.finditer(text) if found["name"] in NAMES and found["name"].startswith("contact.")
    )
    return [found[0].removeprefix("@") for found in places if not (found["fallback"] or "").strip()]


def unknown(text: str) -> list[str]:
    """What looks like a place, but is none that we can fill."""
    return [found["name"] for found in PLACE.finditer(text) if found["name"] not in NAMES]
