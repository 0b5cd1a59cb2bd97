"""Mastodon, as the control API, the pages and the town's life know it."""

from __future__ import annotations

from typing import Any, ClassVar

from aiohttp import web

from socialcrm.sandbox.network import NotHere
from socialcrm.sandbox.state import MASTODON, Sandbox, of

from . import apps, limits, store
from .addresses import ROOT, acct, base, face_url, page_url, uri

Row = dict[str, Any]


class Mastodon:
    """The network Mastodon, seen from its server town.example."""

    id: ClassVar[str] = MASTODON
    label: ClassVar[str] = "Mastodon"
    paths: ClassVar[tuple[str, ...]] = (f"{ROOT}/api/", f"{ROOT}/oauth/", f"{ROOT}/.well-known/")

    def handle(self, account: Row) -> str:
        """name@host."""
        return store.full_handle(account)

    def key(self, sandbox: Sandbox, account: Row) -> str:
        """Its URI."""
        return uri(sandbox, account)

    def name_for(self, author: Row, named: Row) -> str:
        """People of the same server leave its host away."""
        return f"@{named['handle']}" if author["host"] == named["host"] else f"@{store.full_handle(named)}"

    def page(self, sandbox: Sandbox, account: Row) -> str:
        """/mastodon/@name, or /mastodon/@name@host of other servers' people."""
        return page_url(sandbox, account)

    def post_page(self, sandbox: Sandbox, author: Row, post_id: int) -> str:
        """The person's page, and the id."""
        return f"{page_url(sandbox, author)}/{post_id}"

    def face(self, sandbox: Sandbox, account: Row) -> str:
        """400 pixels wide."""
        return face_url(sandbox, account)

    def find(self, sandbox: Sandbox, post_id: object) -> Row | None:
        """By its id on this server."""
        return store.status(sandbox, str(post_id))

    def publish(self, sandbox: Sandbox, author: Row, typed: str, parent: Row | None = None, **more: Any) -> Row:
        """`more`: via, visibility, spoiler, language, extra (accounts to name in front); a quote is NotHere."""
        if more.pop("quoted", None):
            raise NotHere("the sandbox's Mastodon has no quotes")
        more.pop("source", None)
        have = {one["id"] for one in store.mentioned(sandbox, typed)}
        new = [self.name_for(author, one) for one in more.pop("extra", ()) if one["id"] not in have]
        return store.publish(sandbox, author, " ".join([*new, typed]), parent, **more)

    def edit(self, sandbox: Sandbox, post: Row, typed: str, via: str) -> None:
        """The status says when it was changed."""
        store.edit(sandbox, post, typed, via)

    def delete(self, sandbox: Sandbox, post: Row, via: str) -> None:
        """With its notifications and boosts."""
        store.delete(sandbox, post, via)

    def credentials(self, sandbox: Sandbox, account: Row | None, scope: str) -> Row:
        """Keys of the demo app; with an account of this server also a token, fresh each time."""
        app = apps.demo_app(sandbox)
        answer = {key: app[key] for key in ("client_id", "client_secret")} | {"base_url": base(sandbox)}
        if account is None:
            return answer
        answer |= apps.issue(sandbox, app["client_id"], account["id"], scope or "read write profile")
        return answer | {"uri": uri(sandbox, account), "user_id": str(account["id"]), "acct": acct(account)}

    def revoke(self, sandbox: Sandbox, account: Row) -> int:
        """All its tokens."""
        return apps.revoke_account(sandbox, account["id"])

    def limits(self) -> Row:
        """By bucket."""
        return {key: {"limit": number, "window_s": seconds} for key, (number, seconds) in limits.LIMITS.items()}

    def callers(self, request: web.Request) -> set[str]:
        """By the bearer token."""
        sandbox, header = of(request), request.headers.get("authorization", "")
        account = sandbox.world.value("SELECT account FROM masto_tokens WHERE token=?", header[7:].strip())
        row = store.account(sandbox, account)
        return {str(row["id"]), row["handle_lower"], store.full_handle(row).lower()} if row else set()
