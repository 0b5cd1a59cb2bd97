"""Rows of the world as X's JSON: only the fields that were asked for, and what expansions pull in."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable
from typing import Any

from socialcrm.sandbox.clock import iso
from socialcrm.sandbox.state import TWITTER, Sandbox

from . import problems, text
from .auth import Caller
from .ids import moment_of
from .params import Query

# An expansion shows its own key in the post, as X does.
EXPANSION_FIELDS = {
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "entities.mentions.username": "entities",
    "edit_history_tweet_ids": "edit_history_tweet_ids",
}
Row = dict[str, Any]


class Renderer:
    """Renders one answer: posts or users with their includes and partial errors."""

    def __init__(self, sandbox: Sandbox, query: Query, caller: Caller) -> None:
        self.sandbox = sandbox
        self.query = query
        self.caller = caller
        self.fields = query.fields | {EXPANSION_FIELDS[e] for e in query.expansions if e in EXPANSION_FIELDS}
        self.errors: list[Row] = []
        self.accounts: dict[int, Row | None] = {}

    def posts(self, rows: list[Row]) -> Row:
        """A list of posts with includes; no `data` key when there are none."""
        self._load_accounts({r["author"] for r in rows} | {r["in_reply_to_account"] for r in rows})
        body: Row = {"data": [self.post(row) for row in rows]} if rows else {}
        includes = self._post_includes(rows) if rows and self.query.expansions else {}
        return self._finish(body, includes)

    def users(self, rows: list[Row]) -> Row:
        """A list of users with includes; no `data` key when there are none."""
        body: Row = {"data": [self.user(row) for row in rows]} if rows else {}
        pinned = "most_recent_tweet_id" in self.query.expansions
        ids = [one for one in (self.latest(row) for row in rows) if one is not None] if pinned else []
        return self._finish(body, {"tweets": [self.post(row) for row in self._rows(ids)]} if ids else {})

    def _finish(self, body: Row, includes: Row) -> Row:
        if includes:
            body["includes"] = includes
        if self.errors:
            body["errors"] = self.errors
        return body

    def account(self, account_id: int) -> Row | None:
        """An account by id, looked up once an answer."""
        if account_id not in self.accounts:
            self._load_accounts({account_id})
        return self.accounts[account_id]

    def _load_accounts(self, ids: set[int | None]) -> None:
        want = [one for one in ids if one is not None and one not in self.accounts]
        marks = ",".join("?" * len(want))
        sql = f"SELECT * FROM accounts WHERE network='{TWITTER}' AND id IN ({marks})"
        self.accounts |= dict.fromkeys(want) | {row["id"]: row for row in self.sandbox.world.all(sql, *want)}

    def _rows(self, ids: list[int]) -> list[Row]:
        marks = ",".join("?" * len(ids))
        sql = (
            f"SELECT * FROM posts WHERE network='{TWITTER}' AND deleted_at IS NULL AND id IN ({marks}) ORDER BY id DESC"
        )
        return self.sandbox.world.all(sql, *ids)

    def post(self, row: Row) -> Row:
        """One post: id, text and edit history always, as X sends them; the rest when asked for."""
        body: Row = {"id": str(row["id"]), "text": html.escape(row["text"], quote=False)}
        body["edit_history_tweet_ids"] = [str(row["id"])]
        for field in sorted(self.fields & POST_FIELDS.keys()):
            value = POST_FIELDS[field](self, row)
            if value is not None:
                body[field] = value
        return body

    def user(self, row: Row) -> Row:
        """One user: id, name and username always; the rest when asked for."""
        body: Row = {"id": str(row["id"]), "name": row["name"], "username": row["handle"]}
        for field in sorted(self.query.user_fields & USER_FIELDS.keys()):
            value = USER_FIELDS[field](self, row)
            if value is not None:
                body[field] = value
        return body

    def entities(self, row: Row) -> Row | None:
        """Links, mentions and tags of a post, at their places in the text as sent; found once a post."""
        known: dict[int, Row | None] = self.sandbox.memory.setdefault("entities", {})
        if row["id"] not in known:
            if len(known) > 50_000:
                known.clear()
            known[row["id"]] = self._entities(row)
        return known[row["id"]]

    def _entities(self, row: Row) -> Row | None:
        shown = html.escape(row["text"], quote=False)
        names = text.mentioned(shown)
        marks = ",".join("?" * len(names))
        sql = f"SELECT handle_lower, id FROM accounts WHERE network='{TWITTER}' AND handle_lower IN ({marks})"
        ids = {r["handle_lower"]: str(r["id"]) for r in self.sandbox.world.all(sql, *names)} if names else {}
        return text.entities(shown, self._expand(shown), ids) or None

    def _expand(self, shown: str) -> dict[str, str]:
        found = {shown[start:end] for start, end in text.links(shown)}
        codes = {url: url.rsplit("/", 1)[-1] for url in found if "//t.co/" in url}
        world = self.sandbox.world
        return {url: world.value("SELECT url FROM links WHERE code=?", code) or url for url, code in codes.items()}

    def references(self, row: Row) -> list[Row] | None:
        """What a post answers and quotes."""
        found = [("quoted", row["quoted"]), ("replied_to", row["in_reply_to"])]
        return [{"type": kind, "id": str(one)} for kind, one in found if one is not None] or None

    def latest(self, row: Row) -> int | None:
        """The id of the person's newest post that still stands, or None."""
        sql = "SELECT MAX(id) FROM posts WHERE network=? AND author=? AND deleted_at IS NULL"
        latest = self.sandbox.world.value(sql, TWITTER, row["id"])
        return int(latest) if latest is not None else None

    def _post_includes(self, rows: list[Row]) -> Row:
        wanted = self.query.expansions
        referenced = (
            self._referenced(rows) if wanted & {"referenced_tweets.id", "referenced_tweets.id.author_id"} else []
        )
        users: dict[int, None] = {}
        if "author_id" in wanted:
            users |= dict.fromkeys(row["author"] for row in rows)
        if "in_reply_to_user_id" in wanted:
            users |= dict.fromkeys(row["in_reply_to_account"] for row in rows if row["in_reply_to_account"])
        if "entities.mentions.username" in wanted:
            users |= dict.fromkeys(self._mentioned(rows))
        if "referenced_tweets.id.author_id" in wanted:
            users |= dict.fromkeys(row["author"] for row in referenced)
        self._load_accounts(set(users))
        found = [self.accounts[one] for one in users]
        people = [self.user(row) for row in found if row is not None and not row["suspended"]]
        includes: Row = {"users": people} if people else {}
        return includes | ({"tweets": [self.post(row) for row in referenced]} if referenced else {})

    def _mentioned(self, rows: list[Row]) -> list[int]:
        marks = ",".join("?" * len(rows))
        sql = f"SELECT DISTINCT account FROM mentions WHERE network='{TWITTER}' AND post IN ({marks})"
        return [row["account"] for row in self.sandbox.world.all(sql, *[row["id"] for row in rows])]

    def _referenced(self, rows: list[Row]) -> list[Row]:
        pairs = [row[key] for row in rows for key in ("in_reply_to", "quoted") if row[key] is not None]
        ids = list(dict.fromkeys(pairs))
        found = {row["id"]: row for row in self._rows(ids)} if ids else {}
        self._load_accounts({row["author"] for row in found.values()})
        for one in ids:
            if one not in found:
                self.errors.append(problems.missing("tweet", "referenced_tweets.id", str(one)))
            elif not self.may_see(found[one]):
                self.errors.append(problems.not_shown("tweet", "referenced_tweets.id", str(one)))
        return [found[one] for one in ids if one in found and self.may_see(found[one])]

    def may_see(self, post: Row) -> bool:
        """Whether the caller may see a post: not of suspended people, of protected ones only their own."""
        author = self.account(post["author"])
        if author is None or author["suspended"]:
            return False
        return not author["protected"] or author["id"] == self.caller.me


