"""Fields of our own: a JSON value that is encrypted at rest with a key ring."""

from __future__ import annotations

import json
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


class EncryptedJSONField(models.TextField):  # type: ignore[type-arg]
    """A dict that the database only ever sees as Fernet tokens. It cannot be searched, by design."""

    def get_prep_value(self, value: Any) -> str:
        """Encrypt with the newest key."""
        return key_ring().encrypt(json.dumps(value or {}).encode()).decode()

    def from_db_value(self, value: str | None, *_args: Any) -> dict[str, Any]:
        """Decrypt with any key of the ring. Raises KeyMissing when none fits."""
        if not value:
            return {}
        try:
            return dict(json.loads(key_ring().decrypt(value.encode())))
        except InvalidToken as error:
            raise KeyMissing(
                "No key in SOCIALCRM_KEYS opens this row: put the old key back at the end of the list."
            ) from error

    def to_python(self, value: Any) -> Any:
        """Values in Python are dicts already."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """Serialised forms (fixtures, dumps) stay encrypted."""
        return self.get_prep_value(self.value_from_object(obj))
