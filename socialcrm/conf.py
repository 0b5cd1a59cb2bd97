"""SOCIALCRM_* settings with their defaults, read late so that a test or a host may change them."""

from __future__ import annotations

from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # "app_label.Model" of the host's contact.
    "CONTACT_MODEL": None,
    # Dotted path of a ContactAdapter subclass.
    "CONTACT_ADAPTER": "socialcrm.contacts.ContactAdapter",
    # id -> dotted path of a Network class.
    "NETWORKS": {
        "twitter": "socialcrm.networks.twitter.Twitter",
        "mastodon": "socialcrm.networks.mastodon.Mastodon",
    },
    # id -> {"api_url": ..., "client_id": ..., ...}: what a network class needs from the site.
    "NETWORK_OPTIONS": {},
    # Fernet keys, newest first; never derived from SECRET_KEY.
    "KEYS": [],
    # Where people's browsers and the networks' redirects reach this site.
    "PUBLIC_URL": "http://127.0.0.1:8000",
    # The template that socialcrm's pages extend; it offers blocks title, topbar and content.
    "BASE_TEMPLATE": "socialcrm/base.html",
    # Seconds between two looks at a stream, by kind of stream.
    "INTERVALS": {"mentions": 15, "own_posts": 60, "profile_posts": 900, "profiles": 86400, "deletions": 86400},
    # Seconds for which a reply may still be cancelled before it leaves.
    "UNDO_SECONDS": 4,
    # Seconds after which a SENDING reply whose worker is silent is looked into.
    "LEASE_SECONDS": 30,
    # US dollars that one account may spend in a calendar month (UTC) on API calls; None: no cap.
    "MONTHLY_CAP": None,
    # Posts fetched per linked profile when it is first pulled.
    "BACKFILL_POSTS": 100,
    # Days: an older mention that a backfill brings opens no conversation as unattended.
    "UNATTENDED_DAYS": 14,
    # Whether a new conversation with a contact is assigned to the contact's owner, where the owner may work on it.
    "OWNER_ROUTING": True,
    # Hours after which a person who waits for an answer is shown in amber, and in red.
    "WAITING_SOON_HOURS": 4,
    "WAITING_LATE_HOURS": 24,
    # Calls of the REST API by one token: all of them, and those that change something.
    "API_RATES": {"calls": "600/min", "writes": "120/min"},
}


def get(name: str) -> Any:
    """Return SOCIALCRM_<name>, or its default. Raises KeyError for a name that no one declared."""
    return getattr(settings, f"SOCIALCRM_{name}", DEFAULTS[name])
