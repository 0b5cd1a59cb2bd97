"""X, with a timeline that settles in two seconds; the sandbox's does so at once."""

from __future__ import annotations

from typing import ClassVar

from socialcrm.networks.twitter import Twitter


class QuickTwitter(Twitter):
    """X for the short form."""

    settle_seconds: ClassVar[int] = 2
