"""Signing with OAuth 1.0a by X's clock: X takes no timestamp that is more than five minutes off."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import requests
from requests_oauthlib import OAuth1

from socialcrm.networks.border import Response
from socialcrm.networks.headers import read_time

NOTICEABLE = 60.0  # seconds; a smaller difference is no reason for a refusal
_ahead: dict[str, float] = {}  # seconds that X's clock is ahead of ours, by API address, while this process lives


class Signer(OAuth1):  # type: ignore[misc]
    """Signs one call. A refusal tells it X's time, once, and the call is then worth another try."""

    def __init__(self, api: str, *keys: str | None, **more: Any) -> None:
        super().__init__(*keys, **more)
        self.api, self.assumed = api, 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self.assumed = _ahead.get(self.api, 0.0)
        self.client.timestamp = str(int(time.time() + self.assumed))
        signed: requests.PreparedRequest = super().__call__(request)
        return signed

    def learns(self, response: Response) -> bool:
        """Whether this refusal may be about our clock: X's `Date` is far from what we signed with. It is remembered."""
        theirs = read_time(response.headers.get("date"), datetime.now(UTC)) if response.status == 401 else None
        if theirs is None:
            return False
        ahead = theirs.timestamp() - time.time()
        if abs(ahead - self.assumed) < NOTICEABLE:
            return False
        _ahead[self.api] = ahead
        return True
