"""What is wrong with a text before it is sent, and how many characters people see in it."""

from __future__ import annotations

from unicodedata import category

from django.utils.translation import gettext, ngettext


def empty(text: str) -> str:
    """A sentence where nothing was written."""
    return "" if text.strip() else gettext("Write something first: the text is empty.")


def too_long(counted: int, limit: int) -> str:
    """A sentence where a text is over the limit."""
    over = counted - limit
    sentence = ngettext("The text is %(over)d character too long.", "The text is %(over)d characters too long.", over)
    return sentence % {"over": over} if over > 0 else ""


def graphemes(text: str) -> int:
    """Characters as people see them; where unsure too many, never too few."""
    total, joined = 0, False
    for letter in text:
        if letter == "\u200d" or category(letter) in {"Mn", "Me"} or "\U0001f3fb" <= letter <= "\U0001f3ff":
            joined = letter == "\u200d"
            continue
        total += not (joined and letter >= "\u2190")
        joined = False
    return total
