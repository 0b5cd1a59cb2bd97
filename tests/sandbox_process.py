"""A running sandbox for tests: a real server in a process of its own, on a free port."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
READY = re.compile(r"Sandbox ready: (http://\S+?)/?\s")


class Sandbox:
    """`with Sandbox(people=120) as sandbox:` starts a server; `restart()` opens the same world again."""

    def __init__(
        self,
        *,
        port: int = 0,
        life: float | None = 0,
        seed: int = 7,
        people: int = 120,
        history_days: int = 5,
        world: str | Path | None = None,
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="sandbox-"))
        # Unlike TemporaryDirectory, this doesn't warn when a test forgets the object.
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self.world = Path(world) if world else self._folder / "world.sqlite3"
        self.port = port
        self.options = [f"--seed={seed}", f"--people={people}", f"--history-days={history_days}"]
        self.life = life
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> Sandbox:
        """Start the server and wait until it answers."""
        command = [sys.executable, "-m", "socialcrm.sandbox", f"--port={self.port}", f"--world={self.world}"]
        command += self.options + ([] if self.life is None else [f"--life={self.life}"])
        self._errors = (self._folder / "errors.txt").open("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self._errors, text=True, env={**os.environ}
        )
        assert self.process.stdout is not None
        found = READY.match(self.process.stdout.readline())
        if found is None:
            self.process.wait(10)
            self._errors.seek(0)
            said = self._errors.read()[-2000:]
            self.stop()
            raise RuntimeError(f"the sandbox did not start: {said}")
        self.url = found[1]
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the control API, e.g. `control("POST", "post", {...})`; HTTPError on a refusal."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/_control/{path}", data=data, method=method)
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def post(self, author: str, text: str, **more: Any) -> dict[str, Any]:
        """Someone in the town posts; returns {id, ...}."""
        return dict(self.control("POST", "post", {"network": "twitter", "author": author, "text": text, **more}))

    def credentials(self, handle: str, network: str = "twitter") -> dict[str, Any]:
        """Everything that a client needs to sign in as an account."""
        return dict(self.control("GET", f"credentials?network={network}&handle={handle}"))

    def log(self, **query: str) -> list[dict[str, Any]]:
        """What the network accepted, oldest first."""
        words = "&".join(f"{key}={value}" for key, value in query.items())
        return list(self.control("GET", f"log?{words}")["log"])

    def stop(self) -> None:
        """Stop the server as a person does, and wait for it."""
        self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """Kill the server without warning."""
        self._end(signal.SIGKILL)

    def restart(self) -> Sandbox:
        """Start again on the same port and world."""
        self.stop()
        return self.start()

    def _end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._errors.close()
        self.process = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
