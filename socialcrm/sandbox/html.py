"""Pages without a template engine: every value is escaped unless it already is HTML."""

from __future__ import annotations

import html as _html

STYLE = """
:root { color-scheme: light dark; --line: #d8dee4; --soft: #667; --accent: #1d5fa8 }
@media (prefers-color-scheme: dark) { :root { --line: #39424e; --soft: #9aa7b5; --accent: #7fb5f0 } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem }
h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin-top: 1.6rem }
a { color: var(--accent); text-decoration: none } a:hover { text-decoration: underline }
table { border-collapse: collapse; width: 100% } td, th { padding: .3rem .6rem .3rem 0; text-align: left;
vertical-align: top; border-bottom: 1px solid var(--line) } th { color: var(--soft); font-weight: 500 }
.post { border-bottom: 1px solid var(--line); padding: .7rem 0; display: flex; gap: .7rem; overflow-wrap: anywhere }
.post img, .who img { width: 44px; height: 44px; border-radius: 50% }
.post p { margin: .1rem 0; white-space: pre-wrap } .soft { color: var(--soft); font-size: .87rem }
.thread { margin-left: 1.6rem; border-left: 2px solid var(--line); padding-left: .8rem } .main { background: #1d5fa812 }
.box { border: 1px solid var(--line); border-radius: 12px; padding: 1.2rem 1.4rem; max-width: 30rem; margin: 2rem auto }
.who { display: flex; gap: .7rem; align-items: center; padding: .35rem 0; cursor: pointer }
button { font: inherit; padding: .5rem 1.1rem; border-radius: 999px; border: 1px solid var(--line); cursor: pointer }
button.yes { background: #1d5fa8; color: #fff; border-color: #1d5fa8 } input[type=text] { font: inherit; padding: .4rem;
width: 14rem } pre { white-space: pre-wrap }
"""


class Html(str):
    """Text that is HTML already."""


def esc(value: object) -> Html:
    """A value made safe for HTML; Html stays as it is."""
    return value if isinstance(value, Html) else Html(_html.escape(str(value), quote=True))


def fill(template: str, **values: object) -> Html:
    """Put escaped values into `{name}` places of a fixed template."""
    return Html(template.format(**{name: esc(value) for name, value in values.items()}))


def join(parts: list[Html]) -> Html:
    """HTML after HTML."""
    return Html("".join(parts))


def document(title: str, body: Html) -> Html:
    """A whole page."""
    return fill(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/_control/style.css"><body>{body}</body></html>',
        title=title,
        body=body,
    )
