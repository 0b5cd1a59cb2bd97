"""fill_gap: read a stretch again that may be missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from socialcrm import audit, connect, ledger
from socialcrm.models import Gap, Stream
from socialcrm.networks.base import NetworkError, Page

from . import quarantine
from .pull import call_of
from .quarantine import guarded
from .store import store

PAGES = 60


def fill_gap(gap: Gap, user: Any = None) -> bool:
    """Read the gap's stretch again, as deep as the network goes; True once all of it was read.

    Raises NetworkError where the network cannot be asked now; what came before is kept.
    """
    stream = Stream.objects.select_related("account", "profile").get(pk=gap.stream_id)
    with ledger.batch():
        whole = _read(stream, gap)
    if whole:
        gap.filled_at = timezone.now()
        gap.save(update_fields=["filled_at"])
    audit.record(user, "gap_fill", gap, whole=whole)
    return whole


def _read(stream: Stream, gap: Gap) -> bool:
    network = connect.open_network(stream.account, stream.kind)
    again = Stream(account=stream.account, kind=stream.kind, profile=stream.profile, cursor=gap.after_id)
    for _page in range(PAGES):
        page = _ask(stream, lambda: network.run(guarded(call_of(network, again))))
        store(page, stream.account, kind=stream.kind)
        if not page.next_token:
            return not page.truncated
        again.walk_token = page.next_token
    return False


def _ask(stream: Stream, ask: Callable[[], Page]) -> Page:
    try:
        return ask()
    except NetworkError as error:
        quarantine.keep(quarantine.answer_of(stream.account, stream.kind, error))
        raise


def fill_lost(limit: int = 20) -> int:
    """Fill gaps that a lost page token left; returns how many are whole again. Gaps beyond the depth stay."""
    gaps = Gap.objects.filter(filled_at=None, why="lost_token", stream__account__state="working")
    filled = 0
    for gap in gaps.order_by("pk")[:limit]:
        try:
            filled += fill_gap(gap)
        except NetworkError:
            continue
    return filled
