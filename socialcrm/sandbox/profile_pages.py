"""The pages of accounts and of posts with their threads, on every network, and a place to answer by hand."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .clock import iso
from .html import Html, answer, fill, join
from .mastodon.render import fields_of
from .network import Network
from .networks import NETWORKS, named
from .state import MASTODON, TWITTER, Sandbox, of

Row = dict[str, Any]
WITH_AUTHOR = (
    "SELECT p.*, a.handle, a.host, a.name, a.brand, a.person, a.suspended, a.protected FROM posts p "
    "JOIN accounts a ON a.network=p.network AND a.id=p.author "
)
PUBLIC = ("public", "unlisted")
AUDIENCE = {"unlisted": " · unlisted", "private": " · followers only", "direct": " · direct message"}


def _network(request: web.Request) -> Network:
    return NETWORKS[MASTODON if request.path.startswith(f"/{MASTODON}/") else TWITTER]


def _face(sandbox: Sandbox, network: Network, row: Row) -> str:
    return network.face(sandbox, row).removeprefix(sandbox.public_url)


def _author(row: Row) -> Row:
    return {**row, "id": row["author"]}


def _post(sandbox: Sandbox, network: Network, row: Row, main: bool = False, depth: bool = False) -> Html:
    if row["deleted_at"] is not None:
        return Html("<div class='post soft'>This post was deleted.</div>")
    author = _author(row)
    return fill(
        "<div class='post {classes}'><img src='{face}' alt=''><div><b>{name}</b> <a href='{page}'>@{handle}</a> "
        "<a class=soft href='{post}'>{at}</a><span class=soft>{audience}{edited}</span>{warning}<p>{text}</p>"
        "<span class=soft>Replies {replies} · reposts {reposts} · likes {likes} · "
        "<a href='/intent/post?network={network}&in_reply_to={id}'>Reply</a></span></div></div>",
        classes=" ".join([*(["main"] if main else []), *(["thread"] if depth else [])]),
        face=_face(sandbox, network, author),
        page=network.page(sandbox, author).removeprefix(sandbox.public_url),
        handle=network.handle(author),
        post=network.post_page(sandbox, author, row["id"]).removeprefix(sandbox.public_url),
        at=iso(row["created_at"])[:16].replace("T", " "),
        audience=AUDIENCE.get(row["visibility"], ""),
        edited=" · edited" if row["edited_at"] else "",
        warning=fill("<p class=soft>Content warning: {spoiler}</p>", spoiler=row["spoiler"]) if row["spoiler"] else "",
        text=_text(sandbox, row),
        **{key: row[key] for key in ("name", "id", "network", "replies", "reposts", "likes")},
    )


def _text(sandbox: Sandbox, row: Row) -> str:
    if not row["boost_of"]:
        return str(row["text"])
    sql = "SELECT typed FROM posts WHERE network=? AND id=? AND visibility IN ('public', 'unlisted')"
    boosted = sandbox.world.value(sql, row["network"], row["boost_of"])
    return f"Boosted: {boosted}" if boosted else "Boosted a post that is gone."


async def account(request: web.Request) -> web.Response:
    """An account and its newest posts; ?before=ID goes on."""
    sandbox, network = of(request), _network(request)
    row = sandbox.account(network.id, request.match_info["handle"])
    if row is None or row["suspended"]:
        return _sentence("This account doesn't exist." if row is None else "Account suspended.", 404)
    posts = [] if row["protected"] else _newest(sandbox, row, request.query.get("before", ""))
    body = fill(
        "<p><a href='/'>Sandbox</a></p><div class=post><img src='{face}' alt=''><div><h1>{name}</h1><p>@{handle} "
        "<span class='badge {network}'>{label}</span>{locked}</p><p>{bio}</p><p class=soft>{about}</p></div></div>"
        "{posts}{more}",
        face=_face(sandbox, network, row),
        handle=network.handle(row),
        label=network.label,
        locked=" · These posts are protected." if row["protected"] else "",
        posts=join([_post(sandbox, network, post) for post in posts]),
        more=fill("<p><a href='?before={id}'>Older</a></p>", id=posts[-1]["id"]) if len(posts) == 30 else Html(""),
        about=_about(row),
        **{key: row[key] for key in ("name", "network", "bio")},
    )
    return answer(f"{row['name']} (@{network.handle(row)})", body)


def _about(row: Row) -> str:
    sites = [value for _name, value in fields_of(row["website"])]
    counts = [f"{row['followers']:,} followers", f"{row['following']:,} following"]
    return " · ".join(filter(None, [row["location"], *sites, *counts]))


def _newest(sandbox: Sandbox, row: Row, before: str) -> list[Row]:
    high = int(before) if before.isdigit() and len(before) < 19 else (1 << 63) - 1
    sql = (
        f"{WITH_AUTHOR} WHERE p.network=? AND p.author=? AND p.deleted_at IS NULL AND p.id<? "
        "AND p.visibility IN ('public', 'unlisted') ORDER BY p.id DESC LIMIT 30"
    )
    return sandbox.world.all(sql, row["network"], row["id"], high)


async def status(request: web.Request) -> web.Response:
    """One post in its thread; the handle in the address may be an old one."""
    sandbox, network, asked = of(request), _network(request), int(request.match_info["id"]) % (1 << 63)
    post = sandbox.world.one(f"{WITH_AUTHOR} WHERE p.network=? AND p.id=?", network.id, asked)
    if post is None or post["deleted_at"] is not None or post["suspended"]:
        return _sentence("This post is not available. It was deleted, or its account is gone.", 404)
    if post["protected"]:
        return _sentence("This post is from a protected account.", 403)
    if post["visibility"] not in PUBLIC:
        return _sentence("This post is for those whom it names. Sign in on Mastodon to see it.", 403)
    thread = _thread(sandbox, post)
    shown = [_post(sandbox, network, row, row["id"] == post["id"], bool(row["in_reply_to"])) for row in thread]
    title = f"@{network.handle(_author(post))}: {post['text'][:60]}"
    return answer(title, Html(f"<p><a href='/'>Sandbox</a></p>{join(shown)}"))


def _thread(sandbox: Sandbox, post: Row) -> list[Row]:
    sql = (
        f"{WITH_AUTHOR} WHERE p.network=? AND p.conversation=? AND a.suspended=0 AND a.protected=0 "
        "AND p.visibility IN ('public', 'unlisted') ORDER BY p.id LIMIT 200"
    )
    return sandbox.world.all(sql, post["network"], post["conversation"])


async def intent(request: web.Request) -> web.Response:
    """Answer by hand, as one would in the network's own app: GET shows the form, POST posts."""
    sandbox = of(request)
    form = {key: str(value) for key, value in {**request.query, **await request.post()}.items()}
    network = named(form.get("network", "")) or NETWORKS[TWITTER]
    parent = network.find(sandbox, form.get("in_reply_to") or form.get("in_reply_to_tweet_id") or "0")
    if request.method == "GET":
        return answer("Post", _composer(sandbox, network, form, parent))
    author = sandbox.account(network.id, form.get("as", ""))
    if author is None or not form.get("text", "").strip():
        return _sentence("A post needs an account of this network and a text.", 400)
    text = _addressed(sandbox, network, author, form["text"], parent)
    heard = parent["visibility"] if parent else ""
    row = network.publish(sandbox, author, text, parent, via="web", visibility=heard)
    raise web.HTTPSeeOther(network.post_page(sandbox, author, row["id"]).removeprefix(sandbox.public_url))


