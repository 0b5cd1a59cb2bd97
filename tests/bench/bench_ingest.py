"""Ingest: pages of 100 mentions, parsed and stored with profiles, mentions, conversations and the cursor."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from socialcrm import sync
from socialcrm.models import SocialAccount, Stream
from socialcrm.networks import get_network
from socialcrm.networks.base import Credentials, Page, Response
from socialcrm.sync import streams
from socialcrm.sync.rows import Batch

from .ingest_peers import bare, plain
from .table import Goal, Line, Size
from .world import build
from .x_pages import Pages

ROUNDS = 40
PLAIN_EVERY = 10  # the loop is slow: one page of it for ten of the others
MANY = 20
ROUNDS_OF_MANY = 10


def run(size: Size) -> list[Line]:
    """Posts a second, all three in turns on the same tables."""
    world = build(size)
    bench = Ingest(world.profiles, size.posts)
    alone = bench.one_page_a_transaction()
    return [alone, bench.twenty_pages_a_transaction(), bench.queries()]


class Ingest:
    """The account that reads, its stream, and pages for each of the three."""

    def __init__(self, profiles: int, posts: int) -> None:
        self.account = SocialAccount.objects.order_by("pk")[0]
        self.stream = Stream.objects.get_or_create(account=self.account, kind="mentions")[0]
        own_id = self.account.external_id
        self.call = get_network("twitter", Credentials("oauth2", own_id, access_token="x")).mentions_call()
        self.pages = {name: Pages(profiles, posts, own_id, seed) for seed, name in enumerate(("ours", "bare", "plain"))}

    def read(self, body: bytes) -> Page:
        """Our parser, whole."""
        return self.call.parse(Response(200, {}, body))

    def ours(self, bodies: list[bytes]) -> None:
        """Our way, as pull does it."""
        batches = []
        for body in bodies:
            page = self.read(body)
            outcome = streams.reached(self.stream, page)
            batches.append(Batch(page, self.account, "mentions", timezone.now(), outcome=outcome))
        sync.store_many(batches)

    def one_page_a_transaction(self) -> Line:
        """How a single account's walk is stored."""
        ours, ceiling, naive = [], [], []
        for number in range(ROUNDS):
            ours.append(self.timed("ours", 1, self.ours))
            ceiling.append(self.timed("bare", 1, lambda bodies: bare(bodies, self.account, self.stream)))
            if number % PLAIN_EVERY == 0:
                naive.append(self.timed("plain", 1, lambda bodies: plain(bodies[0], self.account, self.stream)))
        rates = [100 / statistics.median(times) for times in (ours, ceiling, naive)]
        goals = (
            Goal("Ingest page by page against update_or_create", rates[0] / rates[2], at_least=40),
            Goal("Ingest page by page against the bare engine", rates[0] / rates[1], at_least=0.5),
        )
        return Line("Ingest, 1 page a transaction", "posts/s", *rates, goals)

    def twenty_pages_a_transaction(self) -> Line:
        """How pull stores the pages of many accounts; the loop knows no pages, so one page of it in each turn will do.

        It takes its turn here too: a machine that is busier than a minute ago is so for all three.
        """
        ours, ceiling, naive = [], [], []
        for _number in range(ROUNDS_OF_MANY):
            ours.append(self.timed("ours", MANY, self.ours))
            ceiling.append(self.timed("bare", MANY, lambda bodies: bare(bodies, self.account, self.stream)))
            naive.append(self.timed("plain", 1, lambda bodies: plain(bodies[0], self.account, self.stream)))
        rates = [100 * MANY / statistics.median(times) for times in (ours, ceiling)]
        rates.append(100 / statistics.median(naive))
        goals = (
            Goal("Ingest against update_or_create", rates[0] / rates[2], at_least=40),
            Goal("Ingest against the bare engine", rates[0] / rates[1], at_least=0.5),
        )
        return Line(f"Ingest, {MANY} pages a transaction", "posts/s", *rates, goals)

    def queries(self) -> Line:
        """Queries for a page of 100 posts, against those for a page of 1."""
        found = []
        for size in (100, 1):
            fresh = self.pages["ours"]
            fresh.known.clear()  # a page of one that is seen before would take fewer
            body = fresh.page(size)
            with CaptureQueriesContext(connection) as seen:
                self.ours([body])
            found.append(len(seen))
        goal = Goal("Queries that 100 posts cost more than 1", found[0] - found[1], at_most=0)
        return Line("Queries for a page of 100 (ceiling: of 1)", "queries", *found, goals=(goal,))

    def timed(self, name: str, pages: int, work: Callable[[list[bytes]], None]) -> float:
        """Seconds for so many fresh pages."""
        bodies = [self.pages[name].page() for _page in range(pages)]
        started = time.perf_counter()
        work(bodies)
        return time.perf_counter() - started
