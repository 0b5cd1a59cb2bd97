"""Leave a network: first there, then here; what was said stays."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from socialcrm.models import SocialAccount
from socialcrm.models.fields import KeyMissing
from socialcrm.networks.base import NetworkError

from . import apps
from .access import network_of
from .guard import outside_transaction
from .state import forget_secrets

log = logging.getLogger(__name__)


def revoke(account: SocialAccount, user: Any) -> bool:
    """Give the access back to the network and forget it here. False where the network could not be told.

    The secrets are gone here either way: a network that is down must not keep an administrator from leaving.
    """
    outside_transaction()
    told = _tell_network(account)
    forget_secrets(account, user)
    return told


# The word on the button.
disconnect = revoke


def _tell_network(account: SocialAccount) -> bool:
    try:
        network = network_of(account, "revoke")
        if network.credentials and account.app:
            network = type(network)(network.options, replace(network.credentials, app=apps.opened(account.app)))
        if network.can("revoke"):
            network.revoke()
    except (NetworkError, KeyMissing) as error:
        log.warning("account %s: the network was not told of the revocation: %s", account.pk, type(error).__name__)
        return False
    return True
