"""What must not happen in production: with CRM_PRODUCTION on, the site refuses to start with the demo's secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured


@register("crm_core")
def check_production(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """What is unsafe; nothing unless CRM_PRODUCTION is on."""
    return list(_unsafe()) if getattr(settings, "PRODUCTION", False) else []


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, naming every line to write: for servers and workers, which run no checks."""
    errors = [message for message in check_production() if message.is_serious()]
    if errors:
        raise ImproperlyConfigured(" ".join(f"{error.msg} {error.hint}" for error in errors))


def _unsafe() -> Iterator[CheckMessage]:
    if settings.SECRET_KEY == settings.DEMO_SECRET or len(settings.SECRET_KEY) < 32:
        hint = "Set CRM_SECRET_KEY to 50 random characters."
        yield Error("The demo's secret key, or a short one, is in use.", hint=hint, id="crm_core.E001")
    if not settings.SOCIALCRM_KEYS or settings.DEMO_KEY in settings.SOCIALCRM_KEYS:
        hint = "Set SOCIALCRM_KEYS to the output of `manage.py socialcrm_key`."
        yield Error("The demo's key for credentials is in use.", hint=hint, id="crm_core.E002")
    if settings.DEBUG:
        yield Error("CRM_DEBUG is on.", hint="Remove CRM_DEBUG.", id="crm_core.E003")
    if "*" in settings.ALLOWED_HOSTS or set(settings.ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "testserver"}:
        hint = "Set CRM_ALLOWED_HOSTS to the names of the site."
        yield Error("The site does not know its own name.", hint=hint, id="crm_core.E004")
    if not settings.SOCIALCRM_PUBLIC_URL.startswith("https://"):
        hint = "Set SOCIALCRM_PUBLIC_URL to the https:// address of the site: the networks send people back to it."
        yield Warning("The public address is not https.", hint=hint, id="crm_core.W001")
    if any(options.get("private_hosts") for options in settings.SOCIALCRM_NETWORK_OPTIONS.values()):
        hint = "Remove TWITTER_PRIVATE_HOSTS, unless it names a proxy of yours: the sandbox is for trying things out."
        yield Warning("A network may be a machine of your own, such as the sandbox.", hint=hint, id="crm_core.W002")
