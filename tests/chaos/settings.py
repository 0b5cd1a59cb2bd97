"""Settings of a chaos run: the CRM's own; the short form has a shorter lease, so that it ends within a minute."""

from __future__ import annotations

import os

from crm_core.settings import *  # noqa: F403
from crm_core.settings import SOCIALCRM_NETWORK_OPTIONS

if "CHAOS_LEASE" in os.environ:
    SOCIALCRM_LEASE_SECONDS = float(os.environ["CHAOS_LEASE"])
    SOCIALCRM_NETWORKS = {"twitter": "tests.chaos.quick.QuickTwitter"}
    SOCIALCRM_NETWORK_OPTIONS["twitter"]["total_seconds"] = SOCIALCRM_LEASE_SECONDS / 2
