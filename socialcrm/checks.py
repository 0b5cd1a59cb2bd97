"""What can be wrong with an installation, said at start with the line to write: socialcrm.E001 to E007, W001, W002."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cryptography.fernet import Fernet
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from . import conf
from .contacts import ContactAdapter, get_contact_model
from .networks.base import Network

Check = Callable[[], Iterator[CheckMessage]]


@register("socialcrm")
def check_installation(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every finding, worst first."""
    steps: tuple[Check, ...] = (_contact_model, _adapter, _networks, _keys, _waiting, _urls, _sqlite)
    return [message for step in steps for message in step()]


def _contact_model() -> Iterator[CheckMessage]:
    try:
        get_contact_model()
    except ImproperlyConfigured as error:
        hint = "Write SOCIALCRM_CONTACT_MODEL = 'your_app.YourContact' in the settings, and list the app."
        yield Error(str(error), hint=hint, id="socialcrm.E001")


def _adapter() -> Iterator[CheckMessage]:
    path = conf.get("CONTACT_ADAPTER")
    hint = "Give the dotted path of a subclass of socialcrm.contacts.ContactAdapter, or leave the setting out."
    adapter = _imported(path)
    if isinstance(adapter, Exception):
        yield Error(f"SOCIALCRM_CONTACT_ADAPTER {path!r}: {adapter}", hint=hint, id="socialcrm.E002")
    elif not (isinstance(adapter, type) and issubclass(adapter, ContactAdapter)):
        yield Error(f"SOCIALCRM_CONTACT_ADAPTER {path!r} is no ContactAdapter.", hint=hint, id="socialcrm.E002")


def _networks() -> Iterator[CheckMessage]:
    for name, path in conf.get("NETWORKS").items():
        network = _imported(path)
        if isinstance(network, Exception):
            hint = "Correct the dotted path, or remove the network."
            yield Error(f"SOCIALCRM_NETWORKS[{name!r}] {path!r}: {network}", hint=hint, id="socialcrm.E003")
        elif not (isinstance(network, type) and issubclass(network, Network) and getattr(network, "id", "") == name):
            hint = "Give a subclass of socialcrm.networks.base.Network whose `id` is the key."
            yield Error(f"SOCIALCRM_NETWORKS[{name!r}] {path!r} is not that network.", hint=hint, id="socialcrm.E004")


def _keys() -> Iterator[CheckMessage]:
    keys = conf.get("KEYS")
    hint = "Run `manage.py socialcrm_key`, and keep its output in the environment, never in the code."
    if not keys:
        yield Error("SOCIALCRM_KEYS is empty: credentials can't be stored.", hint=hint, id="socialcrm.E005")
    for position, key in enumerate(keys):
        if not _is_key(key):
            yield Error(f"SOCIALCRM_KEYS[{position}] is not a Fernet key.", hint=hint, id="socialcrm.E006")


def _waiting() -> Iterator[CheckMessage]:
    soon, late = (conf.get(f"WAITING_{name}_HOURS") for name in ("SOON", "LATE"))
    if not (_is_hours(soon) and _is_hours(late) and soon <= late):
        said = (
            f"SOCIALCRM_WAITING_SOON_HOURS {soon!r} and SOCIALCRM_WAITING_LATE_HOURS {late!r} are no two waiting times."
        )
        hint = "Give both in hours, more than 0 and at most 8760; the second must not be less than the first."
        yield Error(said, hint=hint, id="socialcrm.E007")


def _urls() -> Iterator[CheckMessage]:
    from django.urls import NoReverseMatch, reverse

    try:
        reverse("socialcrm:api-docs")
    except NoReverseMatch:
        hint = "Add path('', include('socialcrm.urls')) to your urls, under any prefix."
        yield Warning("The addresses of socialcrm are not included.", hint=hint, id="socialcrm.W001")


def _sqlite() -> Iterator[CheckMessage]:
    from django.db import connection

    options = connection.settings_dict.get("OPTIONS", {})
    if connection.vendor == "sqlite" and options.get("transaction_mode") != "IMMEDIATE":
        hint = "Write OPTIONS = {'transaction_mode': 'IMMEDIATE', 'timeout': 20}, or web and worker block each other."
        yield Warning("SQLite is used without IMMEDIATE transactions.", hint=hint, id="socialcrm.W002")


def _imported(path: Any) -> Any:
    try:
        return import_string(path)
    except (ImportError, TypeError, AttributeError, ValueError) as error:
        return error


def _is_hours(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 8760


def _is_key(key: Any) -> bool:
    try:
        Fernet(key)
    except (ValueError, TypeError):
        return False
    return True
