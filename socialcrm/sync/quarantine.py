"""Quarantine: what nobody could read is kept as it came, bounded and without secrets, for some days."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm import conf
from socialcrm.models import Quarantined, SocialAccount
from socialcrm.models.fields import KeyMissing
from socialcrm.networks.base import Call, NetworkError, Response, Unreachable

from .rows import Batch

T = TypeVar("T")
logger = logging.getLogger(__name__)
MOST_BYTES = 64 * 1024  # of one answer
LONGEST_SECRET = 4096
MOST_ROWS = 100  # of one account, the newest
KEPT = timedelta(days=7)
# A network, or what stands before it, may echo what we sent.
_ECHOES = re.compile(
    rb"(?i)((?:(?:access|refresh|oauth)_token|(?:client|consumer|token)_secret|oauth_signature)"
    rb"[\"']?\s*[:=]\s*[\"']?)[^\"'&\s,;<>]+|"
    rb"((?:authorization|cookie)[\"']?\s*[:=]\s*[\"']?)[^\"'<>\r\n]+|"
    rb"(\b(?:bearer|basic)\s+)[^\s\"<>,;]{8,}"
)


@dataclass(frozen=True, slots=True)
class Odd:
    """Something that cannot be read, and where it came from."""

    account: SocialAccount
    purpose: str
    why: str
    body: bytes
    detail: str = ""

    def row(self) -> Quarantined:
        """The row, unsaved."""
        # A secret must not hide in the cut.
        body = without_secrets(self.body[: MOST_BYTES + LONGEST_SECRET], secrets_of(self.account))[:MOST_BYTES]
        digest = hashlib.sha256(body).hexdigest()
        origin = {"account": self.account, "purpose": self.purpose[:40], "why": self.why, "detail": self.detail[:500]}
        return Quarantined(**origin, body=body, size=len(self.body), digest=digest)


def guarded(call: Call[T]) -> Call[T]:
    """The call with a reader that never raises anything but a NetworkError: one odd answer must not stop a sweep."""

    def parse(response: Response) -> T:
        try:
            return call.parse(response)
        except NetworkError:
            raise
        except Exception as problem:
            logger.exception("Unreadable answer from %s", call.request.endpoint)
            error = Unreachable(_("The network's answer could not be read."), code="unreadable")
            error.body = response.body
            raise error from problem

    return replace(call, parse=parse)


def posts_of(batches: Iterable[Batch]) -> list[Odd]:
    """The posts of these pages that cannot be read."""
    kind = Quarantined.Why.POST
    return [Odd(batch.account, batch.kind, kind, raw) for batch in batches for raw in batch.page.unreadable]


def answer_of(account: SocialAccount, purpose: str, error: object) -> list[Odd]:
    """The answer that could not be read, where that is what this error is about."""
    if not isinstance(error, NetworkError) or not error.body:
        return []
    return [Odd(account, purpose, Quarantined.Why.ANSWER, error.body, error.detail)]


def page_of(batch: Batch, error: Exception) -> list[Odd]:
    """The posts of a page that the database refuses, one a line."""
    body = b"\n".join(post.raw for post in batch.page.posts)
    return [Odd(batch.account, batch.kind, Quarantined.Why.REFUSED, body, type(error).__name__)]


def keep(found: Sequence[Odd]) -> None:
    """Keep these; the same number of queries for one and for many, none for none."""
    if not found:
        return
    rows = {(row.account_id, row.purpose, row.digest): row for row in (odd.row() for odd in found)}
    accounts = {account for account, _purpose, _digest in rows}
    with transaction.atomic():
        known = Quarantined.objects.filter(account__in=accounts, digest__in=[digest for *_of, digest in rows])
        again = [key for key in known.values_list("account", "purpose", "digest") if key in rows]
        known.update(times=F("times") + 1, last_at=timezone.now())
        fresh = [row for key, row in rows.items() if key not in set(again)]
        Quarantined.objects.bulk_create(fresh, ignore_conflicts=True)
        _drop(_beyond(accounts))


def prune() -> int:
    """Delete what nobody sent for some days; returns how many rows went."""
    return Quarantined.objects.filter(last_at__lt=timezone.now() - KEPT).delete()[0]


def _beyond(accounts: Iterable[int]) -> list[int]:
    place = Window(RowNumber(), partition_by=F("account"), order_by=[F("last_at").desc(), F("pk").desc()])
    rows = Quarantined.objects.filter(account__in=accounts).annotate(place=place)
    return list(rows.filter(place__gt=MOST_ROWS).values_list("pk", flat=True))


def _drop(keys: Sequence[int]) -> None:
    if keys:
        Quarantined.objects.filter(pk__in=keys).delete()


def secrets_of(account: SocialAccount) -> list[str]:
    """What the account and the site's app keep secret on this network."""
    try:
        own: dict[str, Any] = account.credentials
    except KeyMissing:
        own = {}
    site = conf.get("NETWORK_OPTIONS").get(account.network, {})
    values = [own[name] for name in ("access_token", "refresh_token", "token_secret") if own.get(name)]
    return values + [str(value) for name, value in site.items() if name.endswith(("_secret", "_key")) and value]


def without_secrets(body: bytes, secrets: Iterable[str]) -> bytes:
    """The bytes with our own secrets, and whatever looks like a credential, blotted out."""
    for secret in secrets:
        body = body.replace(secret.encode(), b"***")
    return _ECHOES.sub(lambda hit: (hit[1] or hit[2] or hit[3]) + b"***", body)
