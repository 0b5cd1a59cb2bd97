"""Start the sandbox: `manage.py sandbox --port 9000`."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from socialcrm.sandbox import cli


class Command(BaseCommand):
    """Serve the networks' own APIs on 127.0.0.1, with a town that lives."""

    help = "Start a local server that speaks the networks' own APIs, for demos, tests and training."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of the sandbox's own command line."""
        cli.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until stopped."""
        cli.serve(argparse.Namespace(**options))
