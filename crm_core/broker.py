"""Celery's messages as files of one folder, for one machine without Redis: Kombu's own, with whole files only.

Kombu's transport opens a file under its final name and then writes it, so that a reader in another process may take it
empty; the worker then dies of broken JSON. Here a file has its name only when it is complete (rename is atomic).
"""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps

SCHEME = "folder"


class Channel(filesystem.Channel):
    """Kombu's channel; nobody ever sees half a file of it."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # as Kombu names it
        # Kombu takes messages in the order of their names: the same width keeps that the order of their age.
        name = f"{monotonic_ns() // 1_000_000:015d}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _queue_bind(self, exchange: str, routing_key: Any, pattern: Any, queue: Any) -> None:
        table = Path(self.control_folder) / f"{exchange}.exchange"
        table.parent.mkdir(exist_ok=True)
        if not table.exists():
            _write_whole(table, [], keep=True)
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Transport(filesystem.Transport):
    """What a `folder://` address of a broker stands for."""

    Channel = Channel


def _write_whole(file: Path, content: Any, *, keep: bool = False) -> None:
    """Write beside it, then give it its name; `keep` leaves a file that somebody else made in the meantime."""
    beside = file.with_name(f"{file.name}.{uuid.uuid4()}.part")
    beside.write_bytes(str_to_bytes(dumps(content)))
    if not keep:
        beside.replace(file)
        return
    with contextlib.suppress(FileExistsError):
        os.link(beside, file)
    beside.unlink()


def register() -> None:
    """Make the scheme known to Kombu."""
    TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
