"""A sandbox for Mastodon's tests, and a Scene on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from socialcrm.networks.base import App, Credentials, OnSpent
from socialcrm.networks.mastodon import Mastodon
from socialcrm.networks.testing import WRITES
from tests.sandbox_process import Sandbox

OWN = "lumen_desk"


class MastodonScene:
    """Our account @lumen_desk on a sandbox; someone writes to it, from this server or another."""

    def __init__(self, sandbox: Sandbox, far: bool = False) -> None:
        self.sandbox = sandbox
        self.keys = sandbox.control("GET", f"credentials?network=mastodon&handle={OWN}")
        people = [one["truth"]["mastodon"] for one in sandbox.control("GET", "people")["people"]]
        found = next(one for one in people if one and one["handle"].endswith("@town.example") is not far)
        self.friend = {"handle": found["handle"], "uri": found["key"]}
        sandbox.control("POST", "account", {"network": "mastodon", "handle": found["handle"], "state": "active"})
        self.secrets = (self.keys["access_token"], self.keys["client_secret"])

    def site(self, **more: Any) -> dict[str, Any]:
        """The site's options."""
        base = {"api_url": self.keys["base_url"], "private_hosts": ["127.0.0.1"], "read_seconds": 3}
        return {**base, "max_bytes": 2**20, **more}

    def credentials(self) -> Credentials:
        """Our account's."""
        me = {"external_id": self.keys["uri"], "handle": self.keys["handle"]}
        app = App(self.keys["base_url"], self.keys["client_id"], self.keys["client_secret"])
        return Credentials(kind="oauth2", access_token=self.keys["access_token"], app=app, **me)

    def network(self, on_spent: OnSpent | None = None, **options: Any) -> Mastodon:
        return Mastodon(self.site(**options), self.credentials(), on_spent=on_spent)

    def stranger(self) -> Mastodon:
        return Mastodon(
            self.site(), Credentials(kind="oauth2", access_token="nobody", external_id="https://a.example/1")
        )

    def typed(self, text: str, **more: Any) -> str:
        """Someone writes to us; the post's id on the server."""
        body = {"network": "mastodon", "author": self.friend["handle"], "text": f"@{OWN} {text}", **more}
        return str(self.sandbox.control("POST", "post", body)["id"])

    def mention(self, text: str, **more: Any) -> str:
        return self.key(self.typed(text, **more))

    def key(self, bare: object) -> str:
        """Under which we keep a post that has this id there."""
        return f"{bare}@{urlsplit(self.keys['base_url']).netloc}"

    def take_away(self, external_id: str) -> None:
        self.sandbox.control("POST", "delete", {"network": "mastodon", "id": external_id.partition("@")[0]})

    def fault(self, action: str, which: str, **more: Any) -> None:
        match = {"network": "mastodon", "method": "POST" if which == WRITES else "GET", "path": "^/mastodon/api/v1/"}
        self.sandbox.control("POST", "faults", {"action": action, "match": match, "times": 1, **more})

    def accepted(self, in_reply_to: str) -> list[str]:
        parent = in_reply_to.partition("@")[0]
        found = self.sandbox.control("GET", f"log?network=mastodon&in_reply_to={parent}&via=api&action=post")
        return [self.key(entry["id"]) for entry in found["log"]]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One town for all tests of this folder."""
    with Sandbox(people=120, history_days=1) as sandbox:
        sandbox.control("POST", "limits", {"network": "mastodon", "limit": 1000000})
        yield sandbox


@pytest.fixture
def clean(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox without the faults of the test before."""
    yield sandbox
    sandbox.control("DELETE", "faults")


@pytest.fixture
def scene(clean: Sandbox) -> MastodonScene:
    """The stage."""
    return MastodonScene(clean)
