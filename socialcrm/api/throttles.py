"""How often one token, or one person's browser, may call."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from socialcrm import conf


class TokenThrottle(SimpleRateThrottle):
    """Calls of one token, one signed-in user, or one address where nobody is known."""

    scope = "calls"

    def get_rate(self) -> str:
        """The rate of this scope in SOCIALCRM_API_RATES, such as "600/min"."""
        return str(conf.get("API_RATES")[self.scope])

    def get_cache_key(self, request: Request, view: Any) -> str:
        """One counter a caller."""
        who: str
        if request.auth is not None:
            who = f"token-{request.auth.pk}"
        elif request.user.is_authenticated:
            who = f"user-{request.user.pk}"
        else:
            who = f"from-{self.get_ident(request)}"
        return f"socialcrm-api-{self.scope}-{who}"


class WriteThrottle(TokenThrottle):
    """Calls that change something: fewer."""

    scope = "writes"

    def allow_request(self, request: Request, view: Any) -> bool:
        """Reading is not counted here."""
        return request.method in ("GET", "HEAD", "OPTIONS") or super().allow_request(request, view)
