"""This site's apps on the servers of a network: registered once for each server, kept encrypted, used again."""

from __future__ import annotations

from typing import Any

from socialcrm.models import NetworkApp
from socialcrm.networks.base import App


def known(network_id: str, server: str) -> App | None:
    """The app that the newest sign-in at this server went through."""
    rows = NetworkApp.objects.filter(network=network_id, server=server)
    row = rows.order_by("-registered_at", "-pk").first() if server else None
    return opened(row) if row else None


def keep(network_id: str, app: App | None) -> NetworkApp | None:
    """The app's row, made where it is new; None where the network has no apps of its servers."""
    if app is None:
        return None
    told: dict[str, Any] = {"secrets": {"client_secret": app.client_secret}, "redirect_uri": app.redirect_uri}
    told["scopes"] = " ".join(app.scopes)
    row, _made = NetworkApp.objects.get_or_create(
        network=network_id, server=app.server, client_id=app.client_id, defaults=told
    )
    return row


def opened(row: NetworkApp) -> App:
    """The app with its secret. Raises KeyMissing where no key opens it."""
    secret = row.secrets.get("client_secret", "")
    return App(row.server, row.client_id, secret, tuple(row.scopes.split()), row.redirect_uri)
