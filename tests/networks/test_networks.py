"""The networks of a site: found by id or alias, told apart by what they can, described in the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from socialcrm.networks import canonical_id, capabilities, get_network, matrix, network_class, networks
from socialcrm.networks.base import Credentials, Network
from socialcrm.networks.twitter import Twitter

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_x_is_twitter() -> None:
    assert canonical_id("x") == canonical_id("twitter") == "twitter"
    assert canonical_id("mastodon") == "mastodon"
    assert network_class("x") is Twitter
    with pytest.raises(KeyError):
        network_class("nowhere")


def test_a_network_has_its_sites_options_and_its_accounts_credentials(settings: Any) -> None:
    settings.SOCIALCRM_NETWORK_OPTIONS = {"twitter": {"web_url": "https://web.example"}}
    found = get_network("x", Credentials(kind="oauth2", handle="acme"))
    assert found.profile_url("a") == "https://web.example/a"
    assert found.credentials is not None


class Quiet(Network):
    """A network that can only say who we are."""

    id, label = "quiet", "Quiet"

    def me_call(self) -> Any:
        return None


def test_a_third_partys_network_says_what_it_lacks(settings: Any) -> None:
    settings.SOCIALCRM_NETWORKS = {**networks_setting(), "quiet": "tests.networks.test_networks.Quiet"}
    able = capabilities()
    assert able["me"] == {"twitter": True, "mastodon": True, "quiet": True}
    assert able["reply"] == {"twitter": True, "mastodon": True, "quiet": False}
    assert [verb for verb, has in able.items() if has["quiet"]] == ["me"]
    with pytest.raises(NotImplementedError):
        Quiet({}).reply("1", "a")


def networks_setting() -> dict[str, str]:
    """The setting that gives the networks of this site."""
    return {name: f"{cls.__module__}.{cls.__qualname__}" for name, cls in networks().items()}


def test_x_has_every_verb() -> None:
    assert all(has["twitter"] for has in capabilities().values())


def test_the_documentation_holds_the_capability_matrix() -> None:
    assert matrix() in (DOCS / "networks.md").read_text()


def test_credentials_show_no_secret() -> None:
    secret = Credentials(kind="oauth2", access_token="s1", refresh_token="s2", token_secret="s3")
    assert not any(one in repr(secret) for one in ("s1", "s2", "s3"))
