"""A sandbox for the network's tests, and a Scene on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from socialcrm.networks.base import Credentials, Network, OnSpent
from socialcrm.networks.testing import WRITES
from socialcrm.networks.twitter import Twitter
from tests.sandbox_process import Sandbox

PORT = int(os.environ.get("NETWORKS_TEST_PORT", "0"))
OWN = "lumen_desk"


class SandboxScene:
    """Our account @lumen_desk on a sandbox; someone of the town writes to it."""

    def __init__(self, sandbox: Sandbox, kind: str = "oauth2", **options: Any) -> None:
        self.sandbox, self.kind, self.options = sandbox, kind, options
        self.keys = sandbox.credentials(OWN)
        self.friend = sandbox.control("GET", "posts?network=twitter&limit=50")["posts"]
        self.friend_handle = next(post["author"] for post in self.friend if not post["author"].startswith("lumen"))
        oauth2 = self.keys["oauth2"]
        self.secrets = (
            oauth2["access_token"],
            oauth2["refresh_token"],
            self.keys["access_token_secret"],
            self.keys["client_secret"],
            self.keys["consumer_secret"],
        )

    def site(self, **more: Any) -> dict[str, Any]:
        """The site's options."""
        names = ("client_id", "client_secret", "consumer_key", "consumer_secret")
        url = self.sandbox.url
        base = {"api_url": url, "web_url": url, "private_hosts": ["127.0.0.1"], "read_seconds": 3, "max_bytes": 2**20}
        return {**base, **{name: self.keys[name] for name in names}, **self.options, **more}

    def credentials(self) -> Credentials:
        """Our account's."""
        me = {"external_id": self.keys["user_id"], "handle": self.keys["handle"]}
        if self.kind == "oauth1":
            token, secret = self.keys["access_token"], self.keys["access_token_secret"]
            return Credentials(kind="oauth1", access_token=token, token_secret=secret, **me)
        oauth2 = self.keys["oauth2"]
        return Credentials(
            kind="oauth2", access_token=oauth2["access_token"], refresh_token=oauth2["refresh_token"], **me
        )

    def network(self, on_spent: OnSpent | None = None, **options: Any) -> Network:
        return Twitter(self.site(**options), self.credentials(), on_spent=on_spent)

    def stranger(self) -> Network:
        return Twitter(self.site(), Credentials(kind="oauth2", access_token="nobody", external_id="1"))

    def mention(self, text: str) -> str:
        return str(self.sandbox.post(self.friend_handle, f"@{OWN} {text}")["id"])

    def take_away(self, external_id: str) -> None:
        self.sandbox.control("POST", "delete", {"network": "twitter", "id": external_id})

    def fault(self, action: str, which: str, **more: Any) -> None:
        match = {"method": "POST", "path": "^/2/tweets"} if which == WRITES else {"method": "GET", "path": "^/2/"}
        self.sandbox.control("POST", "faults", {"action": action, "match": match, "times": 1, **more})

    def accepted(self, in_reply_to: str) -> list[str]:
        return [str(entry["id"]) for entry in self.sandbox.log(in_reply_to=in_reply_to, via="api")]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One town for all tests of this folder."""
    with Sandbox(port=PORT, people=120, history_days=2) as sandbox:
        yield sandbox


@pytest.fixture
def clean(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox without the faults of the test before, and with fresh windows."""
    sandbox.control("POST", "clock", {"advance": 901})
    yield sandbox
    sandbox.control("DELETE", "faults")


@pytest.fixture(params=["oauth2", "oauth1", "new_names"])
def scene(request: pytest.FixtureRequest, clean: Sandbox) -> SandboxScene:
    """The stage, under both ways to sign in and both generations of names."""
    if request.param == "new_names":
        return SandboxScene(clean, field_names="post")
    return SandboxScene(clean, kind=request.param)
