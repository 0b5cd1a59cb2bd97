"""Fixtures of the rooms' scenes that need a network: `net`, a sandbox for the session, and `world`, our side of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox_process import Sandbox

from .outbox_world import World, network_options


@pytest.fixture(scope="session")
def net() -> Iterator[Sandbox]:
    """A real sandbox in a process of its own."""
    with Sandbox(people=120, history_days=1) as sandbox:
        sandbox.control("POST", "limits", {"endpoint": "*", "limit": 1_000_000})
        yield sandbox


@pytest.fixture
def world(net: Sandbox, db: None, settings: Any) -> Iterator[World]:
    """Our account on the sandbox, with no faults left over from the scene before."""
    settings.SOCIALCRM_NETWORK_OPTIONS = network_options(net)
    net.control("DELETE", "faults")
    people = [person for person in net.control("GET", "people")["people"] if person["truth"]["twitter"]]
    yield World(net, people)
    net.control("DELETE", "faults")
