"""Names: how two of them are compared, what handles people make of theirs, and which names are common."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz

# Letters that do not come apart into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"})
_WORDS = re.compile(r"[^\W_]+")
_TITLES = "dr mr mrs ms miss prof sir pr me mme mlle phd md mp mep jr sr"
TITLES = frozenset(_TITLES.split())
# So common in English or French that the same full name is no sign of the same person.
_COMMON = """
smith johnson williams brown jones garcia miller davis rodriguez martinez wilson anderson thomas taylor moore jackson
martin lee thompson white harris clark lewis robinson walker young allen king wright scott green baker adams nelson
hill campbell mitchell roberts carter phillips evans turner parker collins edwards stewart morris bernard dubois
robert richard petit durand leroy moreau simon laurent lefebvre michel bertrand roux david morel fournier girard
bonnet dupont lambert fontaine rousseau vincent muller faure andre mercier blanc guerin boyer garnier chevalier
francois legrand gauthier perrin robin clement morin nicolas henry roussel mathieu gautier masson marchand duval
denis dumont marie lemaire noel meyer dufour meunier patel singh khan chen wang li zhang liu nguyen kim
"""
COMMON = frozenset(_COMMON.split())


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The text without case and accents, with single spaces for everything that is neither letter nor digit."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return " ".join(_WORDS.findall("".join(char for char in plain if not unicodedata.combining(char))))


@lru_cache(maxsize=65_536)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name without titles."""
    words = tuple(fold(name).split())
    return tuple(word for word in words if word not in TITLES) or words


@lru_cache(maxsize=65_536)
def plain_name(name: str) -> str:
    """A name as it is compared."""
    return " ".join(tokens(name))


@lru_cache(maxsize=65_536)
def handle_patterns(name: str) -> tuple[str, ...]:
    """Handles that people make of a name: adalovelace, lovelaceada, alovelace, adal, lovelace, ..."""
    words = tokens(name)
    if len(words) < 2:
        return words
    first, last, rest = words[0], words[-1], "".join(words[1:])
    initials = "".join(word[0] for word in words)
    made = ["".join(words), rest + first, first + last, last + first, first[0] + rest, first[0] + last, first + last[0]]
    made += [rest, last, initials[:-1] + last, last + first[0]]
    return tuple(dict.fromkeys(pattern for pattern in made if len(pattern) > 2))


def name_score(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: max of token_sort and 0.9 of token_set, as measured in docs/scoring.md."""
    a, b = plain_name(one), plain_name(other)
    if not a or not b:
        return 0.0
    return max(fuzz.token_sort_ratio(a, b), 0.9 * fuzz.token_set_ratio(a, b)) / 100


def handle_score(name: str, handle: str) -> float:
    """How much a handle looks as if made of the name, 0 to 1."""
    bare = fold(handle).replace(" ", "")
    # Digits at the end are what was left when the handle was taken.
    bare = bare.rstrip("0123456789") or bare
    return max((fuzz.ratio(pattern, bare) for pattern in handle_patterns(name)), default=0.0) / 100


def likeness(name: str, shown: str, handle: str) -> float:
    """0.65 of the name and 0.35 of the handle; without a name on the profile, the handle counts for both."""
    by_handle = handle_score(name, handle)
    return 0.65 * name_score(name, shown) + 0.35 * by_handle


def shares_initials(one: str, other: str) -> bool:
    """Whether the shorter of two names could be the longer: each of its words begins like a word of the other."""
    shorter, longer = sorted((Counter(word[0] for word in tokens(name)) for name in (one, other)), key=Counter.total)
    return shorter <= longer


def is_common(name: str) -> bool:
    """Whether a name is too short or too frequent to tell people apart."""
    words = tokens(name)
    return len(words) < 2 or (len(words) == 2 and not COMMON.isdisjoint(words[1:]))


def mentions(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words; phrases under four letters say nothing."""
    wanted = fold(phrase)
    return len(wanted) >= 4 and f" {wanted} " in f" {fold(text)} "


def shares_job(text: str, job: str) -> bool:
    """Whether a word of the job title stands in the text, in whatever gender or number: its first six letters do."""
    starts = {word[:6] for word in fold(job).split() if len(word) > 4}
    return bool(starts & {word[:6] for word in fold(text).split()})


def blocking_keys(names: Iterable[str]) -> set[str]:
    """The words by which candidates are found: the words of two letters and more."""
    return {word for name in names for word in tokens(name) if len(word) > 1}
