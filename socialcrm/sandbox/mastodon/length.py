"""How long Mastodon thinks a text is: links 23, of @user@host only @user."""

from __future__ import annotations

import re
import unicodedata

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_FAR = re.compile(r"(?<![\w/])@(\w+)@[\w.-]+\w")


def count(text: str, per_url: int) -> int:
    """Characters as Mastodon counts them; combining marks and joiners belong to what they stand on."""
    short = _FAR.sub(r"@\1", _LINK.sub("x" * per_url, text))
    return sum(unicodedata.category(letter) not in {"Mn", "Me"} and letter != "\u200d" for letter in short)
