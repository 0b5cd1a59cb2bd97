"""Answering through the pages: who may, what comes back, and that the text is never lost."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socialcrm.contacts import get_adapter
from socialcrm.models import AuditEntry, Post, Reply, SocialAccount
from tests.rooms.inbox_world import says

pytestmark = pytest.mark.django_db
FRAGMENT = {"X-Requested-With": "socialcrm"}


@pytest.fixture
def signed_in(client: Client, rep: User) -> Client:
    """The rep's browser."""
    client.force_login(rep)
    return client


def fields(acme: SocialAccount, text: str = "Thank you", **more: Any) -> dict[str, Any]:
    """What the composer sends."""
    return {"account": acme.pk, "text": text, "client_key": "key-of-this-form", "seen": 0, **more}


def send(client: Client, post: Post, data: dict[str, Any], fragment: bool = True) -> Any:
    """Submit the composer, with or without the panel's script."""
    return client.post(reverse("socialcrm:reply", args=[post.pk]), data, headers=FRAGMENT if fragment else {})


def test_while_the_network_asks_to_wait_the_item_says_when_the_reply_leaves(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    SocialAccount.objects.update(replies_wait_until=timezone.now() + timedelta(minutes=9))
    page = send(signed_in, mention, fields(acme)).content.decode()
    assert "X allows the next reply at" in page and "Leaves in" not in page


def test_a_reply_is_queued_and_its_item_comes_back(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    answer = send(signed_in, mention, fields(acme))
    assert answer.status_code == 200
    assert f'id="item-{mention.pk}"' in answer.content.decode()
    assert Reply.objects.get().state == "queued"


def test_without_the_script_the_answer_is_a_redirect_to_the_page_it_came_from(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    answer = send(signed_in, mention, fields(acme, next="/contacts/1/?pane=feed"), fragment=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/contacts/1/?pane=feed")


def test_without_the_script_a_refused_text_keeps_the_way_back(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    answer = send(signed_in, mention, fields(acme, "x" * 300, next="/contacts/1/"), fragment=False)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="next" value="/contacts/1/"' in page and 'href="/contacts/1/" data-sc-close' in page
    assert f'value="{reverse("socialcrm:reply", args=[mention.pk])}"' not in page


def test_a_redirect_never_leaves_the_site(signed_in: Client, ada: Any, mention: Post, acme: SocialAccount) -> None:
    answer = send(signed_in, mention, fields(acme, next="https://evil.example/"), fragment=False)
    assert "evil" not in answer.headers["Location"]


def test_the_same_form_twice_is_one_reply(signed_in: Client, ada: Any, mention: Post, acme: SocialAccount) -> None:
    send(signed_in, mention, fields(acme))
    assert send(signed_in, mention, fields(acme)).status_code == 200
    assert Reply.objects.count() == 1


def test_line_ends_are_counted_as_the_network_counts_them(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    send(signed_in, mention, fields(acme, "one\r\ntwo"))
    assert Reply.objects.get().text == "one\ntwo"


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 281, "a\x00b", "\u200b"])
def test_a_text_that_cannot_be_sent_comes_back_with_the_reason(
    text: str, signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    answer = send(signed_in, mention, fields(acme, text))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert "<textarea" in page
    assert not Reply.objects.exists()


@pytest.mark.parametrize("text", ["😀" * 140, "שלום עולם", "e\u0301" * 200])
def test_emoji_and_right_to_left_text_are_sent_as_written(
    text: str, signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    assert send(signed_in, mention, fields(acme, text)).status_code == 200
    assert Reply.objects.get().text == text


def test_a_colleagues_answer_is_shown_before_mine_is_sent(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount, agent: User
) -> None:
    theirs = Reply.objects.create(
        account=acme, post=mention, user=agent, text="Theirs", client_key="a", state="sent", external_id="9",
        sent_at=timezone.now(),
    )  # fmt: skip
    answer = send(signed_in, mention, fields(acme, "Mine"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert send(signed_in, mention, fields(acme, "Mine", anyway=theirs.pk)).status_code == 200


def test_an_answer_typed_on_the_network_is_shown_before_mine_is_sent_and_counts_as_seen_once_shown(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    theirs = Post.objects.create(
        network="twitter", external_id="5001", author=acme.profile, account=acme, text="Typed on a phone",
        posted_at=timezone.now(), thread_id=mention.external_id, in_reply_to=mention.external_id,
        to_profile=mention.author,
    )  # fmt: skip
    answer = send(signed_in, mention, fields(acme, "Mine", seen_post=0))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Typed on a phone" in page and "@acme answered this on X itself" in page and "Mine" in page
    assert f'name="seen_post" value="{theirs.pk}"' in page
    fresh = signed_in.get(reverse("socialcrm:composer", args=[mention.pk]), headers=FRAGMENT).content.decode()
    assert f'name="seen_post" value="{theirs.pk}"' in fresh
    anyway = fields(acme, "Mine", seen_post=theirs.pk, anyway=0)
    assert send(signed_in, mention, anyway).status_code == 200


def test_a_deleted_post_cannot_be_answered_and_the_text_is_kept(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    Post.objects.update(state="deleted", text="")
    answer = send(signed_in, mention, fields(acme, "Too late"))
    assert answer.status_code == 422
    assert "Too late" in answer.content.decode()


@pytest.mark.parametrize(
    ("visibility", "said"),
    [("followers", "Followers-only reply"), ("unlisted", "Unlisted reply"), ("public", "Public reply")],
)
def test_the_composer_says_who_will_read_the_answer(
    visibility: str, said: str, signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    SocialAccount.objects.update(network="mastodon", server="https://town.example")
    Post.objects.update(network="mastodon", visibility=visibility)
    page = signed_in.get(reverse("socialcrm:composer", args=[mention.pk]), headers=FRAGMENT).content.decode()
    assert f"<b>{said}" in page


LINKED = "charges $0.20 for a reply with a link, $0.01 without."


def test_the_composer_says_that_a_link_makes_the_reply_dearer_once_there_is_one(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    plain = send(signed_in, mention, fields(acme, "x" * 281)).content.decode()
    assert f"X {LINKED}" in plain and "data-sc-dear hidden" in plain
    linked = send(signed_in, mention, fields(acme, "see lumen.com " + "x" * 281)).content.decode()
    assert f"X {LINKED}" in linked and "data-sc-dear hidden" not in linked


def test_a_network_that_charges_nothing_says_nothing_of_links(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    SocialAccount.objects.update(network="mastodon", server="https://town.example")
    Post.objects.update(network="mastodon")
    page = signed_in.get(reverse("socialcrm:composer", args=[mention.pk]), headers=FRAGMENT).content.decode()
    assert "data-sc-composer" in page and "data-sc-dear" not in page


@pytest.mark.parametrize(("hold", "said"), [("", "We look for it"), ("person", "Check before you send it again")])
def test_an_unconfirmed_reply_says_who_looks_for_it(
    hold: str, said: str, signed_in: Client, ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    Reply.objects.create(account=acme, post=mention, user=rep, text="x", client_key="a", state="unknown", hold=hold)
    assert said in signed_in.get(reverse("socialcrm:outbox")).content.decode()


@pytest.mark.parametrize("name", ["reply", "composer", "outside"])
def test_without_the_permission_nothing_can_be_sent(
    name: str, client: Client, agent: User, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    agent.user_permissions.clear()
    client.force_login(agent)
    url = reverse(f"socialcrm:{name}", args=[mention.pk])
    assert (client.get(url) if name == "composer" else client.post(url, fields(acme))).status_code == 403


@pytest.mark.parametrize("name", ["reply_cancel", "reply_retry", "reply_settle"])
def test_a_foreign_reply_looks_like_none(
    name: str, signed_in: Client, mention: Post, acme: SocialAccount, agent: User, settings: Any, ada: Any
) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.views.blind.Blind"
    reply = Reply.objects.create(account=acme, post=mention, user=agent, text="x", client_key="a")
    assert signed_in.post(reverse(f"socialcrm:{name}", args=[reply.pk])).status_code == 404


def test_an_account_of_others_looks_like_none(signed_in: Client, ada: Any, mention: Post, acme: SocialAccount) -> None:
    from django.contrib.auth.models import Group

    acme.groups.add(Group.objects.create(name="board"))
    assert send(signed_in, mention, fields(acme)).status_code == 404


def test_signed_out_leads_to_the_sign_in(client: Client, ada: Any, mention: Post, acme: SocialAccount) -> None:
    assert "login" in send(client, mention, fields(acme)).headers["Location"]


def test_cancel_gives_the_text_back_to_the_composer(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount
) -> None:
    send(signed_in, mention, fields(acme, "Wait"))
    reply = Reply.objects.get()
    page = signed_in.post(reverse("socialcrm:reply_cancel", args=[reply.pk]), headers=FRAGMENT).content.decode()
    assert ">Wait</textarea>" in page
    reply.refresh_from_db()
    assert reply.state == "cancelled"


@pytest.fixture
def refused(mention: Post, acme: SocialAccount, rep: User, ada: Any) -> Reply:
    """The rep's reply that the network refused."""
    return Reply.objects.create(
        account=acme, post=mention, user=rep, text="A cheap pill", client_key="a", state="failed", error_detail="Spam."
    )


def edit_link(page: str, reply: Reply) -> str:
    """Where "Edit" leads."""
    return html.unescape(re.search(rf'href="([^"]*\?reply={reply.pk}[^"]*)"', page).group(1))  # type: ignore[union-attr]


def test_a_reply_that_failed_is_edited_and_what_is_sent_takes_its_place(
    signed_in: Client, mention: Post, acme: SocialAccount, refused: Reply
) -> None:
    page = signed_in.get(edit_link(signed_in.get(reverse("socialcrm:outbox")).content.decode(), refused))
    assert ">A cheap pill</textarea>" in page.content.decode()
    assert f'name="replaces" value="{refused.pk}"' in page.content.decode()
    answer = send(signed_in, mention, fields(acme, "A lamp", seen=refused.pk, replaces=refused.pk))
    assert answer.status_code == 200 and "A cheap pill" not in answer.content.decode()
    refused.refresh_from_db()
    edited = Reply.objects.get(text="A lamp")
    assert (refused.state, edited.state) == ("cancelled", "queued")
    noted = AuditEntry.objects.get(action="reply_replace")
    assert (noted.object_id, noted.detail["by"]) == (str(refused.pk), edited.pk)
    signed_in.post(reverse("socialcrm:outbox_act"), {"reply": [refused.pk], "do": "retry"})
    refused.refresh_from_db()
    assert refused.state == "cancelled"


def test_an_edit_that_is_refused_keeps_what_it_replaces_and_leaves_that_as_it_was(
    signed_in: Client, mention: Post, acme: SocialAccount, refused: Reply
) -> None:
    answer = send(signed_in, mention, fields(acme, "x" * 281, replaces=refused.pk))
    assert answer.status_code == 422
    assert f'name="replaces" value="{refused.pk}"' in answer.content.decode()
    refused.refresh_from_db()
    assert refused.state == "failed"


@pytest.mark.parametrize("state", ["queued", "sent"])
def test_an_edit_is_stopped_when_the_failed_reply_was_retried_meanwhile(
    state: str, signed_in: Client, mention: Post, acme: SocialAccount, refused: Reply
) -> None:
    Reply.objects.filter(pk=refused.pk).update(state=state, external_id="9" if state == "sent" else "")
    answer = send(signed_in, mention, fields(acme, "A lamp", seen=refused.pk, replaces=refused.pk))
    assert answer.status_code == 409 and "A lamp" in answer.content.decode()
    assert Reply.objects.count() == 1


def test_a_colleague_who_may_not_retry_it_may_not_replace_it(
    client: Client, agent: User, mention: Post, acme: SocialAccount, refused: Reply
) -> None:
    client.force_login(agent)
    answer = send(client, mention, fields(acme, "A lamp", seen=refused.pk, replaces=refused.pk))
    assert answer.status_code == 403 and "A lamp" in answer.content.decode()
    refused.refresh_from_db()
    assert refused.state == "failed"


def test_in_the_inbox_edit_opens_below_the_conversation_even_for_an_older_post(
    signed_in: Client, acme: SocialAccount, rep: User
) -> None:
    says(acme, thread="1", minutes_ago=9)
    talk = says(acme, "@acme and it smokes", number=2, thread="1", minutes_ago=5)
    older = Post.objects.get(external_id="1")
    failed = Reply.objects.create(
        account=acme, post=older, conversation=talk, user=rep, text="To the older", client_key="a", state="failed"
    )
    page = signed_in.get(reverse("socialcrm:inbox_conversation", args=[talk.pk])).content.decode()
    dock = signed_in.get(edit_link(page, failed), headers=FRAGMENT).content.decode()
    assert 'id="sc-dock"' in dock and f'id="composer-{older.pk}"' in dock and ">To the older</textarea>" in dock


def test_the_two_buttons_settle_a_doubt(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    reply = Reply.objects.create(
        account=acme, post=mention, user=rep, text="x", client_key="a", state="unknown", hold="person"
    )
    signed_in.post(reverse("socialcrm:reply_settle", args=[reply.pk]), {"sent": "yes"}, headers=FRAGMENT)
    reply.refresh_from_db()
    assert reply.state == "sent"


def test_answered_outside_is_noted(signed_in: Client, ada: Any, mention: Post, acme: SocialAccount) -> None:
    url = reverse("socialcrm:outside", args=[mention.pk])
    page = signed_in.post(url, {"account": acme.pk, "text": "Said there"}, headers=FRAGMENT).content.decode()
    assert "Answered on X" in page
    assert Reply.objects.get().outside is True


def test_the_outbox_shows_states_and_retries_in_bulk(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    reply = Reply.objects.create(
        account=acme, post=mention, user=rep, text="Again", client_key="a", state="failed", error_detail="X was down."
    )
    page = signed_in.get(reverse("socialcrm:outbox"), {"state": "failed"}).content.decode()
    assert "Again" in page
    assert "X was down." in page
    signed_in.post(reverse("socialcrm:outbox_act"), {"reply": [reply.pk], "do": "retry"})
    reply.refresh_from_db()
    assert reply.state == "queued"


def test_the_outbox_leads_to_the_contact_and_to_the_network(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    Reply.objects.create(account=acme, post=mention, user=rep, text="Again", client_key="a", state="failed")
    page = signed_in.get(reverse("socialcrm:outbox")).content.decode()
    assert f'href="{get_adapter().url(ada)}"><bdi>Ada Lovelace</bdi>' in page
    assert "Open on X" in page


def test_the_outbox_names_no_contact_that_i_may_not_see(
    signed_in: Client, ada: Any, mention: Post, acme: SocialAccount, rep: User, settings: Any
) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.views.blind.Blind"
    Reply.objects.create(account=acme, post=mention, user=rep, text="Again", client_key="a", state="failed")
    page = signed_in.get(reverse("socialcrm:outbox")).content.decode()
    assert "Again" in page and "Ada Lovelace" not in page


def test_the_outbox_hides_what_others_wrote_to_people_i_may_not_see(
    signed_in: Client, mention: Post, acme: SocialAccount, agent: User, ada: Any, settings: Any
) -> None:
    settings.SOCIALCRM_CONTACT_ADAPTER = "tests.views.blind.Blind"
    Reply.objects.create(account=acme, post=mention, user=agent, text="Secret", client_key="a", state="failed")
    assert "Secret" not in signed_in.get(reverse("socialcrm:outbox")).content.decode()


def test_the_outbox_takes_the_same_queries_for_one_and_for_thirty(
    signed_in: Client, mention: Post, acme: SocialAccount, rep: User, ada: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked(n: int) -> int:
        for i in range(n):
            Reply.objects.create(account=acme, post=mention, user=rep, text="x", client_key=f"{n}-{i}", state="failed")
        with CaptureQueriesContext(connection) as queries:
            signed_in.get(reverse("socialcrm:outbox"))
        return len(queries)

    assert asked(1) == asked(28)
