"""X keeps the contract of every network, against the sandbox."""

from __future__ import annotations

import pytest

from socialcrm.networks.testing import NetworkContract

from .conftest import SandboxScene


class TestTwitter(NetworkContract):
    """The contract, signed in by OAuth 2.0."""

    @pytest.fixture
    def scene(self, clean) -> SandboxScene:
        return SandboxScene(clean)


class TestTwitterSignedByOAuth1(NetworkContract):
    """The contract, signed in by OAuth 1.0a."""

    @pytest.fixture
    def scene(self, clean) -> SandboxScene:
        return SandboxScene(clean, kind="oauth1")


class TestTwitterWithNewNames(NetworkContract):
    """The contract, with the field names of specification 2.167."""

    @pytest.fixture
    def scene(self, clean) -> SandboxScene:
        return SandboxScene(clean, field_names="post")
