"""How far the set-up is: one moving line on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

WIDTH = 28
PLAIN_EVERY = 5.0  # seconds between two lines where nothing can be overwritten


class Progress:
    """A line such as `[#####.....]  2,310 of 5,000 posts, 41 contacts found`."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.moves = out.isatty()
        self.last = ""
        self.said_at = 0.0

    def show(self, share: float, text: str, force: bool = False) -> None:
        """Say how far we are; `share` is 0 to 1."""
        line = f"[{'#' * int(min(1.0, share) * WIDTH):.<{WIDTH}}] {text}"
        due = force or self.moves or time.monotonic() - self.said_at > PLAIN_EVERY
        if line == self.last or not due:
            return
        # ESC [K clears what a longer line left behind.
        self.out.write(f"\r{line}\x1b[K" if self.moves else f"{line}\n")
        self.out.flush()
        self.last, self.said_at = line, time.monotonic()

    def done(self, text: str) -> None:
        """The last line."""
        self.last = ""
        self.show(1.0, text, force=True)
        if self.moves:
            self.out.write("\n")
            self.out.flush()
