"""X, as the control API, the pages and the town's life know it."""

from __future__ import annotations

from typing import Any, ClassVar

from aiohttp import web

from socialcrm.sandbox.network import NotHere
from socialcrm.sandbox.state import TWITTER, Sandbox

from . import apps, auth, publish
from .limits import LIMITS
from .render import image_url

Row = dict[str, Any]


class X:
    """The network X."""

    id: ClassVar[str] = TWITTER
    label: ClassVar[str] = "X"
    paths: ClassVar[tuple[str, ...]] = ("/2/", "/oauth/", "/1.1/", "/i/oauth2/")

    def handle(self, account: Row) -> str:
        """@handle."""
        return str(account["handle"])

    def key(self, sandbox: Sandbox, account: Row) -> str:
        """Its id."""
        return str(account["id"])

    def name_for(self, author: Row, named: Row) -> str:
        """The same for everyone."""
        return f"@{named['handle']}"

    def page(self, sandbox: Sandbox, account: Row) -> str:
        """/handle."""
        return f"{sandbox.public_url}/{account['handle']}"

    def post_page(self, sandbox: Sandbox, author: Row, post_id: int) -> str:
        """/handle/status/id."""
        return f"{self.page(sandbox, author)}/status/{post_id}"

    def face(self, sandbox: Sandbox, account: Row) -> str:
        """96 pixels wide."""
        return image_url(sandbox, account)

    def find(self, sandbox: Sandbox, post_id: object) -> Row | None:
        """By its id."""
        return publish.find(sandbox, str(post_id))

    def publish(self, sandbox: Sandbox, author: Row, typed: str, parent: Row | None = None, **more: Any) -> Row:
        """`more`: via, source, quoted (an id), extra (accounts to mention). Raises NotHere for a visibility."""
        if more.pop("visibility", "") not in ("", "public"):
            raise NotHere("posts on X have no visibility; a whole account is protected or not")
        if more.pop("spoiler", ""):
            raise NotHere("posts on X have no content warning")
        more.pop("language", None)
        extra = tuple(one["handle"] for one in more.pop("extra", ()))
        return publish.publish(sandbox, author, typed, parent, extra=extra, **more)

    def edit(self, sandbox: Sandbox, post: Row, typed: str, via: str) -> None:
        """Not played here."""
        raise NotHere("the sandbox's X has no edits")

    def delete(self, sandbox: Sandbox, post: Row, via: str) -> None:
        """Gone for every reader."""
        publish.delete(sandbox, post, via)

    def credentials(self, sandbox: Sandbox, account: Row | None, scope: str) -> Row:
        """Keys of the demo apps; with an account also both kinds of tokens, fresh each time."""
        app = apps.main_app(sandbox)
        sql = "SELECT client_id FROM apps WHERE network=? AND confidential=0"
        keys = ("client_id", "client_secret", "consumer_key", "consumer_secret", "tier")
        answer = {key: app[key] for key in keys} | {"bearer_token": app["bearer"], "base_url": sandbox.public_url}
        answer["public_client_id"] = sandbox.world.value(sql, TWITTER)
        return answer | (self._tokens(sandbox, app, account, scope) if account else {})

    def _tokens(self, sandbox: Sandbox, app: Row, account: Row, scope: str) -> Row:
        with sandbox.world.write():
            token, secret = apps.issue_oauth1(sandbox, app["consumer_key"], account["id"])
            oauth2 = apps.issue_oauth2(sandbox, app["client_id"], account["id"], scope or apps.ALL_SCOPES)
        more = {"user_id": str(account["id"]), "tier": account["tier"] or app["tier"]}
        return {**more, "access_token": token, "access_token_secret": secret, "oauth2": oauth2}

    def revoke(self, sandbox: Sandbox, account: Row) -> int:
        """Tokens of both kinds."""
        return apps.revoke_account(sandbox, account["id"])

    def limits(self) -> Row:
        """By address, for a user and for an app."""
        return {key: {"user": user, "app": app} for key, (user, app) in LIMITS.items()}

    def callers(self, request: web.Request) -> set[str]:
        """By either kind of token."""
        return auth.names_of(request)
