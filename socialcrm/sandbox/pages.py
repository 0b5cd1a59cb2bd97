"""The pages for people: what happened, each account, each post with its thread, and a place to answer by hand."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from . import faces
from .clock import iso
from .html import STYLE, Html, fill, join
from .state import TWITTER, Sandbox, of
from .x.consent import answer
from .x.publish import find, publish
from .x.render import image_url

Row = dict[str, Any]
WITH_AUTHOR = (
    "SELECT p.*, a.handle, a.name, a.suspended, a.protected FROM posts p "
    "JOIN accounts a ON a.network=p.network AND a.id=p.author "
)


async def style(request: web.Request) -> web.Response:
    """The one style sheet."""
    return web.Response(text=STYLE, content_type="text/css", headers={"cache-control": "max-age=3600"})


async def picture(request: web.Request) -> web.Response:
    """An account's face: 96, 146 or 400 pixels wide, as PNG."""
    size, account = faces.SIZES.get(request.match_info["size"]), request.match_info["id"]
    row = of(request).account(TWITTER, account) if account.isdigit() else None
    if row is None or size is None:
        raise web.HTTPNotFound
    given = of(request).world.value("SELECT given_name FROM people WHERE id=?", row["person"])
    body = faces.face(row["id"], given, size) if given else faces.sign(row["id"], bool(row["brand"]), size)
    headers = {"cache-control": "max-age=86400", "x-content-type-options": "nosniff"}
    return web.Response(body=body, content_type="image/png", headers={**headers, "content-security-policy": "sandbox"})


async def index(request: web.Request) -> web.Response:
    """What happened lately, which faults are in force, what time it is here."""
    sandbox = of(request)
    body = fill(
        "<h1>Sandbox</h1><p>A pretended X with a town of invented people. It is <b>{now}</b> here; the town lives at "
        "speed {life}. {accounts} accounts, {posts} posts.</p>{faults}<h2>What the network accepted</h2>{log}"
        "<p class=soft>All of it: <a href='/_control/log'>/_control/log</a>. The control API is described in "
        "docs/sandbox.md.</p>",
        now=iso(sandbox.clock.now()).replace("T", " ")[:19] + " UTC",
        life=f"{sandbox.world.get('life', 0):g}",
        accounts=sandbox.world.value("SELECT COUNT(*) FROM accounts"),
        posts=sandbox.world.value("SELECT COUNT(*) FROM posts"),
        faults=_faults(sandbox),
        log=_log(sandbox),
    )
    return answer("Sandbox", body)


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


def _log(sandbox: Sandbox) -> Html:
    rows = sandbox.world.all("SELECT * FROM log ORDER BY seq DESC LIMIT 100")
    if not rows:
        return Html("<p class=soft>Nothing yet since this world was made.</p>")
    lines = [
        fill(
            "<tr><td>{seq}<td>{at}<td><a href='/{handle}'>@{handle}</a><td>{what}<td>"
            "<a href='/{handle}/status/{id}'>{text}</a><td>{via}",
            seq=row["seq"],
            at=iso(row["at"])[11:19],
            handle=row["handle"],
            what="replied" if row["action"] == "post" and row["in_reply_to"] else row["action"],
            id=row["id"],
            text=row["text"],
            via=row["via"],
        )
        for row in rows
    ]
    return fill("<table><tr><th>No.<th>Time<th>Who<th>Did<th>Text<th>Through{lines}</table>", lines=join(lines))


def _post(sandbox: Sandbox, row: Row, main: bool = False, depth: bool = False) -> Html:
    if row["deleted_at"] is not None:
        return Html("<div class='post soft'>This post was deleted.</div>")
    return fill(
        "<div class='post {classes}'><img src='{face}' alt=''><div><b>{name}</b> <a href='/{handle}'>@{handle}</a> "
        "<a class=soft href='/{handle}/status/{id}'>{at}</a><p>{text}</p><span class=soft>Replies {replies} · "
        "reposts {reposts} · likes {likes} · <a href='/intent/post?in_reply_to={id}'>Reply</a></span></div></div>",
        classes=" ".join([*(["main"] if main else []), *(["thread"] if depth else [])]),
        face=image_url(sandbox, {"id": row["author"]}).removeprefix(sandbox.public_url),
        at=iso(row["created_at"])[:16].replace("T", " "),
        **{key: row[key] for key in ("name", "handle", "id", "text", "replies", "reposts", "likes")},
    )