def _post_metrics(_: Renderer, row: Row) -> Row:
    return {
        "retweet_count": row["reposts"],
        "reply_count": row["replies"],
        "like_count": row["likes"],
        "quote_count": row["quotes"],
        "bookmark_count": row["bookmarks"],
        "impression_count": row["impressions"],
    }


def _user_metrics(_: Renderer, row: Row) -> Row:
    return {
        "followers_count": row["followers"],
        "following_count": row["following"],
        "tweet_count": row["posts"],
        "listed_count": row["listed"],
        "like_count": row["likes"],
        "media_count": row["posts"] // 9,
    }


def _own_metrics(renderer: Renderer, row: Row) -> Row | None:
    month = 30 * 86400 * 1000
    recent = renderer.sandbox.clock.now() - moment_of(row["id"]) < month
    if row["author"] != renderer.caller.me or not recent:
        return None
    return {
        "impression_count": row["impressions"],
        "retweet_count": row["reposts"],
        "reply_count": row["replies"],
        "like_count": row["likes"],
        "user_profile_clicks": row["likes"] // 2,
    }


def _display_range(_: Renderer, row: Row) -> list[int]:
    shown = html.escape(row["text"], quote=False)
    return [len(row["text"]) - len(row["text"].lstrip()) + _leading(row), len(shown)]


