"""The control API under /_control/: make posts, faults, time and accounts as a test or a demo wants them."""

from __future__ import annotations

from aiohttp import web

from . import control_accounts as accounts
from . import control_calls as calls
from . import control_posts as posts
from .control_frame import control


def add(app: web.Application) -> None:
    """Put the control API on the server."""
    reads = {
        "posts": posts.list_posts,
        "log": posts.read_log,
        "faults": calls.list_faults,
        "clock": calls.set_clock,
        "credentials": accounts.credentials,
        "people": accounts.list_people,
        "life": calls.set_life,
        "limits": calls.set_limits,
        "names": calls.set_names,
        "version": calls.set_version,
        "health": calls.health,
    }
    writes = {
        "post": posts.make_post,
        "delete": posts.delete_post,
        "edit": posts.edit_post,
        "faults": calls.add_fault,
        "clock": calls.set_clock,
        "tier": accounts.set_tier,
        "account": accounts.set_account,
        "revoke": accounts.revoke,
        "life": calls.set_life,
        "limits": calls.set_limits,
        "names": calls.set_names,
        "version": calls.set_version,
    }
    for name, call in reads.items():
        app.router.add_get(f"/_control/{name}", control(call))
    for name, call in writes.items():
        app.router.add_post(f"/_control/{name}", control(call))
    app.router.add_delete("/_control/faults", control(calls.clear_faults))
