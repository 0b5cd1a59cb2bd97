"""Charts made on the server: SVG with lengths in attributes, since the pages allow no inline style."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from socialcrm.scoring import BANDS

HEIGHT = 112
STRONG = 50  # from here on a bar is drawn in the accent colour: strong and leading voices


def histogram(counts: Sequence[int]) -> SafeString:
    """Bars of equal width from 0 to 100, those of strong voices in the accent; a line under the axis at each band."""
    width = 100 / len(counts)
    highest = max([*counts, 1])
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"/>',
        (_bar(number, count, width, highest) for number, count in enumerate(counts)),
    )
    cuts = format_html_join(
        "",
        '<line x1="{}%" x2="{}%" y1="{}" y2="{}"/><text x="{}%" y="{}">{}</text>',
        ((start, start, HEIGHT, HEIGHT + 4, start, HEIGHT + 18, start) for start, *_rest in BANDS[1:]),
    )
    return format_html(
        '<svg class="sc-spread" role="img" aria-label="{}" width="100%" height="{}">{}'
        '<line x1="0" x2="100%" y1="{}" y2="{}"/>{}</svg>',
        _("How many contacts have which score; the list below has the figures."),
        HEIGHT + 20, bars, HEIGHT, HEIGHT, cuts,
    )  # fmt: skip


def _bar(number: int, count: int, width: float, highest: int) -> tuple[str, str, str, str, str]:
    # A count that is not nothing is always to be seen.
    height = max(count * HEIGHT / highest, 2 if count else 0)
    strong = number * width >= STRONG
    return (
        "is-strong" if strong else "",
        f"{number * width + 0.3:.2f}",
        f"{HEIGHT - height:.1f}",
        f"{width - 0.6:.2f}",
        f"{height:.1f}",
    )
