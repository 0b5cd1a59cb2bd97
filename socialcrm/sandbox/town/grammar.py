"""A small grammar that says things: sections of phrases whose {slots} other sections fill."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("words")
SLOT = re.compile(r"\{(\w+)\}")
SPACES = re.compile(r"[ ]{2,}")


@cache
def sections(language: str) -> dict[str, list[str]]:
    """The phrases of a language, by section."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (WORDS / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            current = found.setdefault(line[1:-1], [])
        elif line.strip() and not line.startswith("# "):
            current.append("" if line == "~" else line)
    return found


def say(rng: random.Random, language: str, section: str, **known: str) -> str:
    """One phrase of a section, its slots filled from `known`, else from the section of the slot's name."""
    words = sections(language)

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return known[name] if name in known else SLOT.sub(fill, rng.choice(words[name]))

    text = SLOT.sub(fill, rng.choice(words[section]))
    text = SPACES.sub(" ", text).strip(" ") if not section.endswith("_tail") else text
    return _capital(text)


def _capital(text: str) -> str:
    """A sentence starts with a capital, also after a full stop inside a text."""
    first = text[:1].upper() + text[1:] if text[:1].islower() and not text.startswith("http") else text
    return re.sub(r"([.!?] )([a-zéàçœ])", lambda m: m[1] + m[2].upper(), first)
