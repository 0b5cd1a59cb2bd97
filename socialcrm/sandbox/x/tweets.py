"""Posts: by id, in batches; making and deleting them, with X's reasons to refuse."""

from __future__ import annotations

import json
import re
from typing import Any

from aiohttp import web

from socialcrm.sandbox.state import TWITTER, Sandbox
from socialcrm.sandbox.words import words

from . import problems, text
from .auth import Caller
from .params import Query, read
from .publish import delete as unpublish
from .publish import find, is_duplicate, publish, summoned
from .render import Renderer
from .users import required, small, user_id

Row = dict[str, Any]
BODY_KEYS = frozenset(
    words(
        "card_uri community_id direct_message_deep_link edit_options for_super_followers_only geo media nullcast poll "
        "quote_tweet_id quote_post_id reply reply_settings share_with_followers text made_with_ai paid_partnership"
    )
)
NOT_SUMMONED = (
    "You are not permitted to reply to this post. Replies through the API are only allowed when the author of the "
    "post has mentioned your account or quoted one of its posts."
)


async def by_id(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, Row]:
    """GET /2/tweets/:id."""
    query = read(request, (), "tweet")
    renderer = Renderer(sandbox, query, caller)
    rows = _visible(renderer, [user_id(request)], "id")
    body = renderer.posts(rows)
    return 200, {**body, "data": body["data"][0]} if rows else body


async def many(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, Row]:
    """GET /2/tweets?ids=."""
    query = read(request, ("ids",), "tweet")
    renderer = Renderer(sandbox, query, caller)
    return 200, renderer.posts(_visible(renderer, required(query, "ids"), "ids"))


def _visible(renderer: Renderer, asked: list[str], name: str) -> list[Row]:
    marks = ",".join("?" * len(asked))
    sql = f"SELECT * FROM posts WHERE network='{TWITTER}' AND deleted_at IS NULL AND id IN ({marks})"
    found = {str(row["id"]): row for row in renderer.sandbox.world.all(sql, *(small(one) for one in asked))}
    rows = []
    for one in asked:
        row = found.get(one)
        if row is None:
            renderer.errors.append(problems.missing("tweet", name, one))
        elif not renderer.may_see(row):
            renderer.errors.append(problems.not_shown("tweet", name, one))
        else:
            rows.append(row)
    return rows


async def create(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, Row]:
    """POST /2/tweets: 201, or X's reason to refuse."""
    body = await _body(request)
    typed = _text(body)
    account = caller.account
    assert account is not None
    parent = _parent(sandbox, caller, body)
    quoted = _quoted(sandbox, caller, body)
    if is_duplicate(sandbox, account, typed, parent):
        raise problems.forbidden("You are not allowed to create a Tweet with duplicate content.")
    row = publish(sandbox, account, typed, parent, quoted=quoted, source=caller.app["name"])
    one = str(row["id"])
    return 201, {"data": {"edit_history_tweet_ids": [one], "id": one, "text": row["text"]}}


async def _body(request: web.Request) -> Row:
    try:
        body = json.loads(await request.text())
    except (ValueError, UnicodeDecodeError):
        raise problems.invalid("Requests with bodies must be valid JSON", "body", "") from None
    if not isinstance(body, dict):
        raise problems.invalid("$: expected an object", "body", "")
    for key in body:
        if key not in BODY_KEYS:
            raise problems.invalid(f"$.{key}: is not defined in the schema and the schema does not allow it", key, "")
    return body


def _text(body: Row) -> str:
    typed = body.get("text", "")
    if not isinstance(typed, str):
        raise problems.invalid("$.text: expected a string", "text", str(typed)[:80])
    if not typed.strip():
        raise problems.invalid("$.text: a post needs a text", "text", typed[:80])
    if "\x00" in typed or any(0xD800 <= ord(letter) <= 0xDFFF for letter in typed):
        raise problems.invalid("$.text: has a character that can not be stored", "text", "")
    counted = text.count(text.unaddressed(typed) if body.get("reply") else typed)
    if not counted.valid:
        raise problems.forbidden(
            "Your Tweet text is too long. For more information on how we count characters, see the docs."
        )
    if len(text.CASHTAG.findall(typed)) > 1:
        raise problems.forbidden("You are not allowed to create a Tweet with more than one cashtag.")
    return typed


def _one_id(body: Row, path: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,19}", value):
        raise problems.invalid(f"$.{path}: '{str(value)[:40]}' does not match ^[0-9]{{1,19}}$", path, str(value)[:40])
    return value


def _parent(sandbox: Sandbox, caller: Caller, body: Row) -> Row | None:
    reply = body.get("reply")
    if reply is None:
        return None
    wanted = reply.get("in_reply_to_tweet_id") or reply.get("in_reply_to_post_id") if isinstance(reply, dict) else None
    parent = find(sandbox, _one_id(body, "reply.in_reply_to_tweet_id", wanted))
    if parent is None or not Renderer(sandbox, Query(), caller).may_see(parent):
        raise problems.forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    if caller.tier != "enterprise" and not summoned(sandbox, caller.me, parent):
        raise problems.forbidden(NOT_SUMMONED)
    return parent


def _quoted(sandbox: Sandbox, caller: Caller, body: Row) -> int | None:
    wanted = body.get("quote_tweet_id", body.get("quote_post_id"))
    if wanted is None:
        return None
    if caller.tier != "enterprise":
        raise problems.forbidden("Quoting a post through the API is not included in your access tier.")
    quoted = find(sandbox, _one_id(body, "quote_tweet_id", wanted))
    if quoted is None:
        raise problems.forbidden("You attempted to quote a Tweet that is deleted or not visible to you.")
    return int(quoted["id"])


async def delete(request: web.Request, sandbox: Sandbox, caller: Caller) -> tuple[int, Row]:
    """DELETE /2/tweets/:id: only one's own; a second time is a 404-like refusal."""
    post = find(sandbox, user_id(request))
    if post is None:
        asked = request.match_info["id"]
        one = problems.missing("tweet", "id", asked)
        raise problems.Problem(404, {**one, "status": 404})
    if post["author"] != caller.me:
        raise problems.forbidden("You are not authorized to delete this Tweet.")
    unpublish(sandbox, post)
    return 200, {"data": {"deleted": True}}
