"""servers: what the servers of our accounts say of themselves, asked again once a day."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from socialcrm import connect
from socialcrm.models import SocialAccount
from socialcrm.networks.base import NetworkError

from .upkeep import ask

KEPT = timedelta(days=1)


def refresh_servers() -> int:
    """Ask each server whose word is a day old for its limits; returns how many accounts know them anew."""
    now = timezone.now()
    stale = Q(server_asked_at__isnull=True) | Q(server_asked_at__lt=now - KEPT)
    fresh = 0
    for account in SocialAccount.objects.connected().exclude(server="").filter(stale):
        try:
            network = connect.open_network(account, "profiles")
        except NetworkError:
            continue
        facts = ask(account, network.server_facts)
        if facts is not None:
            told = {"server_facts": dict(facts), "server_asked_at": now}
            fresh += SocialAccount.objects.filter(pk=account.pk).update(**told)
    return fresh
