"""Scenes of pull against a real sandbox: nothing skipped, nothing doubled, one account in trouble stops no other."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from socialcrm import compliance, ledger, sync
from socialcrm.models import ApiUsage, Conversation, Gap, Mention, Post, SocialProfile, Stream
from socialcrm.networks.base import Unreachable
from socialcrm.sync import streams

from .outbox_world import World

pytestmark = [pytest.mark.django_db(transaction=True)]
MENTIONS = "^/2/users/[0-9]+/mentions"


def write(world: World, number: int, handle: str = "lumen_desk", first: int = 0) -> list[str]:
    """So many mentions on the network; their ids, oldest first."""
    author = world.people[first % len(world.people)]["truth"]["twitter"]["handle"]
    return [str(world.sandbox.post(author, f"@{handle} lamp {first + n}")["id"]) for n in range(number)]


def mentions_of(world: World) -> Stream:
    """The account's mentions stream, caught up with whatever other scenes left on the network."""
    sync.ensure_streams(world.account)
    stream = Stream.objects.get(account=world.account, kind="mentions")
    sync.pull(stream)
    stream.refresh_from_db()
    return stream


def fault(world: World, action: str, **more: Any) -> None:
    """The next look at the mentions fails like this."""
    rule = {"action": action, "match": {"method": "GET", "path": MENTIONS}, "times": 1, **more}
    world.sandbox.control("POST", "faults", rule)


