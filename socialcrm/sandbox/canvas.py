"""A tiny painter: smooth-edged shapes on a 100 x 100 field, written as PNG with the standard library alone."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

Colour = tuple[int, int, int]
Span = Callable[[float], tuple[float, float] | None]
SUB = 3


class Canvas:
    """A square picture; shapes are given in hundredths of its side."""

    def __init__(self, size: int, background: Colour) -> None:
        self.size = size
        self.scale = size / 100
        self.rows = [bytearray(bytes(background) * size) for _ in range(size)]

    def ellipse(
        self, cx: float, cy: float, rx: float, ry: float, colour: Colour, *, top: float = -99, bottom: float = 199
    ) -> None:
        """An ellipse, cut off above `top` and below `bottom`."""
        low, high = max(cy - ry, top), min(cy + ry, bottom)

        def span(y: float) -> tuple[float, float] | None:
            if not low <= y <= high:
                return None
            half = rx * math.sqrt(max(0.0, 1 - ((y - cy) / ry) ** 2))
            return cx - half, cx + half

        self._fill(low, high, span, colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour, lean: float = 0) -> None:
        """A rectangle; `lean` makes its lower edge that much wider on both sides."""

        def span(y: float) -> tuple[float, float] | None:
            if not top <= y <= bottom:
                return None
            more = lean * (y - top) / (bottom - top)
            return left - more, right + more

        self._fill(top, bottom, span, colour)

    def _fill(self, low: float, high: float, span: Span, colour: Colour) -> None:
        first = max(0, int(low * self.scale))
        for row in range(first, min(self.size, int(high * self.scale) + 1)):
            spans = []
            for part in range(SUB):
                found = span((row + (part + 0.5) / SUB) / self.scale)
                if found:
                    spans.append((max(0.0, found[0] * self.scale), min(float(self.size), found[1] * self.scale)))
            if spans:
                self._paint(self.rows[row], spans, colour)

    def _paint(self, row: bytearray, spans: list[tuple[float, float]], colour: Colour) -> None:
        start, end = min(s[0] for s in spans), max(s[1] for s in spans)
        inner = (math.ceil(max(s[0] for s in spans)), math.floor(min(s[1] for s in spans)))
        if len(spans) < SUB or inner[0] > inner[1]:
            inner = (self.size, self.size)
        elif inner[1] > inner[0]:
            row[inner[0] * 3 : inner[1] * 3] = bytes(colour) * (inner[1] - inner[0])
        for x in range(int(start), min(self.size, math.ceil(end))):
            if not inner[0] <= x < inner[1]:
                cover = sum(max(0.0, min(x + 1, b) - max(x, a)) for a, b in spans) / SUB
                for channel in range(3):
                    old = row[x * 3 + channel]
                    row[x * 3 + channel] = int(old + (colour[channel] - old) * cover)

    def png(self) -> bytes:
        """The picture as a PNG file."""
        raw = b"".join(b"\0" + bytes(row) for row in self.rows)
        head = struct.pack(">IIBBBBB", self.size, self.size, 8, 2, 0, 0, 0)
        parts = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(raw, 6)) + _chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + parts


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
