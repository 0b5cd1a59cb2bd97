"""A reply that is out is taken down: gone on the network, empty here, and who was answered waits again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from socialcrm import outbox, takedown
from socialcrm.models import AuditEntry, Conversation, Reply

from .outbox_world import World

pytestmark = pytest.mark.django_db
CALLS = {"method": "DELETE", "path": "^/2/tweets/"}


def out(world: World, user: User) -> Reply:
    """A reply that is on the network."""
    words = f"The wrong words {uuid4()}"  # the sandbox of all scenes takes no text twice, as X does
    reply = outbox.enqueue(user, world.account, world.mention(), words, "k", delay=0)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert reply.state == "sent" and reply.sent_post is not None
    return reply


def on_the_network(world: World, reply: Reply) -> bool:
    """Whether the network still shows it."""
    posts = world.sandbox.control("GET", f"posts?network=twitter&author={world.account.handle}")["posts"]
    return any(post["id"] == reply.external_id and not post["deleted"] for post in posts)


def test_it_disappears_there_and_leaves_a_tombstone_here(world: World, rep: User) -> None:
    reply = out(world, rep)
    assert on_the_network(world, reply)
    takedown.take_down(reply, rep)
    assert not on_the_network(world, reply)
    assert reply.sent_post is not None
    reply.sent_post.refresh_from_db()
    assert (reply.sent_post.state, reply.sent_post.text) == ("deleted", "")
    reply.refresh_from_db()
    assert reply.state == "sent" and reply.text.startswith("The wrong words"), "our own log keeps what was said"
    assert AuditEntry.objects.filter(action="reply_take_down", user=rep, object_id=str(reply.pk)).count() == 1


def test_whom_it_answered_waits_again(world: World, rep: User) -> None:
    reply = out(world, rep)
    talk = Conversation.objects.get()
    assert (talk.status, talk.waiting_since) == ("pending", None)
    takedown.take_down(reply, rep)
    talk.refresh_from_db()
    assert talk.status == "open" and talk.waiting_since is not None


def test_gone_already_is_as_good(world: World, rep: User) -> None:
    reply = out(world, rep)
    world.sandbox.control("POST", "delete", {"network": "twitter", "id": reply.external_id})
    takedown.take_down(reply, rep)
    assert reply.sent_post is not None
    reply.sent_post.refresh_from_db()
    assert reply.sent_post.state == "deleted"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"action": "status", "status": 503}, "did not answer"),
        ({"action": "drop_before"}, "did not answer"),
        ({"action": "status", "status": 429, "headers": {"x-rate-limit-reset": "4102444800"}}, "asks us to wait"),
        ({"action": "status", "status": 403, "body": {"title": "Forbidden", "status": 403}}, "did not delete it"),
    ],
)
def test_where_the_network_does_not_do_it_nothing_changes_and_the_sentence_says_what_to_do(
    world: World, rep: User, fault: dict[str, Any], words: str
) -> None:
    reply = out(world, rep)
    world.sandbox.control("POST", "faults", {"match": CALLS, **fault})
    with pytest.raises(outbox.OutboxError, match=words):
        takedown.take_down(reply, rep)
    assert reply.sent_post is not None
    reply.sent_post.refresh_from_db()
    assert reply.sent_post.state == "live" and on_the_network(world, reply)
    world.sandbox.control("DELETE", "faults")
    takedown.take_down(reply, rep)
    assert not on_the_network(world, reply)


def test_a_colleague_may_not_and_a_manager_may(world: World, rep: User, agent: User, manager: User) -> None:
    reply = out(world, rep)
    with pytest.raises(outbox.NotAllowed):
        takedown.take_down(reply, agent)
    assert on_the_network(world, reply)
    takedown.take_down(reply, manager)
    assert not on_the_network(world, reply)


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "failed", "cancelled"])
def test_what_is_not_out_cannot_be_taken_down(world: World, rep: User, state: str) -> None:
    reply = Reply.objects.create(
        account=world.account, post=world.mention(), user=rep, text="x", client_key="k", state=state
    )
    with pytest.raises(outbox.OutboxError, match="Only a reply that was sent"):
        takedown.take_down(reply, rep)


def test_a_colleague_is_not_even_shown_the_button(world: World, rep: User, agent: User, client: Client) -> None:
    reply = out(world, agent)
    assert reply.post is not None
    for reader, shown in ((agent, True), (rep, False)):
        client.force_login(reader)
        item = client.get(reverse("socialcrm:item", args=[reply.post.pk])).content.decode()
        assert ("Delete on X" in item) is shown


def test_on_the_page_it_is_one_button_and_the_item_comes_back_with_the_tombstone(
    world: World, admin: User, client: Client
) -> None:
    reply = out(world, admin)
    client.force_login(admin)
    assert reply.post is not None
    item = client.get(reverse("socialcrm:item", args=[reply.post.pk])).content.decode()
    address = reverse("socialcrm:reply_take_down", args=[reply.pk])
    assert address in item and "Delete on X" in item
    back = client.post(address, headers={"X-Requested-With": "socialcrm"}).content.decode()
    assert "This post was deleted by its author." in back and address not in back
