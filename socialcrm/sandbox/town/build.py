"""Make the town of a fresh world."""

from __future__ import annotations

import random
from typing import Any

from ..state import TWITTER, Sandbox
from ..x.ids import snowflake

DAY_MS = 86400_000
Row = dict[str, Any]


def make_town(sandbox: Sandbox, rng: random.Random, people: int, days: int) -> None:
    """Fill an empty world."""
    now = sandbox.clock.now()
    brands = [_brand("lumen_desk", "Lumen Desk", now, rng), _brand("lumen_lighting", "Lumen Lighting", now, rng)]
    rows = [_account(rng, now, n) for n in range(people)]
    sandbox.world.insert_many("accounts", brands + rows)
    desk = brands[0]["id"]
    posts, mentions = [], []
    for n in range(people):
        at = now - rng.randrange(days * DAY_MS)
        row = _post(rows[n], f"@lumen_desk hello number {n}, the lamps look great", at, rng)
        posts.append(row)
        mentions.append({"network": TWITTER, "account": desk, "post": row["id"]})
    sandbox.world.insert_many("posts", posts)
    sandbox.world.insert_many("mentions", mentions)


def _brand(handle: str, name: str, now: int, rng: random.Random) -> Row:
    row = _account(rng, now, 0)
    return row | {"handle": handle, "handle_lower": handle, "name": name, "brand": 1, "verified": 1}


def _account(rng: random.Random, now: int, n: int) -> Row:
    made = now - rng.randrange(30, 4000) * DAY_MS
    return {
        "network": TWITTER,
        "id": snowflake(made, rng.randrange(1 << 22)),
        "handle": f"person{n}",
        "handle_lower": f"person{n}",
        "name": f"Person {n}",
        "bio": "",
        "location": "",
        "website": "",
        "created_at": made,
        "verified": 0,
        "protected": 0,
        "suspended": 0,
        "followers": rng.randrange(5000),
        "following": 10,
        "listed": 1,
        "older_posts": 10,
        "likes": 4,
        "person": None,
        "brand": 0,
        "language": "en",
        "mood": 0.5,
        "tier": None,
    }


def _post(author: Row, text: str, at: int, rng: random.Random) -> Row:
    new = snowflake(at, rng.randrange(1 << 22))
    return {
        "network": TWITTER,
        "id": new,
        "author": author["id"],
        "text": text,
        "typed": text,
        "created_at": at,
        "language": "en",
        "in_reply_to": None,
        "in_reply_to_account": None,
        "conversation": new,
        "quoted": None,
        "source": "X Web App",
        "likes": 1,
        "reposts": 0,
        "replies": 0,
        "quotes": 0,
        "bookmarks": 0,
        "impressions": 50,
        "deleted_at": None,
    }
