"""A network that answers every call after 100 ms: `python -m tests.bench.slow_network PORT`.

Most looks at a network find nothing; here one in ten finds five new posts.
"""

from __future__ import annotations

import asyncio
import itertools
import sys

import msgspec
from aiohttp import web

DELAY = 0.1
EVERY = 10
NOTHING = b'{"meta": {"result_count": 0}}'
_looks = itertools.count()
_numbers = itertools.count(2_000_000_000_000_000_000)


def answer(account: str) -> bytes:
    """Five posts that nobody saw before."""
    ids = [str(next(_numbers)) for _post in range(5)]
    data = [
        {
            "id": one,
            "author_id": "77",
            "text": f"@lumen lamp {one}",
            "created_at": "2026-11-20T10:00:00.000Z",
            "conversation_id": one,
            "entities": {"mentions": [{"start": 0, "end": 6, "username": "lumen", "id": account}]},
            "public_metrics": {"like_count": 1, "reply_count": 0, "retweet_count": 0, "quote_count": 0},
        }
        for one in reversed(ids)
    ]
    people = [{"id": "77", "name": "Bea", "username": "bea", "public_metrics": {"followers_count": 5}}]
    meta = {"result_count": 5, "newest_id": ids[-1], "oldest_id": ids[0]}
    return msgspec.json.encode({"data": data, "includes": {"users": people}, "meta": meta})


async def mentions(request: web.Request) -> web.Response:
    """GET /2/users/{id}/mentions."""
    await asyncio.sleep(DELAY)
    body = answer(request.match_info["id"]) if next(_looks) % EVERY == 0 else NOTHING
    return web.Response(body=body, content_type="application/json")


def main() -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app.router.add_get("/2/users/{id}/mentions", mentions)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
