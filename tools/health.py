"""The container's health check: /healthz of the web server beside it answers 200."""

from __future__ import annotations

import http.client
import os
import sys


def main() -> int:
    """0 when healthy. The Host header is one that the site answers to; proxies and redirects play no part."""
    hosts = os.environ.get("CRM_ALLOWED_HOSTS", "").split(",")
    host = hosts[0].strip().lstrip(".") if hosts[0].strip() not in ("", "*") else "127.0.0.1"
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return int(connection.getresponse().status != 200)
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
