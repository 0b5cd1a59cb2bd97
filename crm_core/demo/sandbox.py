"""What the demo asks of the sandbox: its directory of people, and a person's click on the consent page."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

TIMEOUT = 30
CONTACTS = 200


class SandboxError(Exception):
    """The sandbox did not do as the demo needs; the message is a sentence."""


def customers(url: str) -> list[dict[str, Any]]:
    """People of the town whom Lumen Lighting has as customers, CONTACTS of them. Raises SandboxError."""
    answer = _session().get(f"{url}/_control/people", params={"customers": 1}, timeout=TIMEOUT)
    if not answer.ok:
        raise SandboxError(f"The sandbox at {url} has no directory of people.")
    people: list[dict[str, Any]] = answer.json()["people"]
    return people[:CONTACTS]


def allow(consent_url: str, handle: str) -> dict[str, str]:
    """Press "Authorize app" as this account; returns what the network sends back with the browser."""
    form = {"decision": "allow", "other": handle}
    answer = _session().post(consent_url, data=form, allow_redirects=False, timeout=TIMEOUT)
    if answer.status_code != 302:
        raise SandboxError(f"The sandbox did not let @{handle} in.")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def _session() -> requests.Session:
    session = requests.Session()
    # A proxy of the environment can't reach the sandbox of this machine.
    session.trust_env = False
    return session
