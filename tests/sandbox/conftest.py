"""A running sandbox for the scenes here, and clients that sign in as its accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from tests.sandbox_process import Sandbox


class Client:
    """Calls the sandbox's X as one account, by OAuth 2.0 unless told otherwise."""

    def __init__(self, sandbox: Sandbox, handle: str, auth: str = "oauth2") -> None:
        self.sandbox = sandbox
        self.keys = sandbox.credentials(handle)
        self.id = self.keys["user_id"]
        self.session = requests.Session()
        if auth == "oauth1":
            names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
            self.session.auth = OAuth1(*(self.keys[name] for name in names))
        else:
            bearer = self.keys["bearer_token"] if auth == "app" else self.keys["oauth2"]["access_token"]
            self.session.headers["authorization"] = f"Bearer {bearer}"

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET an address; `tweet_fields` stands for `tweet.fields`."""
        named = {key.replace("_fields", ".fields"): value for key, value in params.items()}
        return self.session.get(f"{self.sandbox.url}{path}", params=named, timeout=20)

    def tweet(self, text: str, to: str | None = None, **more: Any) -> requests.Response:
        """POST a post, as a reply when `to` is an id."""
        body = {"text": text, **({"reply": {"in_reply_to_tweet_id": to}} if to else {}), **more}
        return self.session.post(f"{self.sandbox.url}/2/tweets", json=body, timeout=20)

    def delete(self, post_id: str) -> requests.Response:
        """DELETE a post."""
        return self.session.delete(f"{self.sandbox.url}/2/tweets/{post_id}", timeout=20)

    def close(self) -> None:
        """Let go of the connections."""
        self.session.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A small town, one for each file."""
    with Sandbox() as running:
        running.control("POST", "limits", {"endpoint": "*", "limit": 1000000})
        yield running


@pytest.fixture
def clients(sandbox: Sandbox) -> Iterator[Any]:
    """Makes clients that are closed afterwards."""
    made: list[Client] = []

    def make(handle: str, auth: str = "oauth2") -> Client:
        made.append(Client(sandbox, handle, auth))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def desk(clients: Any) -> Client:
    """@lumen_desk, signed in."""
    client: Client = clients("lumen_desk")
    return client


@pytest.fixture(scope="module")
def townspeople(sandbox: Sandbox) -> list[str]:
    """Handles of active, public townspeople."""
    people = sandbox.control("GET", "people")["people"]
    handles = [one["truth"]["twitter"]["handle"] for one in people if one["truth"]["twitter"]]
    for handle in handles[:12]:
        sandbox.control("POST", "account", {"handle": handle, "state": "active"})
    return handles[:12]
