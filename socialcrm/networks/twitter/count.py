"""X's weighted length of a text (twitter-text, configuration 3), with links and emoji found by twitter-text-parser.

The parser's patterns take minutes on a text like "a.a.a. ..." of some thousand characters, so they see one word
at a time, and one with many dots through a window.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from unicodedata import normalize

from twitter_text import extract_emojis_with_indices, extract_urls_with_indices

LIMIT = 280
LINK = 23  # X wraps every link in its own, 23 characters long
LONGEST = 25_000  # a longer text is over the limit of every tier: not worth counting exactly
WORDS = 300  # words looked at for a link; who writes more of them with a dot inside is over the limit anyhow
DOTS = 10  # more dots in a word are looked at through a window
WINDOW = 48

_WORD = re.compile(r"\S+")
_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_TAIL = re.compile(r"[A-Za-z0-9!*';:=+,.$/%#\[\]~@|&()?_-]*")
_HALF = re.compile("[\ud800-\udfff]")


def length(text: str) -> int:
    """Most scripts count 1 a character, others and emoji 2, a link 23."""
    if len(text) > LONGEST:
        return len(text)
    text = _HALF.sub("\ufffd", normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n"))
    total, done = 0, 0
    for start, end in urls(text):
        total += _weight(text[done:start]) + LINK
        done = end
    return total + _weight(text[done:])


def _weight(text: str) -> int:
    total, done = 0, 0
    for emoji in extract_emojis_with_indices(text):
        start, end = emoji["indices"]
        total += _plain(text[done:start]) + 2
        done = end
    return total + _plain(text[done:])


def _plain(text: str) -> int:
    return 2 * len(text) - len(_LIGHT.findall(text))


def urls(text: str) -> Iterator[tuple[int, int]]:
    """Where X will see links."""
    dotted = (word for word in _WORD.finditer(text) if "." in word[0])
    for word in islice(dotted, WORDS):
        yield from _in_word(word[0], word.start())


def _in_word(word: str, offset: int) -> Iterator[tuple[int, int]]:
    done = 0
    if word.count(".") <= DOTS:
        yield from ((offset + start, offset + end) for start, end in _in_piece(word))
        return
    while done < len(word):
        piece, cut = word[done : done + WINDOW], done + WINDOW
        for start, end in _in_piece(piece):
            until = done + end
            if end == WINDOW:
                # The link goes on beyond the window: take what may stand in one.
                tail = _TAIL.match(word, until)
                until = tail.end() if tail else until
            yield offset + done + start, offset + until
            cut = max(cut, until)
        done = cut


@lru_cache(maxsize=4096)
def _in_piece(piece: str) -> tuple[tuple[int, int], ...]:
    return tuple((one["indices"][0], one["indices"][1]) for one in extract_urls_with_indices(piece))
