"""`make demo`: sandbox, web, worker and beat with demo data, one line when ready, and nothing left after Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from .bootstrap import ROOT, python, say
from .process import Child, Parent, die_with_parent, stop_all
from .services import is_open

WEB_PORT = int(os.environ.get("PORT") or 8000)
SANDBOX_PORT = int(os.environ.get("SANDBOX_PORT") or 9000)
VAR = Path(os.environ.get("CRM_VAR_DIR") or ROOT / "var").absolute()
PIDS = VAR / "demo.json"
WEB_URL = f"http://127.0.0.1:{WEB_PORT}/"
SANDBOX_URL = f"http://127.0.0.1:{SANDBOX_PORT}"
QUEUES = "reply,sync,score,celery"
KEYS = ("client_id", "client_secret", "consumer_key", "consumer_secret")


class Stop(Exception):
    """Somebody asked the demo to end."""


class Trouble(Exception):
    """Something that the person at the terminal must know; the text is a sentence."""


def stop(number: int, frame: FrameType | None) -> None:
    """End at the next line of our own, once."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    raise Stop


def ask(url: str, timeout: float = 5) -> tuple[int, bytes]:
    """GET an address of this machine; status 0 when nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def check_ports(bare: bool) -> None:
    """Stop with a sentence when a port is taken."""
    for name, port in (("PORT", WEB_PORT), *([] if bare else [("SANDBOX_PORT", SANDBOX_PORT)])):
        if is_open(port):
            raise Trouble(
                f"Port {port} is in use by another program. Stop it, or choose another: make demo {name}={port + 1}"
            )


class Demo:
    """The children in the order in which they start, and what happens to them."""

    def __init__(self, bare: bool) -> None:
        self.bare = bare
        self.parent = Parent()
        self.env = {
            "CRM_VAR_DIR": str(VAR),
            "DJANGO_SETTINGS_MODULE": "crm_core.settings",
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": "127.0.0.1,localhost",
            "SOCIALCRM_PUBLIC_URL": os.environ.get("SOCIALCRM_PUBLIC_URL") or WEB_URL.rstrip("/"),
        }
        self.children: list[Child] = []
        self.setup: subprocess.Popen[bytes] | None = None
        (VAR / "log").mkdir(parents=True, exist_ok=True)

    def child(self, name: str, *arguments: str) -> Child:
        """Start one child of ours with its log in var/log."""
        child = Child(name, [str(python()), *arguments], dict(self.env), VAR / "log" / f"{name}.log")
        self.children.append(child)
        child.start()
        return child

    def wait(self, url: str, seconds: float, *children: Child) -> bytes:
        """Wait until an address answers 200. Raises Trouble when a child dies or the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            self.pulse()
            status, body = ask(url)
            if status == 200:
                return body
            dead = next((child for child in children if child.has_died()), None)
            if dead or time.monotonic() > deadline:
                slow = dead or children[0]
                raise Trouble(f"{slow.tail()}\nThe {slow.name} did not start. Its log: {slow.log}")
            time.sleep(0.25)

    def pulse(self) -> None:
        """Stop when the make that started us is gone or was interrupted."""
        if self.parent.is_gone():
            raise Stop

    def start_sandbox(self) -> None:
        """The sandbox, and the keys of its demo app into the environment of the others."""
        world = str(VAR / "sandbox.sqlite3")
        if not Path(world).exists():
            say("Building the sandbox's town ...")
        sandbox = self.child("sandbox", "-m", "socialcrm.sandbox", "--port", str(SANDBOX_PORT), "--world", world)
        self.wait(f"{SANDBOX_URL}/_control/health", 120, sandbox)
        keys = json.loads(self.wait(f"{SANDBOX_URL}/_control/credentials?network=twitter", 10, sandbox))
        self.env |= {f"TWITTER_{key.upper()}": str(keys[key]) for key in KEYS}
        self.env |= {"TWITTER_API_URL": SANDBOX_URL, "TWITTER_WEB_URL": SANDBOX_URL}
        self.env |= {"MASTODON_API_URL": f"{SANDBOX_URL}/mastodon", "CRM_SANDBOX_URL": SANDBOX_URL}
        self.env |= dict.fromkeys(("TWITTER_PRIVATE_HOSTS", "MASTODON_PRIVATE_HOSTS"), "127.0.0.1")

    def prepare(self) -> None:
        """Tables and, for the demo, people and posts: `manage.py demo` fills what is missing."""
        command = ["migrate", "--no-input", "--verbosity", "0"] if self.bare else ["demo", "--sandbox", SANDBOX_URL]
        self.setup = subprocess.Popen(
            [str(python()), "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, **self.env},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )
        while self.setup.poll() is None:
            self.pulse()
            time.sleep(0.1)
        if self.setup.returncode:
            raise Trouble("The demo could not be set up. What it needs is in the lines above.")

    def start_all(self) -> None:
        """Web, worker and beat."""
        bind = ["--bind", f"127.0.0.1:{WEB_PORT}", "--worker-class", "gthread", "--workers", "1", "--threads", "8"]
        quiet = ["--preload", "--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning"]
        web = self.child("web", "-m", "gunicorn", "crm_core.wsgi", *bind, *quiet)
        celery = ["-m", "celery", "-A", "crm_core"]
        pool = ["--pool", "threads", "--concurrency", "6", "--queues", QUEUES, "--hostname", f"demo{WEB_PORT}@%h"]
        lean = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
        worker = self.child("worker", *celery, "worker", *pool, *lean)
        beat = self.child("beat", *celery, "beat", "--loglevel", "WARNING", "--pidfile=")
        self.wait(f"{WEB_URL}readyz", 60, web, worker, beat)
        PIDS.write_text(json.dumps({"supervisor": os.getpid(), "url": WEB_URL, "sandbox": SANDBOX_URL}))

    def watch(self) -> None:
        """Until somebody stops us: start again what dies, and say so."""
        while True:
            self.pulse()
            for child in self.children:
                if child.has_died():
                    self.again(child)
            time.sleep(0.5)

    def again(self, child: Child) -> None:
        """One child died."""
        code = child.process.returncode if child.process else None
        if not child.revive():
            raise Trouble(f"{child.tail()}\nThe {child.name} keeps stopping. Its log: {child.log}")
        say(f"The {child.name} stopped (exit {code}) and was started again. See {child.log.relative_to(VAR.parent)}.")

    def run(self) -> None:
        """The whole demo."""
        started = time.monotonic()
        check_ports(self.bare)
        if not self.bare:
            self.start_sandbox()
        self.prepare()
        say("Starting web, worker and beat ...")
        self.start_all()
        say(f"Up in {time.monotonic() - started:.0f} s. Logs: {VAR / 'log'}. Ctrl-C stops everything.")
        sign_in = "" if self.bare else "  sign in as rep, agent, manager or admin, password demo"
        say(f"Ready: {WEB_URL}{sign_in}")
        self.watch()

    def close(self) -> None:
        """End everything that we started."""
        if self.setup and self.setup.poll() is None:
            self.setup.terminate()
            self.setup.wait()
        stop_all(self.children)
        PIDS.unlink(missing_ok=True)


def main() -> int:
    """Run until stopped; 0 when somebody asked for the end, 1 when something could not be done."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, stop)
    os.chdir(ROOT)
    demo = Demo(bare="--bare" in sys.argv)
    code = 0
    try:
        demo.run()
    except Trouble as trouble:
        print(trouble, file=sys.stderr, flush=True)
        code = 1
    except Stop:
        say(f"{chr(10) if sys.stdout.isatty() else ''}Stopping ...")
    finally:
        demo.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
