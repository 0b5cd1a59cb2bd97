"""The command line of the sandbox."""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path

from aiohttp import web

from .server import make_app, open_sandbox
from .world import OtherVersion

DEFAULT_PORT = 9000
DEFAULT_SEED = 20261123


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, for this command line and for `manage.py sandbox`."""
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; its control API trusts everyone")
    parser.add_argument("--world", default="var/sandbox.sqlite3", help="the file that holds the world")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="what a new world is made from")
    parser.add_argument("--people", type=int, default=2000, help="how many people a new world has")
    parser.add_argument("--history-days", type=int, default=60, help="how far back a new world's posts go")
    parser.add_argument("--life", type=float, default=None, help="speed of the town's life; 0 stops it, 1 is normal")
    parser.add_argument("--public-url", default="", help="address that others reach this server at")


def serve(options: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM; prints one line when ready."""
    Path(options.world).parent.mkdir(parents=True, exist_ok=True)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
    except OSError as error:
        sys.exit(f"Port {options.port} can't be used: {error.strerror}. Choose another with --port.")
    url = options.public_url or f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        asyncio.run(_serve(options, listener, url.rstrip("/")))
    except OtherVersion as error:
        sys.exit(str(error))


async def _serve(options: argparse.Namespace, listener: socket.socket, url: str) -> None:
    sandbox = open_sandbox(
        options.world,
        url,
        seed=options.seed,
        people=options.people,
        history_days=options.history_days,
        speed=options.life,
    )
    runner = web.AppRunner(make_app(sandbox), access_log=None, handle_signals=False)
    await runner.setup()
    await web.SockSite(runner, listener, shutdown_timeout=1, backlog=512).start()
    sys.stdout.write(f"Sandbox ready: {url}/\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


def main() -> None:
    """`python -m socialcrm.sandbox`."""
    parser = argparse.ArgumentParser(prog="sandbox", description="A local server that speaks the networks' own APIs.")
    add_arguments(parser)
    serve(parser.parse_args())
