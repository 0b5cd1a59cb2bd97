"""X (Twitter) API v2, OAuth 1.0a and OAuth 2.0, as the sandbox speaks them."""

from __future__ import annotations
