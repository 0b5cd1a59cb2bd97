"""Fields of our own: a JSON value that is encrypted at rest with a key ring."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from socialcrm import conf


class KeyMissing(Exception):
    """A stored secret cannot be read with any key in SOCIALCRM_KEYS; the row is kept."""


def key_ring() -> MultiFernet:
    """The ring of SOCIALCRM_KEYS: the first key encrypts, every key decrypts."""
    keys = conf.get("KEYS")
    if not keys:
        raise ImproperlyConfigured("Set SOCIALCRM_KEYS: run `manage.py socialcrm_key` to make a key.")
    return MultiFernet([Fernet(key) for key in keys])


def seal(value: Mapping[str, Any]) -> str:
    """Encrypt with the newest key."""
    return key_ring().encrypt(json.dumps(dict(value)).encode()).decode()


def unseal(token: str) -> dict[str, Any]:
    """Decrypt with any key of the ring. Raises KeyMissing when none fits."""
    try:
        return dict(json.loads(key_ring().decrypt(token.encode())))
    except InvalidToken as error:
        raise KeyMissing(
            "No key in SOCIALCRM_KEYS opens this row: put the old key back at the end of the list."
        ) from error


class Sealed(Mapping[str, Any]):
    """A stored secret, encrypted until someone reads it: a lost key breaks its use, not every list of rows."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._opened: dict[str, Any] | None = None

    def _open(self) -> dict[str, Any]:
        if self._opened is None:
            self._opened = unseal(self.token)
        return self._opened

    def __getitem__(self, name: str) -> Any:
        return self._open()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._open())

    def __len__(self) -> int:
        return len(self._open())

    def __repr__(self) -> str:
        return "<sealed>"


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]
    """A mapping that the database only ever sees as Fernet tokens. It cannot be searched, by design."""

    def get_prep_value(self, value: Any) -> str:
        """Encrypt; what came from the database unchanged goes back unchanged."""
        if isinstance(value, Sealed):
            return value.token
        return seal(value or {})

    def from_db_value(self, value: str | None, *_args: Any) -> Mapping[str, Any]:
        """Wrap the token; it is opened at use. Reading raises KeyMissing when no key fits."""
        return Sealed(value) if value else {}

    def to_python(self, value: Any) -> Any:
        """Values in Python are mappings already."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Serialised forms (fixtures, dumps) stay encrypted."""
        return self.get_prep_value(self.value_from_object(obj))
