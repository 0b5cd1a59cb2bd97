"""What a third network costs this house: one settings line. A parrot is connected by nothing else, and is whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socialcrm import outbox, sync
from socialcrm.models import Conversation, Post, SocialAccount, SocialProfile
from socialcrm.networks import networks
from socialcrm.networks.base import Author, FetchedPost, Network, Page, Sent
from socialcrm.timeline import timeline


class Parrot(Network):
    """A network that says what it is told, and has no server."""

    id, label = "parrot", "Parrot"
    post_limit = 40

    def reply(self, in_reply_to: str, text: str, key: str = "", audience: str = "") -> Sent:
        return Sent(external_id=f"answer-to-{in_reply_to}", text=text)


@pytest.fixture
def parrot(db: None, settings: Any) -> SocialAccount:
    """Our account there, after the one line."""
    known = {name: f"{cls.__module__}.{cls.__qualname__}" for name, cls in networks().items()}
    settings.SOCIALCRM_NETWORKS = {**known, "parrot": "tests.networks.test_a_third_network.Parrot"}
    us = SocialProfile.objects.create(network="parrot", external_id="us", handle="polly")
    secrets = {"kind": "oauth2", "access_token": "t"}
    return SocialAccount.objects.create(
        network="parrot", external_id="us", handle="polly", profile=us, credentials=secrets
    )


def test_a_mention_on_it_is_shown_answered_and_listed(
    parrot: SocialAccount, client: Client, rep: User, admin: User, ada: Any, ada_profile: SocialProfile
) -> None:
    bea = Author(external_id="bea", handle="bea", name="Bea")
    said = FetchedPost(
        external_id="7", author=bea, text="@polly hello", posted_at=timezone.now(), mentioned_ids=("us",)
    )
    sync.store(Page(posts=(said,)), parrot)
    post = Post.objects.get(network="parrot")
    post.author.links.create(contact=ada, state="linked", basis="given")
    assert [item.posts for item in timeline(ada, rep).items] == [[post]]
    client.force_login(rep)
    page = client.get(reverse("socialcrm:contact", args=[ada.pk])).content.decode()
    assert "Reply on Parrot" in page and '<b aria-hidden="true">P</b>' in page and 'data-sc-limit="40"' in page
    with pytest.raises(outbox.TextRefused):
        outbox.enqueue(rep, parrot, post, "x" * 41, "long")
    reply = outbox.enqueue(rep, parrot, post, "Hello Bea", "k", delay=0)
    outbox.send(reply.pk)
    reply.refresh_from_db()
    assert (reply.state, reply.external_id) == ("sent", "answer-to-7")
    assert Conversation.objects.get(account=parrot).status == "pending"
    client.force_login(admin)
    assert "@polly" in client.get(reverse("socialcrm:accounts")).content.decode()
