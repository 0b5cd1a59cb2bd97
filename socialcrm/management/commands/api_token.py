"""manage.py api_token USER: make a token for the REST API and print it; --revoke BEGINNING ends one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from socialcrm.api.tokens import make_token, revoke_token
from socialcrm.models import ApiToken


class Command(BaseCommand):
    """Make a token for the REST API; it is printed once and only its hash is kept."""

    help = "Make a token for the REST API and print it; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        """The user, and a name for the token."""
        parser.add_argument("user", help="the user as whom the token acts")
        parser.add_argument("--name", default="", help="what the token is for")
        parser.add_argument("--revoke", metavar="BEGINNING", help="end the user's token that begins so")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token, and nothing else, on standard output. Raises CommandError."""
        users = get_user_model()._default_manager
        user = users.filter(**{get_user_model().USERNAME_FIELD: options["user"]}).first()
        if user is None or not user.is_active:
            raise CommandError(_("No active user is called %(name)s.") % {"name": options["user"]})
        if options["revoke"]:
            self._revoke(user, options["revoke"])
        else:
            self.stdout.write(make_token(user, options["name"]))

    def _revoke(self, user: Any, beginning: str) -> None:
        living = ApiToken.objects.filter(user=user, revoked_at__isnull=True)
        found = [token for token in living if token.prefix.startswith(beginning[: len(token.prefix)])]
        if len(found) != 1:
            raise CommandError(_("%(count)d tokens begin so; give more of it.") % {"count": len(found)})
        revoke_token(found[0], user)
