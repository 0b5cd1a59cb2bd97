"""Messages without Redis: files of one folder, whole or not there, whoever reads while another writes."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection

from crm_core import broker

EACH, WRITERS, READERS = 300, 3, 3
LONG = "x" * 60_000  # long enough for a reader to come in the middle of the writing


def connection(folder: str) -> Any:
    """The broker on this folder, as a process has it."""
    broker.register()
    rooms = dict.fromkeys(("data_folder_in", "data_folder_out"), f"{folder}/messages")
    return Connection("folder://", transport_options={**rooms, "control_folder": f"{folder}/control"})


def write(folder: str, writer: int) -> None:
    """Put messages in."""
    with connection(folder) as link:
        queue = link.SimpleQueue("work")
        for number in range(EACH):
            queue.put({"id": [writer, number], "long": LONG})


def read(folder: str, found: Any) -> None:
    """Take messages out until nothing has come for a while."""
    with connection(folder) as link:
        queue = link.SimpleQueue("work")
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < 2:
            try:
                message = queue.get(block=False)
            except Empty:
                continue
            found.append(tuple(message.payload["id"]))
            message.ack()
            quiet_since = time.monotonic()


def test_no_message_is_lost_torn_or_taken_twice_while_others_write_and_read(tmp_path: Path) -> None:
    (tmp_path / "messages").mkdir()
    start = multiprocessing.get_context("spawn")
    with start.Manager() as manager:
        found: Any = manager.list()
        people = [start.Process(target=read, args=(str(tmp_path), found)) for _ in range(READERS)]
        people += [start.Process(target=write, args=(str(tmp_path), one)) for one in range(WRITERS)]
        for person in people:
            person.start()
        for person in people:
            person.join(60)
        assert [person.exitcode for person in people] == [0] * (READERS + WRITERS)
        assert sorted(found) == [(writer, number) for writer in range(WRITERS) for number in range(EACH)]


@pytest.mark.parametrize("seconds", [[1, 2, 3], [9.999, 10.0, 100.0]])
def test_the_oldest_message_is_taken_first(seconds: list[float], tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "messages").mkdir()
    with connection(str(tmp_path)) as link:
        queue = link.SimpleQueue(tmp_path.name)  # Kombu remembers for a process which queues it has bound
        for moment in reversed(seconds):
            monkeypatch.setattr(broker, "monotonic_ns", lambda moment=moment: int(moment * 1e9))
            queue.put(moment)
        assert [queue.get(block=False).payload for _ in seconds] == seconds