async def account(request: web.Request) -> web.Response:
    """An account and its newest posts; ?before=ID goes on."""
    sandbox, row = of(request), of(request).account(TWITTER, request.match_info["handle"])
    if row is None or row["suspended"]:
        return _sentence("This account doesn't exist." if row is None else "Account suspended.", 404)
    before = request.query.get("before", "")
    high = int(before) if before.isdigit() and len(before) < 19 else (1 << 63) - 1
    where = "WHERE p.network=? AND p.author=? AND p.deleted_at IS NULL AND p.id<? ORDER BY p.id DESC LIMIT 30"
    sql = f"{WITH_AUTHOR} {where}"
    posts = [] if row["protected"] else sandbox.world.all(sql, TWITTER, row["id"], high)
    more = fill("<p><a href='?before={id}'>Older</a></p>", id=posts[-1]["id"]) if len(posts) == 30 else Html("")
    body = fill(
        "<p><a href='/'>Sandbox</a></p><div class=post><img src='{face}' alt=''><div><h1>{name}</h1><p>@{handle}"
        "{locked}</p><p>{bio}</p><p class=soft>{location} {website} · {followers} followers · {following} following"
        "</p></div></div>{posts}{more}",
        face=image_url(sandbox, row).removeprefix(sandbox.public_url),
        locked=" · These posts are protected." if row["protected"] else "",
        posts=join([_post(sandbox, post) for post in posts]),
        more=more,
        **{key: row[key] for key in ("name", "handle", "bio", "location", "website", "followers", "following")},
    )
    return answer(f"{row['name']} (@{row['handle']})", body)


async def status(request: web.Request) -> web.Response:
    """One post in its thread; the handle in the address may be an old one."""
    sandbox, asked = of(request), int(request.match_info["id"]) % (1 << 63)
    post = sandbox.world.one(f"{WITH_AUTHOR} WHERE p.network=? AND p.id=?", TWITTER, asked)
    if post is None or post["deleted_at"] is not None or post["suspended"]:
        return _sentence("This post is not available. It was deleted, or its account is gone.", 404)
    if post["protected"]:
        return _sentence("This post is from a protected account.", 403)
    where = "WHERE p.network=? AND p.conversation=? AND a.suspended=0 AND a.protected=0 ORDER BY p.id LIMIT 200"
    sql = f"{WITH_AUTHOR} {where}"
    thread = sandbox.world.all(sql, TWITTER, post["conversation"])
    shown = [_post(sandbox, row, row["id"] == post["id"], row["in_reply_to"] is not None) for row in thread]
    return answer(f"@{post['handle']}: {post['text'][:60]}", Html(f"<p><a href='/'>Sandbox</a></p>{join(shown)}"))


async def intent(request: web.Request) -> web.Response:
    """Answer by hand, as one would in X's own app: GET shows the form, POST posts."""
    sandbox = of(request)
    form = {key: str(value) for key, value in {**request.query, **await request.post()}.items()}
    parent = find(sandbox, form.get("in_reply_to") or form.get("in_reply_to_tweet_id") or "0")
    if request.method == "GET":
        return answer("Post", _composer(sandbox, form, parent))
    author = sandbox.account(TWITTER, form.get("as", ""))
    if author is None or not form.get("text", "").strip():
        return _sentence("A post needs an account of this network and a text.", 400)
    row = publish(sandbox, author, form["text"].strip(), parent, via="web", source="X Web App")
    raise web.HTTPSeeOther(f"/{author['handle']}/status/{row['id']}")


def _composer(sandbox: Sandbox, form: dict[str, str], parent: Row | None) -> Html:
    sql = f"{WITH_AUTHOR} WHERE p.network=? AND p.id=?"
    above = sandbox.world.one(sql, TWITTER, parent["id"]) if parent else None
    return fill(
        "<div class=box>{above}<form method=post action='/intent/post'>"
        "<input type=hidden name=in_reply_to value='{id}'>"
        "<p><label>As <input type=text name=as value=lumen_desk></label></p>"
        "<p><textarea name=text rows=5 cols=40 aria-label='Text'>{text}</textarea></p>"
        "<button class=yes>Post</button></form></div>",
        above=_post(sandbox, above) if above else "",
        id=parent["id"] if parent else "",
        text=form.get("text", ""),
    )


def _sentence(sentence: str, code: int) -> web.Response:
    return answer(sentence, fill("<p><a href='/'>Sandbox</a></p><p>{sentence}</p>", sentence=sentence), code)


def add(app: web.Application) -> None:
    """Put the pages on the server."""
    app.router.add_get("/", index)
    app.router.add_get("/_control/style.css", style)
    app.router.add_get(r"/profile_images/{id:\d{1,19}}/face_{size}.png", picture)
    for path in ("/intent/post", "/intent/tweet"):
        app.router.add_route("*", path, intent)
    app.router.add_get(r"/{handle:\w{1,15}}", account)
    app.router.add_get(r"/{handle:\w{1,15}}/status/{id:\d{1,19}}", status)
    app.router.add_get(r"/i/web/status/{id:\d{1,19}}", status)
