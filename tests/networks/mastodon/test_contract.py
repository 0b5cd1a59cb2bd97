"""Mastodon keeps the contract of all networks, against the sandbox."""

from __future__ import annotations

import pytest

from socialcrm.networks.testing import NetworkContract
from tests.sandbox_process import Sandbox

from .conftest import MastodonScene


class TestMastodon(NetworkContract):
    """The contract, with someone of our own server."""

    @pytest.fixture
    def scene(self, clean: Sandbox) -> MastodonScene:
        return MastodonScene(clean)


class TestMastodonFromAfar(NetworkContract):
    """The contract, with someone of another server."""

    @pytest.fixture
    def scene(self, clean: Sandbox) -> MastodonScene:
        return MastodonScene(clean, far=True)
