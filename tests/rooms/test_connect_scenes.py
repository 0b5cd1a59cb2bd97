"""Connect an account, keep its access fresh, lose it, get it back; and secrets stay secret."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import subprocess
import sys
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
from celery import current_app
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from socialcrm import connect, outbox
from socialcrm.models import AuditEntry, Reply, SocialAccount
from socialcrm.networks.base import AuthExpired, Unreachable
from tests.sandbox_process import ROOT, Sandbox

from .outbox_world import World, time_passes

TOKEN = {"method": "POST", "path": "^/2/oauth2/token$"}


def press_allow(net: Sandbox, url: str, handle: str, whole: bool = False) -> dict[str, str]:
    """What a person does on the network's page; returns the query that the browser brings back to us.

    `whole`: the form goes back to the address that it came from, query and all.
    """
    shown = requests.get(url, timeout=10)
    hidden = dict(re.findall(r'type=hidden name="([^"]+)" value="([^"]*)"', shown.text))
    hidden.setdefault("oauth_token", parse_qs(urlsplit(url).query).get("oauth_token", [""])[0])
    form = {**hidden, "as": handle, "decision": "allow"}
    back = requests.post(url if whole else url.split("?")[0], data=form, allow_redirects=False, timeout=10)
    return dict(parse_qsl(urlsplit(back.headers["location"]).query))


def dance(net: Sandbox, user: User, handle: str, kind: str = "oauth2", **more: Any) -> SocialAccount:
    """The whole way: start, the network's page, finish."""
    url, kept = connect.start(user, "twitter", kind, **more)
    return connect.finish(user, "twitter", json.loads(json.dumps(kept)), press_allow(net, url, handle))


def token_calls(world: World) -> int:
    """How often the network was asked for a token since the last `watch`."""
    return sum(fault["seen"] for fault in world.sandbox.control("GET", "faults")["faults"][:1])


def watch(world: World, action: str = "delay", **more: Any) -> None:
    """Count calls for a token; with another action, let them go wrong."""
    faults = [{"action": "delay", "ms": 1, "match": TOKEN}]
    if action != "delay":
        faults.append({"action": action, "match": TOKEN, **more})
    world.sandbox.control("POST", "faults", {"faults": faults})


def age(account: SocialAccount) -> None:
    """The token is over."""
    SocialAccount.objects.filter(pk=account.pk).update(token_expires_at=timezone.now() - timedelta(minutes=1))
    account.refresh_from_db()


@pytest.mark.parametrize("kind", ["oauth2", "oauth1"])
def test_connecting_gives_an_account_with_profile_and_streams_that_can_answer(
    world: World, net: Sandbox, admin: User, kind: str
) -> None:
    SocialAccount.objects.all().delete()
    account = world.account = dance(net, admin, "lumen_desk", kind)
    assert account.is_working and account.handle == "lumen_desk" and account.credentials["kind"] == kind
    assert account.profile and account.profile.external_id == account.external_id
    assert {stream.kind for stream in account.streams.all()} >= {"mentions", "own_posts"}
    reply = outbox.enqueue(admin, account, world.mention(), f"Hello from {kind}", "k", delay=0)
    outbox.send(reply.pk)
    assert len(world.posted(reply.post)) == 1


def test_only_administrators_connect(world: World, rep: User) -> None:
    with pytest.raises(connect.ConnectError):
        connect.start(rep, "twitter", "oauth2")


