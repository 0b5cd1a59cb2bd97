"""Habits of writing: each person keeps theirs."""

from __future__ import annotations

import random
import re
from typing import Any


def habit(rng: random.Random, author: dict[str, Any], text: str) -> str:
    """The text as this person would type it: some in lower case, some without a full stop, some in a hurry."""
    kind = author["id"] // 4096 % 10
    if kind == 0:
        text = "".join(part if part[:1] in "@#" else part.lower() for part in re.split(r"([@#]\w+)", text))
    if kind in (0, 1, 2) and text.endswith("."):
        text = text[:-1]
    if kind == 3 and rng.random() < 0.3:
        text = text.replace(". ", "! ")
    if kind == 4 and rng.random() < 0.25:
        text = re.sub(r"[.!]$", "…", text) if text[-1:] in ".!" else text
    if kind == 5 and rng.random() < 0.15 and " " in text:
        text = text.replace(" ", "  ", 1) if "@" not in text.split(" ")[0] else text
    return text
