"""A running sandbox for the scenes here, and clients that sign in as its accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from tests.sandbox.toots import Toots
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


@pytest.fixture
def toots(sandbox: Sandbox) -> Iterator[Any]:
    """Makes clients of the sandbox's Mastodon that are closed afterwards; without a handle as nobody."""
    sandbox.control("POST", "limits", {"network": "mastodon", "limit": 1000000})
    made: list[Toots] = []

    def make(handle: str = "") -> Toots:
        made.append(Toots(sandbox, handle))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def desk_there(toots: Any) -> Toots:
    """@lumen_desk on Mastodon, signed in."""
    client: Toots = toots("lumen_desk")
    return client


def people_there(sandbox: Sandbox, near: bool, language: str = "") -> list[str]:
    """Full handles of active people on Mastodon: of the sandbox's own server, or of others."""
    people = sandbox.control("GET", "people")["people"]
    found = [one["truth"]["mastodon"] for one in people if not language or one["language"] == language]
    handles = [one["handle"] for one in found if one and one["handle"].endswith("@town.example") is near]
    for handle in handles[:3]:
        sandbox.control("POST", "account", {"network": "mastodon", "handle": handle, "state": "active"})
    return handles[:3]


@pytest.fixture(scope="module")
def ada(sandbox: Sandbox) -> str:
    """Someone of the sandbox's own server, writing English."""
    return people_there(sandbox, near=True, language="en")[0]


@pytest.fixture(scope="module")
def far(sandbox: Sandbox) -> str:
    """Someone who lives on another server."""
    return people_there(sandbox, near=False)[0]
