"""The town's own life: people post, mention the brand, answer its replies and change their minds."""

from __future__ import annotations

import asyncio

from .state import Sandbox


def start(sandbox: Sandbox) -> asyncio.Task[None]:
    """Start the town's life in the background."""
    return asyncio.create_task(_run(sandbox))


async def _run(sandbox: Sandbox) -> None:
    while True:
        await sandbox.changed.wait()
        sandbox.changed.clear()
