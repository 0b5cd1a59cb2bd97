"""The demo's accounts, connected as an administrator would, and their posts, fetched by the real sync."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Count

from crm_core.models import Contact
from socialcrm import connect, matching, scoring, sync
from socialcrm.models import Post, ProfileLink, SocialAccount, Stream
from socialcrm.networks import network_class
from socialcrm.networks.base import AuthExpired

from . import sandbox
from .progress import Progress

ACCOUNTS = (("twitter", "lumen_desk"), ("twitter", "lumen_lighting"), ("mastodon", "lumen_desk@town.example"))
POSTS = 5000
FOUND = {"twitter": 60, "mastodon": 25}  # contacts found on each network
LONGEST = 150.0  # seconds after which the worker may do the rest
DISCOVER_AT_ONCE = 50  # contacts whose web sites are read between two lines of progress


@dataclass
class Level:
    """How much of the demo is there."""

    posts: int
    found: dict[str, int]  # network -> contacts found there

    @property
    def share(self) -> float:
        """0 to 1, the slowest of the goals."""
        return min(1.0, self.posts / POSTS, *(self.found.get(name, 0) / wanted for name, wanted in FOUND.items()))

    @property
    def is_enough(self) -> bool:
        """Whether all goals are reached."""
        return self.share >= 1.0

    def __str__(self) -> str:
        found = ", ".join(f"{self.found.get(name, 0)} on {network_class(name).label}" for name in FOUND)
        return f"{self.posts:,} posts; contacts found: {found}"


def level() -> Level:
    """Count what is stored."""
    linked = ProfileLink.objects.filter(state="linked", contact__isnull=False)
    found = linked.values_list("profile__network").annotate(found=Count("contact", distinct=True))
    return Level(Post.objects.count(), dict(found))


def connect_accounts(admin: User) -> None:
    """The accounts of Lumen, signed in by OAuth 2.0; one that works already is left alone."""
    for network, handle in ACCOUNTS:
        account = SocialAccount.objects.filter(network=network, handle__iexact=handle).first()
        if account is None or not _works(account):
            consent_url, kept = connect.start(admin, network, "oauth2")
            connect.finish(admin, network, kept, sandbox.allow(consent_url, handle))
    for account in SocialAccount.objects.filter(state="working"):
        sync.ensure_streams(account)


def _works(account: SocialAccount) -> bool:
    """Whether the sandbox of today still knows this account and its tokens."""
    try:
        return connect.open_network(account, "profiles").me().external_id == account.external_id
    except AuthExpired:
        return False


def fetch(progress: Progress) -> Level:
    """Look for the contacts, then pull until nothing is due; each round finds people whose posts come next."""
    deadline = time.monotonic() + LONGEST
    contacts = list(Contact.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(contacts), DISCOVER_AT_ONCE):
        matching.discover(contacts[start : start + DISCOVER_AT_ONCE])
        progress.show(level().share, str(level()))
    while time.monotonic() < deadline:
        pulled = sync.pull_due(limit=20)
        # New people who mentioned us may be contacts; those who are get their own posts pulled in the next round.
        matching.match_new()
        progress.show(level().share, str(level()))
        if not pulled and not Stream.objects.due().exists():
            break
    scoring.score_profiles()
    return level()