def read_one_page(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit that ends after the first page of a walk."""
    with monkeypatch.context() as patch:
        patch.setattr(_module(), "ROUNDS", 1)
        sync.pull(stream)


def mentioned() -> set[str]:
    """Ids of the mentions that we have."""
    return set(Mention.objects.values_list("post__external_id", flat=True))


def test_every_mention_between_two_polls_arrives_once(world: World) -> None:
    stream = mentions_of(world)
    written = write(world, 350)
    assert sync.pull(stream) == 350
    assert set(written) <= mentioned()
    assert Mention.objects.filter(post__external_id__in=written).count() == 350
    stream.refresh_from_db()
    assert (stream.cursor, stream.walk_token) == (max(written, key=int), "")
    assert sync.pull(stream) == 0


def test_a_walk_cut_by_a_rate_limit_goes_on_at_the_same_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = mentions_of(world)
    cursor, written = stream.cursor, write(world, 250)
    read_one_page(stream, monkeypatch)
    fault(world, "status", status=429)
    sync.pull(stream)
    stream.refresh_from_db()
    assert (stream.cursor, stream.error_class) == (cursor, "RateLimited")
    assert stream.walk_token
    assert stream.due_at > timezone.now()
    assert len(mentioned() & set(written)) == 100
    assert sync.pull(stream) == 150
    stream.refresh_from_db()
    assert (stream.cursor, stream.error_class) == (max(written, key=int), "")


def test_a_worker_that_dies_between_two_pages_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = mentions_of(world)
    written = write(world, 250)
    store_many, calls = _module().store_many, []

    def dies(batches: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return store_many(batches)

    monkeypatch.setattr(_module(), "store_many", dies)
    with pytest.raises(KeyboardInterrupt):
        sync.pull(stream)
    monkeypatch.undo()
    assert sync.pull(stream) == 0  # the dead worker's lease still holds
    Stream.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sync.pull(stream)
    assert set(written) <= mentioned()


def _module() -> Any:
    import sys

    return sys.modules["socialcrm.sync.pull"]


def test_two_workers_at_once_store_each_mention_once(world: World) -> None:
    stream = mentions_of(world)
    written = write(world, 120)
    Stream.objects.update(due_at=timezone.now())

    def work() -> None:
        sync.pull_due()
        connections.close_all()

    threads = [threading.Thread(target=work) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Mention.objects.filter(post__external_id__in=written).count() == 120
    stream.refresh_from_db()
    assert stream.cursor == max(written, key=int)


def test_a_second_account_is_read_though_the_first_has_lost_its_access(world: World) -> None:
    mentions_of(world)
    other = world.connect("lumen_lighting")
    sync.ensure_streams(other)
    world.account.credentials = {"kind": "oauth2", "access_token": "gone", "refresh_token": "gone"}
    world.account.save()
    written = write(world, 3, "lumen_lighting")
    Stream.objects.update(due_at=timezone.now())
    sync.pull_due()
    assert set(written) <= mentioned()
    world.account.refresh_from_db()
    assert world.account.state == "needs_reconnect"
    assert not Stream.objects.due().filter(account=world.account).exists()


def test_a_network_that_is_down_is_tried_again_later(world: World) -> None:
    stream = mentions_of(world)
    fault(world, "status", status=503)
    sync.pull(stream)
    stream.refresh_from_db()
    assert (stream.error_class, stream.failures) == ("Unreachable", 1)
    assert sync.stream_health(stream, timezone.now()).error == "The network did not answer; we try again by ourselves."
    sync.pull(stream)
    stream.refresh_from_db()
    assert (stream.error_class, stream.failures) == ("", 0)


@pytest.mark.parametrize("action", ["truncate", "bad_json"])
def test_an_answer_that_cannot_be_read_moves_no_cursor(world: World, action: str) -> None:
    stream = mentions_of(world)
    written = write(world, 5)
    fault(world, action)
    sync.pull(stream)
    assert not set(written) & mentioned()
    assert sync.pull(stream) == 5


def test_a_token_that_the_network_forgot_leaves_a_gap_that_is_filled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = mentions_of(world)
    written = write(world, 250)
    read_one_page(stream, monkeypatch)
    fault(world, "status", status=400)
    sync.pull(stream)
    stream.refresh_from_db()
    assert (stream.cursor, stream.walk_token) == (max(written, key=int), "")
    gap = Gap.objects.get()
    assert (gap.why, gap.filled_at) == ("lost_token", None)
    assert sync.fill_gap(gap)
    assert set(written) <= mentioned()
    gap.refresh_from_db()
    assert gap.filled_at is not None


def test_more_mentions_than_the_network_shows_leave_a_gap(world: World) -> None:
    stream = mentions_of(world)
    write(world, 830)
    sync.pull(stream)
    gap = Gap.objects.get()
    assert gap.why == "depth"
    assert not sync.fill_gap(gap)
    gap.refresh_from_db()
    assert gap.filled_at is None


def test_an_answer_typed_elsewhere_joins_the_conversation_and_opens_none(world: World) -> None:
    stream = mentions_of(world)
    (mention,) = write(world, 1)
    sync.pull(stream)
    answer = world.sandbox.post("lumen_desk", "we are on it", in_reply_to=mention)
    sync.pull_account(world.account)
    talk = Mention.objects.get(post__external_id=mention).conversation
    post = Post.objects.get(external_id=answer["id"])
    assert talk is not None
    assert (talk.status, talk.waiting_since) == ("pending", None)
    assert (post.account, post.to_profile) == (world.account, Post.objects.get(external_id=mention).author)
    assert Conversation.objects.filter(thread_id=post.thread_id).count() == 1


def test_missing_parents_are_fetched_and_deep_threads_end(world: World) -> None:
    stream = mentions_of(world)
    author = world.people[3]["truth"]["twitter"]["handle"]
    root = last = str(world.sandbox.post(author, "any lamps around?")["id"])
    for number in range(7):
        last = str(world.sandbox.post(author, f"more {number}", in_reply_to=last)["id"])
    world.sandbox.post(author, "@lumen_desk see above", in_reply_to=last)
    sync.pull(stream)
    for _round in range(10):
        sync.fetch_parents()
    assert Post.objects.filter(external_id=last).exists()
    assert not Post.objects.filter(external_id=root).exists()
    assert not Post.objects.filter(parents_wanted__gt=0).exists()


def test_a_post_that_was_deleted_there_is_forgotten_here(world: World) -> None:
    stream = mentions_of(world)
    first, second = write(world, 2)
    sync.pull(stream)
    world.sandbox.control("POST", "delete", {"network": "twitter", "id": first})
    Post.objects.filter(external_id__in=[first, second]).update(seen_at=timezone.now() - timedelta(days=2))
    assert sync.check_deletions() == 1
    assert (Post.objects.get(external_id=first).state, Post.objects.get(external_id=first).text) == ("deleted", "")
    assert Post.objects.get(external_id=second).state == "live"


def test_old_profiles_are_read_again(world: World) -> None:
    stream = mentions_of(world)
    write(world, 1, first=5)
    sync.pull(stream)
    SocialProfile.objects.update(fetched_at=timezone.now() - timedelta(days=3), followers=1)
    assert sync.refresh_profiles() > 0
    assert not sync.refresh_profiles()
    assert SocialProfile.objects.filter(followers__gt=1).exists()


def test_an_erased_person_is_not_looked_up_again_and_the_sentence_says_what_to_do(world: World) -> None:
    person = world.people[9]["truth"]["twitter"]
    profile = sync.resolve_profile(world.account, "twitter", "@" + person["handle"])
    compliance.suppress([profile])
    profile.delete()
    with pytest.raises(ValueError, match="erased here for good.*talk to them on X"):
        sync.resolve_profile(world.account, "x", "@" + person["handle"])
    assert not SocialProfile.objects.filter(external_id=person["id"]).exists()


def test_a_contact_s_posts_are_read_as_far_as_wanted(world: World, settings: Any) -> None:
    settings.SOCIALCRM_BACKFILL_POSTS = 100
    person = world.people[7]["truth"]["twitter"]
    for number in range(130):
        world.sandbox.post(person["handle"], f"day {number}")
    profile = sync.resolve_profile(world.account, "twitter", "@" + person["handle"])
    stream = sync.follow_profile(profile)
    assert stream is not None
    sync.pull(stream)
    assert Post.objects.filter(author=profile).count() == 100
    assert not Mention.objects.filter(author=profile).exists()


def test_the_ledger_knows_what_reading_cost(world: World) -> None:
    stream = mentions_of(world)
    ApiUsage.objects.all().delete()
    write(world, 7)
    sync.pull(stream)
    usage = ApiUsage.objects.get()
    assert (usage.purpose, usage.calls, usage.units, usage.micros) == ("mentions", 1, 7, 35_000)
    stream.refresh_from_db()
    assert stream.remaining is not None
    assert ledger.month(world.account).spent_micros == 35_000


def test_near_the_cap_contacts_posts_stop_first_and_mentions_go_on(world: World) -> None:
    stream = mentions_of(world)
    profile = SocialProfile.objects.exclude(pk=world.account.profile_id).first()
    assert profile is not None
    posts = sync.follow_profile(profile)
    assert posts is not None
    world.account.monthly_cap = 1
    world.account.save()
    ApiUsage.objects.all().update(micros=0)
    ApiUsage.objects.filter(purpose="mentions").update(micros=800_000)
    (written,) = write(world, 1)
    sync.pull(posts)
    sync.pull(stream)
    posts.refresh_from_db()
    assert posts.error_class == "Budget"
    assert written in mentioned()


def test_a_quiet_sweep_over_many_accounts_takes_a_fixed_number_of_queries(
    world: World, django_assert_max_num_queries: Any
) -> None:
    mentions_of(world)
    sync.pull_account(world.account)
    Stream.objects.update(due_at=timezone.now())
    with django_assert_max_num_queries(20):
        assert sync.pull_due() == 0


def test_who_lost_the_lease_moves_no_cursor(world: World) -> None:
    stream = mentions_of(world)
    (mine,) = streams.claim(1, only=[stream.pk])
    Stream.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    streams.claim(1, only=[stream.pk])
    streams.finish([streams.failed(mine, Unreachable("late"))])
    stream.refresh_from_db()
    assert stream.error_class == ""


def test_health_says_when_nobody_reads(world: World) -> None:
    stream = mentions_of(world)
    assert sync.workers_alive(timezone.now())
    Stream.objects.filter(pk=stream.pk).update(due_at=timezone.now() - timedelta(minutes=5))
    assert not sync.workers_alive(timezone.now())
