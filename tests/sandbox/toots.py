"""A client of the sandbox's Mastodon whose answers are held against the official description."""

from __future__ import annotations

from typing import Any

import requests

from tests.networks.mastodon.spec import check
from tests.sandbox_process import Sandbox


class Toots:
    """Calls as one account, or as nobody."""

    def __init__(self, sandbox: Sandbox, handle: str = "") -> None:
        self.keys = sandbox.credentials(handle, "mastodon")
        self.base = self.keys["base_url"]
        self.session = requests.Session()
        if handle:
            self.session.headers["authorization"] = f"Bearer {self.keys['access_token']}"

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """A call whose answer is only checked by who asks."""
        return self.session.request(method, f"{self.base}{path}", timeout=10, **more)

    def call(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """A call that must answer so, and as the description says."""
        answer = self.ask(method, path, **more)
        assert answer.status_code == status, answer.text
        check(method, path.partition("?")[0], status, answer.json())
        return answer.json()

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        """GET."""
        return self.call("GET", path, status, params=query)

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()
