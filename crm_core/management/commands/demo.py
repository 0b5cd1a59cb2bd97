"""Fill the database with the fictional Lumen Lighting, its customers, and what they say on the sandbox's networks."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from crm_core.demo import canned, filling, people, sandbox
from crm_core.demo.progress import Progress
from crm_core.models import Contact, Heartbeat


class Command(BaseCommand):
    """Make the tables and the demo's data; safe to run again, and quick when everything is there."""

    help = __doc__
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the sandbox is."""
        parser.add_argument("--sandbox", default="http://127.0.0.1:9000", help="address of a running sandbox")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, people, accounts, posts."""
        if settings.PRODUCTION:
            raise CommandError("The demo has public passwords: it does not run with CRM_PRODUCTION.")
        call_command("migrate", interactive=False, verbosity=0)
        self.refuse_foreign_data()
        # /readyz must wait for the worker that starts now, not trust the sign of the last one.
        Heartbeat.objects.all().delete()
        try:
            self.fill(options["sandbox"].rstrip("/"))
        except sandbox.SandboxError as error:
            raise CommandError(str(error)) from error

    def refuse_foreign_data(self) -> None:
        """Public passwords must never get into a database that somebody works with."""
        if User.objects.exists() and not User.objects.filter(username=people.COLLEAGUE[0]).exists():
            raise CommandError("This database is in use and is not a demo's. Name another one in DATABASE_URL.")

    def fill(self, sandbox_url: str) -> None:
        """Make what is missing."""
        house = people.make_house()
        admin = User.objects.get(username="admin")
        if not Contact.objects.exists():
            made = people.fill(house, sandbox.customers(sandbox_url))
            canned.fill(admin)
            self.stdout.write(f"Made {made} contacts with their companies, deals and tasks.")
        filling.connect_accounts(admin)
        if not filling.level().is_enough:
            self.stdout.write("Looking for the contacts on X and Mastodon and fetching posts from the sandbox ...")
            progress = Progress(sys.stdout)
            progress.done(str(filling.fetch(progress)))