def _addressed(sandbox: Sandbox, network: Network, author: Row, text: str, parent: Row | None) -> str:
    """On Mastodon the app puts the name of the one who is answered in front; X does it by itself."""
    if parent is None or network.id == TWITTER or parent["author"] == author["id"]:
        return text.strip()
    other = sandbox.account(network.id, parent["author"])
    name = network.name_for(author, other) if other else ""
    return text.strip() if name in text else f"{name} {text.strip()}"


def _composer(sandbox: Sandbox, network: Network, form: dict[str, str], parent: Row | None) -> Html:
    sql = f"{WITH_AUTHOR} WHERE p.network=? AND p.id=?"
    above = sandbox.world.one(sql, network.id, parent["id"]) if parent and parent["visibility"] in PUBLIC else None
    return fill(
        "<div class=box><h1>Post on {label}</h1>{above}<form method=post action='/intent/post'>"
        "<input type=hidden name=network value='{network}'><input type=hidden name=in_reply_to value='{id}'>"
        "<p><label>As <input type=text name=as value=lumen_desk></label></p>"
        "<p><textarea name=text rows=5 cols=40 aria-label='Text'>{text}</textarea></p>"
        "<button class=yes>Post</button></form></div>",
        label=network.label,
        network=network.id,
        above=_post(sandbox, network, above) if above else "",
        id=parent["id"] if parent else "",
        text=form.get("text", ""),
    )


def _sentence(sentence: str, code: int) -> web.Response:
    return answer(sentence, fill("<p><a href='/'>Sandbox</a></p><p>{sentence}</p>", sentence=sentence), code)


def add(app: web.Application) -> None:
    """Put the pages on the server."""
    for path in ("/intent/post", "/intent/tweet"):
        app.router.add_route("*", path, intent)
    app.router.add_get(r"/mastodon/@{handle:\w+(?:@[\w.-]+)?}", account)
    app.router.add_get(r"/mastodon/@{handle:\w+(?:@[\w.-]+)?}/{id:\d{1,18}}", status)
    app.router.add_get(r"/{handle:\w{1,15}}", account)
    app.router.add_get(r"/{handle:\w{1,15}}/status/{id:\d{1,19}}", status)
    app.router.add_get(r"/i/web/status/{id:\d{1,19}}", status)
