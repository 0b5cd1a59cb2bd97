"""Where the server, its people and their statuses are found."""

from __future__ import annotations

from typing import Any

from socialcrm.sandbox.state import HOME, Sandbox

ROOT = "/mastodon"
Row = dict[str, Any]


def base(sandbox: Sandbox) -> str:
    """The server's address."""
    return f"{sandbox.public_url}{ROOT}"


def acct(row: Row) -> str:
    """The name, with its host where that is another server."""
    return str(row["handle"]) if row["host"] == HOME else f"{row['handle']}@{row['host']}"


def page_url(sandbox: Sandbox, row: Row) -> str:
    """A person's page on this server; the other servers are not there, so their people's pages are here too."""
    return f"{base(sandbox)}/@{acct(row)}"


def uri(sandbox: Sandbox, row: Row) -> str:
    """What every server knows a person by."""
    if row["host"] == HOME:
        return f"{base(sandbox)}/ap/users/{row['id']}"
    return f"https://{row['host']}/users/{row['handle']}"


def face_url(sandbox: Sandbox, row: Row) -> str:
    """A person's picture, 400 pixels wide."""
    return f"{base(sandbox)}/accounts/avatars/{row['id']}/original/face.png"
