"""The pages for people: what happened on all networks, and where accounts, posts and pictures are found."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from . import faces, profile_pages
from .clock import iso
from .html import STYLE, Html, answer, fill, join
from .networks import NETWORKS, named
from .state import MASTODON, TWITTER, Sandbox, of

Row = dict[str, Any]
DID = {"post": "posted", "edit": "edited", "delete": "deleted", "boost": "boosted"}


async def style(request: web.Request) -> web.Response:
    """The one style sheet."""
    return web.Response(text=STYLE, content_type="text/css", headers={"cache-control": "max-age=3600"})


async def picture(request: web.Request) -> web.Response:
    """An account's face: 96, 146 or 400 pixels wide, as PNG; a person has the same one on every network."""
    sandbox, size = of(request), faces.SIZES.get(request.match_info.get("size", "400x400"))
    network = MASTODON if request.path.startswith(f"/{MASTODON}/") else TWITTER
    asked = int(request.match_info["id"]) % (1 << 63)
    row = sandbox.world.one("SELECT * FROM accounts WHERE network=? AND id=?", network, asked)
    if row is None or size is None:
        raise web.HTTPNotFound
    given = sandbox.world.value("SELECT given_name FROM people WHERE id=?", row["person"])
    seed = _seed(sandbox, row)
    body = faces.face(seed, given, size) if given else faces.sign(seed, bool(row["brand"]), size)
    headers = {"cache-control": "max-age=86400", "x-content-type-options": "nosniff"}
    return web.Response(body=body, content_type="image/png", headers={**headers, "content-security-policy": "sandbox"})


def _seed(sandbox: Sandbox, row: Row) -> int:
    """What the picture is drawn from: the id on X of the same person, or brand, else the account's own."""
    sql = "SELECT id FROM accounts WHERE network=? AND (person=? OR (brand=1 AND ?=1 AND handle_lower=?))"
    same = sandbox.world.value(sql, TWITTER, row["person"], row["brand"], row["handle_lower"])
    return int(same or row["id"])


async def index(request: web.Request) -> web.Response:
    """What happened lately, which faults are in force, what time it is here; ?network= shows one network."""
    sandbox, network = of(request), named(request.query.get("network") or "none")
    body = fill(
        "<h1>Sandbox</h1><p>Pretended networks with a town of invented people. It is <b>{now}</b> here; the town lives "
        "at speed {life}.</p><p class=soft>{counts}</p>{faults}<h2>What the networks accepted</h2>{choice}{log}"
        "<p class=soft>All of it: <a href='/_control/log'>/_control/log</a>. The control API "
        "is described in docs/sandbox.md.</p>",
        now=iso(sandbox.clock.now()).replace("T", " ")[:19] + " UTC",
        life=f"{sandbox.world.get('life', 0):g}",
        counts=_counts(sandbox),
        faults=_faults(sandbox),
        choice=_choice(network.id if network else ""),
        log=_log(sandbox, network.id if network else ""),
    )
    return answer("Sandbox", body)


def _counts(sandbox: Sandbox) -> str:
    sql = "SELECT (SELECT COUNT(*) FROM accounts WHERE network=?1), (SELECT COUNT(*) FROM posts WHERE network=?1)"
    found = {one.label: sandbox.world.db.execute(sql, (name,)).fetchone() for name, one in NETWORKS.items()}
    return " · ".join(f"{label}: {people:,} accounts, {posts:,} posts" for label, (people, posts) in found.items())


def _choice(chosen: str) -> Html:
    pairs = [("", "All networks"), *((name, one.label) for name, one in NETWORKS.items())]
    links = [
        fill(
            "<a href='/{query}' {current}>{label}</a>",
            query=f"?network={name}" if name else "",
            current=Html("aria-current=page" if name == chosen else ""),
            label=label,
        )
        for name, label in pairs
    ]
    return fill("<nav aria-label='Network'>{links}</nav>", links=join(links))


def _faults(sandbox: Sandbox) -> Html:
    rules = [
        fill(
            "<li>{what} <span class=soft>hit {hits} of {seen} calls</span></li>",
            what=json.dumps(r.body),
            hits=r.hits,
            seen=r.seen,
        )
        for r in sandbox.faults.rules()
    ]
    if not rules:
        return Html("<p class=soft>No faults are in force.</p>")
    return fill("<h2>Faults in force</h2><ul>{rules}</ul>", rules=join(rules))


def _log(sandbox: Sandbox, network: str) -> Html:
    sql = "SELECT * FROM log WHERE ?='' OR network=? ORDER BY seq DESC LIMIT 100"
    rows = sandbox.world.all(sql, network, network)
    if not rows:
        return Html("<p class=soft>Nothing yet since this world was made.</p>")
    head = "<table><tr><th>No.<th>Time<th>Network<th>Who<th>Did<th>Text<th>Through{lines}</table>"
    return fill(head, lines=join([_line(sandbox, row) for row in rows]))


def _line(sandbox: Sandbox, row: Row) -> Html:
    network = NETWORKS[row["network"]]
    sql = "SELECT * FROM accounts WHERE network=? AND id=?"
    who = sandbox.world.one(sql, network.id, row["account"]) or {}
    return fill(
        "<tr><td>{seq}<td class=short>{at}<td><span class='badge {network}'>{label}</span><td>"
        "<a href='{page}'>@{handle}</a><td>{did}<td class=text><a href='{post}'>{text}</a><td class=soft>{via}",
        at=iso(row["at"])[11:19],
        label=network.label,
        page=network.page(sandbox, who).removeprefix(sandbox.public_url),
        did="replied" if row["action"] == "post" and row["in_reply_to"] else DID.get(row["action"], row["action"]),
        post=network.post_page(sandbox, who, row["id"]).removeprefix(sandbox.public_url),
        **{key: row[key] for key in ("seq", "network", "handle", "text", "via")},
    )


def add(app: web.Application) -> None:
    """Put the pages on the server."""
    app.router.add_get("/", index)
    app.router.add_get("/_control/style.css", style)
    app.router.add_get(r"/profile_images/{id:\d{1,19}}/face_{size}.png", picture)
    app.router.add_get(r"/mastodon/accounts/avatars/{id:\d{1,19}}/original/face.png", picture)
    profile_pages.add(app)
