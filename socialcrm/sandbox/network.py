"""What the control API, the pages and the town's life need of a network."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from aiohttp import web

from .state import Sandbox

Row = dict[str, Any]


class NotHere(ValueError):
    """The network has no such thing; the text says which."""


class Network(Protocol):
    """One network of the sandbox. Accounts and posts are rows of the world."""

    id: ClassVar[str]
    label: ClassVar[str]
    paths: ClassVar[tuple[str, ...]]
    """What the addresses of its API begin with."""

    def handle(self, account: Row) -> str:
        """The handle by which people of anywhere name an account, without the @ in front."""

    def key(self, sandbox: Sandbox, account: Row) -> str:
        """What everyone knows the account by, whatever its handle: an id or a URI."""

    def name_for(self, author: Row, named: Row) -> str:
        """How the author would write that handle into a post, with its @."""

    def page(self, sandbox: Sandbox, account: Row) -> str:
        """The address of an account's page; its posts' pages are below it."""

    def post_page(self, sandbox: Sandbox, author: Row, post_id: int) -> str:
        """The address of a post's page."""

    def face(self, sandbox: Sandbox, account: Row) -> str:
        """The address of an account's picture."""

    def find(self, sandbox: Sandbox, post_id: object) -> Row | None:
        """A post that is still there."""

    def publish(self, sandbox: Sandbox, author: Row, typed: str, parent: Row | None = None, **more: Any) -> Row:
        """Store and log a post. `more`: via, and what the network knows besides (NotHere for what it doesn't)."""

    def edit(self, sandbox: Sandbox, post: Row, typed: str, via: str) -> None:
        """Its author changes a post. Raises NotHere where the network has no edits."""

    def delete(self, sandbox: Sandbox, post: Row, via: str) -> None:
        """Its author takes a post away."""

    def credentials(self, sandbox: Sandbox, account: Row | None, scope: str) -> Row:
        """All that a client library needs: of the app, and with an account of that account too."""

    def revoke(self, sandbox: Sandbox, account: Row) -> int:
        """End all tokens of an account; returns how many."""

    def limits(self) -> Row:
        """The network's own rate limits, by the name under which the control API changes them."""

    def callers(self, request: web.Request) -> set[str]:
        """Handle and id behind a call's credentials, unchecked: what a fault rule's `account` is compared with."""
