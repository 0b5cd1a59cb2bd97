"""Replies do not wait behind sync: they have a queue of their own, which workers take from first."""

from __future__ import annotations

import pytest
from celery import current_app

from tests.sandbox_process import ROOT
from tools import demo


@pytest.mark.parametrize("task", ["send_reply", "reconcile_reply", "sweep_outbox"])
def test_what_moves_a_reply_has_a_queue_of_its_own(task: str) -> None:
    assert current_app.amqp.router.route({}, f"socialcrm.{task}")["queue"].name == "reply"


@pytest.mark.parametrize("task", ["pull_due", "pull_account", "match_profiles", "score_profiles"])
def test_what_reads_and_counts_stays_out_of_it(task: str) -> None:
    assert current_app.amqp.router.route({}, f"socialcrm.{task}")["queue"].name != "reply"


def test_the_workers_that_we_start_take_replies_first() -> None:
    assert demo.QUEUES.split(",")[0] == "reply"
    assert '"reply,celery"' in (ROOT / "compose.yaml").read_text()