def _leading(row: Row) -> int:
    start = 0
    while row["in_reply_to"] and (match := text.MENTION.match(row["text"], start)):
        start = match.end() + 1
    return min(start, len(row["text"]))


def _edits(_: Renderer, row: Row) -> Row:
    return {"edits_remaining": 5, "is_edit_eligible": False, "editable_until": iso(row["created_at"] + 3600_000)}


def _most_recent(renderer: Renderer, row: Row) -> str | None:
    latest = renderer.latest(row)
    return str(latest) if latest else None


def image_url(sandbox: Sandbox, row: Row) -> str:
    """Where the sandbox serves an account's face, in X's habit of naming sizes."""
    return f"{sandbox.public_url}/profile_images/{row['id']}/face_normal.png"


def _user_entities(renderer: Renderer, row: Row) -> Row | None:
    found: Row = {}
    if row["website"]:
        one = {"start": 0, "end": 23, "url": short(row["website"]), "expanded_url": row["website"]}
        found["url"] = {"urls": [{**one, "display_url": text.display(row["website"])}]}
    inside = text.entities(row["bio"], {}, {})
    mentions = [{"start": m.start(), "end": m.end(), "username": m[1]} for m in text.MENTION.finditer(row["bio"])]
    inside |= {"mentions": mentions} if mentions else {}
    return found | ({"description": inside} if inside else {}) or None


def short(url: str) -> str:
    """The t.co address of a link; the same for the same link."""
    return f"https://t.co/{code_of(url)}"


def code_of(url: str) -> str:
    """Ten letters and digits that stand for a link."""
    number = int.from_bytes(hashlib.sha256(url.encode()).digest()[:8], "big")
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return "".join(letters[number // 62**place % 62] for place in range(10))


Field = Callable[[Renderer, Row], Any]
POST_FIELDS: dict[str, Field] = {
    "author_id": lambda r, row: str(row["author"]),
    "conversation_id": lambda r, row: str(row["conversation"]),
    "created_at": lambda r, row: iso(row["created_at"]),
    "display_text_range": _display_range,
    "edit_controls": _edits,
    "entities": Renderer.entities,
    "in_reply_to_user_id": lambda r, row: str(row["in_reply_to_account"]) if row["in_reply_to_account"] else None,
    "lang": lambda r, row: row["language"],
    "non_public_metrics": _own_metrics,
    "organic_metrics": _own_metrics,
    "possibly_sensitive": lambda r, row: False,
    "public_metrics": _post_metrics,
    "referenced_tweets": Renderer.references,
    "reply_settings": lambda r, row: "everyone",
    "source": lambda r, row: row["source"],
}
USER_FIELDS: dict[str, Field] = {
    "created_at": lambda r, row: iso(row["created_at"]),
    "description": lambda r, row: row["bio"],
    "entities": _user_entities,
    "location": lambda r, row: row["location"] or None,
    "most_recent_tweet_id": _most_recent,
    "profile_image_url": lambda r, row: image_url(r.sandbox, row),
    "protected": lambda r, row: bool(row["protected"]),
    "public_metrics": _user_metrics,
    "url": lambda r, row: short(row["website"]) if row["website"] else "",
    "verified": lambda r, row: bool(row["verified"]),
    "verified_type": lambda r, row: ("business" if row["brand"] else "blue") if row["verified"] else "none",
}