def test_a_sign_in_works_once_for_the_one_who_began_it_and_not_for_long(
    world: World, net: Sandbox, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = User.objects.create_superuser("other")
    url, kept = connect.start(admin, "twitter", "oauth2")
    query = press_allow(net, url, "lumen_desk")
    with pytest.raises(connect.ConnectError, match="someone else"):
        connect.finish(other, "twitter", kept, query)
    with pytest.raises(connect.ConnectError, match="not started"):
        connect.finish(admin, "twitter", {"sealed": kept["sealed"][:-4] + "AAAA"}, query)
    with pytest.raises(connect.ConnectError):
        connect.finish(admin, "twitter", {}, query)
    connect.finish(admin, "twitter", kept, query)
    with pytest.raises(connect.ConnectError, match="used already"):
        connect.finish(admin, "twitter", kept, query)
    late = connect.start(admin, "twitter", "oauth2")[1]
    real = connect.dance.time.time
    monkeypatch.setattr(connect.dance.time, "time", lambda: real() + 3600)
    with pytest.raises(connect.ConnectError, match="too long"):
        connect.finish(admin, "twitter", late, query)


def test_an_answer_with_another_state_is_refused(world: World, net: Sandbox, admin: User) -> None:
    url, kept = connect.start(admin, "twitter", "oauth2")
    query = press_allow(net, url, "lumen_desk")
    with pytest.raises(connect.ConnectError):
        connect.finish(admin, "twitter", kept, {**query, "state": "mine"})


def test_the_wrong_account_at_reconnect_is_refused_by_its_id_and_changes_nothing(
    world: World, net: Sandbox, admin: User
) -> None:
    world.account.change_state("needs_reconnect", "revoked")
    with pytest.raises(connect.ConnectError, match="lumen_lighting.*lumen_desk"):
        dance(net, admin, "lumen_lighting", account=world.account)
    world.account.refresh_from_db()
    assert world.account.state == "needs_reconnect" and SocialAccount.objects.count() == 1


def test_the_tier_that_an_administrator_chose_stays_when_the_account_is_connected_again(
    world: World, net: Sandbox, admin: User
) -> None:
    SocialAccount.objects.update(tier="enterprise")
    again = dance(net, admin, "lumen_desk", account=world.account)
    again.refresh_from_db()
    assert (again.pk, again.tier) == (world.account.pk, "enterprise")


# Lost in the middle


def test_access_revoked_midway_holds_the_replies_and_each_leaves_once_after_reconnect(
    world: World, net: Sandbox, admin: User, rep: User
) -> None:
    first, second = (
        outbox.enqueue(rep, world.account, world.mention(), f"Held {n} {admin.pk}", f"k{n}", delay=0) for n in (1, 2)
    )
    net.control("POST", "revoke", {"network": "twitter", "handle": "lumen_desk"})
    outbox.send(first.pk)
    world.account.refresh_from_db()
    assert world.account.state == "needs_reconnect" and world.account.state_detail
    assert set(Reply.objects.values_list("state", "hold")) == {("queued", "reconnect")}
    time_passes(first), time_passes(second)
    assert outbox.sweep() == 0
    outbox.send(second.pk)
    dance(net, admin, "lumen_desk", account=world.account)
    for reply in (first, second, first, second):
        outbox.send(reply.pk)
    assert [len(world.posted(reply.post)) for reply in (first, second)] == [1, 1]
    assert set(Reply.objects.values_list("state", "hold")) == {("sent", "")}


def test_what_is_queued_while_an_account_is_paused_says_so_and_leaves_at_once_when_it_works_again(
    world: World, rep: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, int]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_more: rung.append((name, args[0])))
    reply = outbox.enqueue(rep, world.account, world.mention(), f"Held {rep.pk}", "k1", delay=0)
    world.account.change_state("paused")
    outbox.hold_back(world.account, "@lumen_desk is paused.")
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.hold, reply.error_detail) == ("queued", "paused", "@lumen_desk is paused.")
    world.account.change_state("working")
    with django_capture_on_commit_callbacks(execute=True):
        assert outbox.release(world.account) == 1
    assert rung == [("socialcrm.send_reply", reply.pk)]
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.hold) == ("sent", "")


def test_a_refused_token_is_renewed_once_and_the_reply_leaves(world: World, rep: User) -> None:
    secrets = {**world.account.credentials, "access_token": "stale"}
    SocialAccount.objects.filter(pk=world.account.pk).update(credentials=secrets)
    world.account.refresh_from_db()
    watch(world)
    reply = outbox.enqueue(rep, world.account, world.mention(), f"Renewed {timezone.now()}", "k", delay=0)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "sent" and token_calls(world) == 1


def test_a_token_is_renewed_five_minutes_early_and_the_old_one_is_never_used_again(world: World) -> None:
    age(world.account)
    before = world.account.credentials["refresh_token"]
    assert connect.open_network(world.account, "test").me().handle == "lumen_desk"
    assert world.account.credentials["refresh_token"] != before and world.account.credentials_version == 1
    assert world.account.token_expires_at is not None and world.account.token_expires_at > timezone.now()


def test_a_lost_answer_of_a_refresh_is_asked_for_once_more_and_then_a_person_is_asked(world: World) -> None:
    age(world.account)
    watch(world, "drop_after", times=1)
    with pytest.raises(AuthExpired):
        connect.open_network(world.account, "test")
    with pytest.raises(AuthExpired):
        connect.open_network(world.account, "test")
    world.account.refresh_from_db()
    assert world.account.state == "needs_reconnect" and token_calls(world) == 2


def test_a_refresh_that_never_reached_the_network_is_repeated_and_nobody_notices(world: World) -> None:
    age(world.account)
    watch(world, "drop_before", times=1)
    assert connect.open_network(world.account, "test").me().handle == "lumen_desk"


def test_a_network_that_does_not_answer_refreshes_is_asked_twice_and_then_left_alone(
    world: World, settings: Any
) -> None:
    age(world.account)
    watch(world, "drop_before")
    with pytest.raises(Unreachable):
        connect.open_network(world.account, "test")
    world.account.refresh_from_db()
    assert world.account.is_working and world.account.refreshing_until is not None and token_calls(world) == 2


