"""Pages without a template engine: every value is escaped unless it already is HTML."""

from __future__ import annotations

import html as _html

from aiohttp import web

STYLE = """
:root { color-scheme: light dark; --line: #d8dee4; --soft: #5b6470; --accent: #1d5fa8; --tint: #1d5fa812 }
@media (prefers-color-scheme: dark) { :root { --line: #39424e; --soft: #9aa7b5; --accent: #7fb5f0; --tint: #7fb5f01f } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem }
h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin-top: 1.6rem }
a { color: var(--accent); text-decoration: none } a:hover { text-decoration: underline }
table { border-collapse: collapse; width: 100% } td, th { padding: .35rem .7rem .35rem 0; text-align: left;
vertical-align: top; border-bottom: 1px solid var(--line) } th { color: var(--soft); font-weight: 500 }
td.text { overflow-wrap: anywhere } td:first-child, .short { white-space: nowrap }
.badge { font-size: .78rem; padding: .05rem .5rem; border-radius: 999px; border: 1px solid var(--line);
white-space: nowrap } .mastodon { color: #6d4bd8; border-color: currentColor }
@media (prefers-color-scheme: dark) { .mastodon { color: #b9a3ff } }
nav { display: flex; gap: .5rem; flex-wrap: wrap; margin: .8rem 0 } nav a { padding: .25rem .8rem;
border: 1px solid var(--line); border-radius: 999px } nav a[aria-current] { background: var(--tint); font-weight: 600 }
.post { border-bottom: 1px solid var(--line); padding: .7rem 0; display: flex; gap: .7rem; overflow-wrap: anywhere }
.post img, .who img { width: 44px; height: 44px; border-radius: 50% }
.post p { margin: .1rem 0; white-space: pre-wrap } .soft { color: var(--soft); font-size: .87rem }
.thread { margin-left: 1.6rem; border-left: 2px solid var(--line); padding-left: .8rem }
.main { background: var(--tint) }
.box { border: 1px solid var(--line); border-radius: 12px; padding: 1.2rem 1.4rem; max-width: 30rem; margin: 2rem auto }
.who { display: flex; gap: .7rem; align-items: center; padding: .35rem 0; cursor: pointer }
button { font: inherit; padding: .5rem 1.1rem; border-radius: 999px; border: 1px solid var(--line); cursor: pointer }
button.yes { background: #1d5fa8; color: #fff; border-color: #1d5fa8 }
input[type=text], textarea { font: inherit; padding: .4rem; max-width: 100%; box-sizing: border-box } pre {
white-space: pre-wrap }
@media (max-width: 40rem) { .thread { margin-left: .4rem } th { display: none } tr { display: block; padding: .5rem 0;
border-bottom: 1px solid var(--line) } td { display: inline; border: 0; padding: 0 .35rem 0 0; overflow-wrap: anywhere }
td.text { display: block } }
"""
SAFE = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


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
        '<link rel="stylesheet" href="/_control/style.css"><body><main>{body}</main></body></html>',
        title=title,
        body=body,
    )


def answer(title: str, body: Html, status: int = 200) -> web.Response:
    """A page with safe headers."""
    return web.Response(status=status, text=document(title, body), content_type="text/html", headers=SAFE)


def refused(sentence: str) -> web.Response:
    """The page when something about a request is wrong; never a redirect."""
    text = "<div class=box><h1>Something went wrong</h1><p>{sentence}</p><p>Go back to the app and try again.</p></div>"
    return answer("Something went wrong", fill(text, sentence=sentence), 400)
