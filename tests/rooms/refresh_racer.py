"""One of several processes that want a fresh token at the same moment: opens the network at each line it reads."""

from __future__ import annotations

import os
import sys

import django


def main(pk: int) -> None:
    """For each line: open the network, use it, and say which version of the credentials it had."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "crm_core.settings"
    django.setup()
    from socialcrm import connect
    from socialcrm.models import SocialAccount
    from socialcrm.networks.base import NetworkError

    print("ready", flush=True)  # noqa: T201
    for _line in sys.stdin:
        account = SocialAccount.objects.get(pk=pk)
        try:
            connect.open_network(account, "race").me()
            said = str(account.credentials_version)
        except NetworkError as error:
            said = f"{type(error).__name__}: {error}"
        print(said, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
