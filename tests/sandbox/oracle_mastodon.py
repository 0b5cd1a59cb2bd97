"""Runs in Mastodon.py's own environment: drives the sandbox with Mastodon.py and prints what came back as JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from mastodon import Mastodon, MastodonError  # type: ignore[import-not-found]


def drive(keys: dict[str, Any], mention: str, text: str) -> dict[str, Any]:
    """The calls that a CRM makes, in the order it makes them."""
    api = Mastodon(api_base_url=keys["base_url"], access_token=keys["access_token"])
    me = api.account_verify_credentials()
    user = api.account_lookup("lumen_lighting")
    page = api.notifications(types=["mention"], limit=10)
    counts, ids = [len(page)], [str(one.status.id) for one in page]
    while page := api.fetch_next(page):
        counts.append(len(page))
        ids += [str(one.status.id) for one in page]
    forward = api.notifications(types=["mention"], limit=10, min_id=1)
    once, again = (
        api.status_post(text, in_reply_to_id=mention, visibility="unlisted", idempotency_key="one") for _ in range(2)
    )
    edited = api.status_update(once.id, "Changed")
    context = api.status_context(mention)
    api.status_delete(once.id)
    return {
        "me": me.acct,
        "user": user.username,
        "version": api.retrieve_mastodon_version(),
        "limit": api.instance_v2().configuration.statuses.max_characters,
        "pages": counts,
        "ids": ids,
        "forward": len(forward),
        "made": [str(once.id), str(again.id), once.visibility],
        "edited": bool(edited.edited_at),
        "descendants": [str(one.id) for one in context.descendants],
        "statuses": [str(one.id) for one in api.account_statuses(me.id)],
        "refusals": [refusal(api, lambda: api.status(once.id)), refusal(api, lambda: api.status_post(""))],
    }


def refusal(api: Any, call: Any) -> str:
    """How Mastodon.py names a refusal."""
    try:
        call()
    except MastodonError as error:
        return f"{type(error).__name__}: {error}"
    return "none"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(drive(**json.load(sys.stdin))))