def test_a_refresh_that_the_network_cannot_do_now_leaves_the_account_alone(world: World) -> None:
    age(world.account)
    watch(world, "status", status=429, body={"title": "Too Many Requests", "status": 429}, times=1)
    with pytest.raises(Exception) as refused:
        connect.open_network(world.account, "test")
    assert type(refused.value).__name__ == "RateLimited"
    world.account.refresh_from_db()
    assert world.account.is_working and world.account.refreshing_until is None
    assert connect.open_network(world.account, "test").me()


@pytest.mark.django_db(transaction=True)
def test_eight_processes_refresh_once_at_each_expiry_and_the_account_lives(
    transactional_db: None, world: World
) -> None:
    rounds, racers = 25, 8
    watch(world)
    children = [start_racer(world) for _racer in range(racers)]
    try:
        for child in children:
            assert child.stdout.readline() == "ready\n"
        for number in range(1, rounds + 1):
            age(world.account)
            for child in children:
                child.stdin.write("go\n")
                child.stdin.flush()
            assert {child.stdout.readline() for child in children} == {f"{number}\n"}
    finally:
        for child in children:
            child.stdin.close()
            child.wait(20)
            child.stdout.close()
    assert token_calls(world) == rounds


def start_racer(world: World) -> subprocess.Popen[str]:
    """A process of its own on the test's database and sandbox."""
    name, vendor = connection.settings_dict["NAME"], connection.vendor
    server = os.environ.get("DATABASE_URL", "").rpartition("/")[0]
    options = connect.access.get_network("twitter").options
    names = ("api_url", "web_url", "client_id", "client_secret")
    env = {f"TWITTER_{name.upper()}": str(options[name]) for name in names} | {"TWITTER_PRIVATE_HOSTS": "127.0.0.1"}
    env["DATABASE_URL"] = f"sqlite:///{name}" if vendor == "sqlite" else f"{server}/{name}"
    command = [sys.executable, "-m", "tests.rooms.refresh_racer", str(world.account.pk)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, **pipes)


# Leaving


def test_disconnecting_ends_the_access_there_and_here_and_keeps_the_history(world: World, admin: User) -> None:
    post, secrets = world.mention(), dict(world.account.credentials)
    assert connect.revoke(world.account, admin) is True
    assert world.account.state == "disconnected" and not world.account.credentials
    header = {"authorization": f"Bearer {secrets['access_token']}"}
    assert requests.get(f"{world.sandbox.url}/2/users/me", headers=header, timeout=10).status_code == 401
    post.refresh_from_db()
    assert post.mentions.filter(account=world.account).exists()


def test_disconnecting_works_while_the_network_is_down(world: World, admin: User) -> None:
    world.account_options("http://127.0.0.1:9")
    assert connect.revoke(world.account, admin) is False
    assert world.account.state == "disconnected" and not world.account.credentials


# Secrets


def test_no_secret_is_in_a_table_a_session_an_audit_row_or_a_log(
    world: World, net: Sandbox, admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url, kept = connect.start(admin, "twitter", "oauth2")
    account = connect.finish(admin, "twitter", kept, press_allow(net, url, "lumen_desk"))
    age(account)
    connect.open_network(account, "test").me()
    secrets = [account.credentials["access_token"], account.credentials["refresh_token"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM socialcrm_socialaccount")
        table = repr(cursor.fetchall())
    trail = repr(list(AuditEntry.objects.values()))
    said = [table, trail, json.dumps(kept), caplog.text, repr(account.credentials), repr(vars(account))]
    assert not [(secret, text) for secret in secrets for text in said if secret in text]


def test_keys_are_rotated_while_accounts_stay_readable(world: World, settings: Any) -> None:
    before, old = dict(world.account.credentials), settings.SOCIALCRM_KEYS
    settings.SOCIALCRM_KEYS = [Fernet.generate_key().decode(), *old]
    call_command("socialcrm_rotate_keys", stdout=io.StringIO())
    settings.SOCIALCRM_KEYS = settings.SOCIALCRM_KEYS[:1]
    world.account.refresh_from_db()
    assert dict(world.account.credentials) == before


def test_a_lost_key_keeps_the_row_and_asks_for_the_key_in_one_sentence(world: World, settings: Any) -> None:
    old, settings.SOCIALCRM_KEYS = settings.SOCIALCRM_KEYS, [Fernet.generate_key().decode()]
    account = SocialAccount.objects.get(pk=world.account.pk)
    with pytest.raises(AuthExpired, match="SOCIALCRM_KEYS"):
        connect.open_network(account, "test")
    account.refresh_from_db()
    assert account.state == "needs_reconnect" and "old key" in account.state_detail
    with pytest.raises(CommandError):
        call_command("socialcrm_rotate_keys", stdout=io.StringIO())
    settings.SOCIALCRM_KEYS = old
    assert SocialAccount.objects.get(pk=account.pk).credentials["access_token"]
