"""The naive way to poll: one Celery task an account, Celery's default worker, one call after the other."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_core.settings")

import django

django.setup()

from socialcrm import connect  # noqa: E402
from socialcrm.models import SocialAccount  # noqa: E402
from socialcrm.sync import store  # noqa: E402

app = Celery("polling", broker=os.environ["BENCH_BROKER"], backend=os.environ["BENCH_BROKER"])
app.conf.update(task_ignore_result=False, worker_hijack_root_logger=False)


@app.task(name="bench.poll")
def poll(account_id: int) -> int:
    """Read one account's mentions and store them."""
    account = SocialAccount.objects.get(pk=account_id)
    page = connect.open_network(account, "mentions").mentions()
    return store(page, account).new_posts
