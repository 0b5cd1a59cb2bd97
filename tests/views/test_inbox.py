"""The inbox's pages: what they show, who may do what, what is refused keeps the text, and how few queries they take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from socialcrm import inbox
from socialcrm.models import (
    CannedReply,
    Conversation,
    ConversationEvent,
    ConversationNote,
    Mention,
    Post,
    Reply,
    SocialAccount,
)
from tests.conftest import person
from tests.rooms.inbox_world import says

pytestmark = pytest.mark.django_db
SCRIPT = {"X-Requested-With": "socialcrm"}


@pytest.fixture
def talk(acme: SocialAccount) -> Conversation:
    """Ada waits for an answer."""
    return says(acme, "@acme the lamp blinks")


@pytest.fixture
def desk(client: Client, agent: User) -> Client:
    """The agent's browser."""
    client.force_login(agent)
    return client


def at(name: str, talk: Conversation) -> str:
    """One of a conversation's addresses."""
    return reverse(f"socialcrm:inbox_{name}", args=[talk.pk])


def answer_to(talk: Conversation, **fields: Any) -> dict[str, Any]:
    """What the composer below a conversation posts."""
    post = Mention.objects.filter(conversation=talk).latest("pk").post
    shown = {"seen": 0, "seen_post": 0, "seen_in_conversation": post.pk, "c": talk.pk}
    return {"account": talk.account_id, "text": "On it.", "client_key": "k" * 12, **shown, **fields}


def test_the_page_shows_list_thread_and_customer(desk: Client, talk: Conversation) -> None:
    text = desk.get(at("conversation", talk)).content.decode()
    assert "the lamp blinks" in text
    assert 'id="sc-thread"' in text
    assert 'id="sc-cust"' in text
    assert "style=" not in text
    assert "onclick" not in text


def test_garbage_in_the_address_is_no_fault(desk: Client, talk: Conversation) -> None:
    for query in ("view=x&status=y&account=z&sort=q&c=999", "c=%00", "cursor=%00~x", "q=%00", f"c={'9' * 40}"):
        answer = desk.get(f"/social/inbox/?{query}")
        assert answer.status_code in (200, 404), query


def test_without_the_permission_the_inbox_is_closed_and_not_named(client: Client, talk: Conversation) -> None:
    client.force_login(person("visitor"))
    assert client.get("/social/inbox/").status_code == 403
    assert client.post(at("take", talk)).status_code == 403
    assert "sc-inbox-nav" not in client.get("/contacts/").content.decode()


def test_absent_and_foreign_conversations_look_the_same(desk: Client, talk: Conversation, acme: SocialAccount) -> None:
    from django.contrib.auth.models import Group

    acme.groups.add(Group.objects.create(name="Others"))
    for name in ("conversation", "take", "assign", "snooze", "resolve", "reopen", "note"):
        call = desk.get if name == "conversation" else desk.post
        assert call(at(name, talk)).status_code == 404, name
        assert call(reverse(f"socialcrm:inbox_{name}", args=[10**9])).status_code == 404, name


@pytest.mark.parametrize(
    ("deed", "data", "expected"),
    [
        ("take", {}, {"status": "open"}),
        ("resolve", {}, {"status": "resolved"}),
        ("snooze", {"until": "tomorrow"}, {"status": "snoozed"}),
        ("assign", {"assignee": ""}, {"assignee": None}),
    ],
)
def test_a_deed_is_done_by_form_and_by_script(
    desk: Client, talk: Conversation, deed: str, data: dict[str, str], expected: dict[str, Any]
) -> None:
    assert desk.post(at(deed, talk), data).status_code == 302
    talk.refresh_from_db()
    assert {name: getattr(talk, name) for name in expected} == expected
    text = desk.post(at(deed, talk), data, headers=SCRIPT).content.decode()
    assert 'id="sc-head"' in text


def test_a_colleague_has_it_already_and_the_page_says_who(desk: Client, talk: Conversation, rep: User) -> None:
    Conversation.objects.update(assignee=rep)
    answer = desk.post(at("take", talk), headers=SCRIPT)
    assert answer.status_code == 409
    assert "Rep has taken this conversation." in answer.content.decode()


def test_a_snooze_needs_a_time(desk: Client, talk: Conversation) -> None:
    for custom in ("", "never", "2020-01-01T10:00", "9999-99-99T00:00"):
        answer = desk.post(at("snooze", talk), {"until": "custom", "custom": custom}, headers=SCRIPT)
        assert answer.status_code == 409, custom
    talk.refresh_from_db()
    assert talk.status == "open"


def test_a_rep_cannot_assign_to_others_and_is_not_offered_to(
    client: Client, talk: Conversation, rep: User, agent: User
) -> None:
    client.force_login(rep)
    assert "Colleagues" not in client.get(at("conversation", talk)).content.decode()
    assert client.post(at("assign", talk), {"assignee": agent.pk}, headers=SCRIPT).status_code == 409
    talk.refresh_from_db()
    assert talk.assignee is None


def test_what_a_colleague_has_is_taken_over_by_who_may_assign(desk: Client, talk: Conversation, rep: User) -> None:
    Conversation.objects.update(assignee=rep)
    assert "Take over from Rep" in desk.get(at("conversation", talk)).content.decode()
    agent = User.objects.get(username="agent")
    answer = desk.post(at("assign", talk), {"assignee": agent.pk}, headers=SCRIPT)
    assert "It is yours now." in answer.content.decode()
    assert "Agent took it" in desk.get(at("conversation", talk)).content.decode()
    talk.refresh_from_db()
    assert talk.assignee == agent


def test_what_a_colleague_has_is_not_offered_to_who_may_not_assign(
    client: Client, talk: Conversation, rep: User, agent: User
) -> None:
    Conversation.objects.update(assignee=agent)
    client.force_login(rep)
    page = client.get(at("conversation", talk)).content.decode()
    assert "Take over" not in page and "Take it myself" not in page and "Assign to nobody" not in page


def test_undo_puts_back_only_what_one_did_oneself(desk: Client, talk: Conversation, rep: User) -> None:
    desk.post(at("resolve", talk))
    event = ConversationEvent.objects.get(kind="resolved")
    other = Client()
    other.force_login(rep)
    other.post(f"/social/inbox/undo/?event={event.pk}")
    talk.refresh_from_db()
    assert talk.status == "resolved"
    desk.post(f"/social/inbox/undo/?event={event.pk}")
    talk.refresh_from_db()
    assert talk.status == "open"


@pytest.mark.parametrize(
    ("deed", "data", "said"),
    [
        ("take", {}, "It is yours now."),
        ("resolve", {}, "Done. Their next word brings it back."),
        ("resolve", {"then": "next"}, "Done. Their next word brings it back."),
        ("snooze", {"until": "hour"}, "Snoozed until"),
        ("assign", {"assignee": "manager"}, "Assigned to Manager."),
    ],
)
def test_without_javascript_the_page_says_what_was_done_and_undoes_it(
    desk: Client, talk: Conversation, acme: SocialAccount, manager: User, deed: str, data: dict[str, str], said: str
) -> None:
    says(acme, number=2, who="300")
    before = Conversation.objects.filter(pk=talk.pk).values("status", "assignee", "snoozed_until").get()
    sent = {name: str(manager.pk) if value == "manager" else value for name, value in data.items()}
    text = desk.post(at(deed, talk), {**sent, "next": at("conversation", talk)}, follow=True).content.decode()
    event = ConversationEvent.objects.get()
    assert text.count(said) == 1
    assert f'<form method="post" action="/social/inbox/undo/?event={event.pk}"' in text
    assert "/undo/" not in desk.get("/social/inbox/").content.decode()  # said once
    text = desk.post(f"/social/inbox/undo/?event={event.pk}", {"next": at("conversation", talk)}, follow=True)
    assert "Undone." in text.content.decode()
    assert Conversation.objects.filter(pk=talk.pk).values("status", "assignee", "snoozed_until").get() == before


def test_without_javascript_several_are_undone_together(desk: Client, talk: Conversation, acme: SocialAccount) -> None:
    other = says(acme, number=2, who="300")
    text = desk.post("/social/inbox/bulk/", {"do": "resolve", "c": [talk.pk, other.pk]}, follow=True).content.decode()
    assert "2 conversations changed." in text
    query = "&".join(f"event={event.pk}" for event in ConversationEvent.objects.order_by("pk"))
    assert f"/social/inbox/undo/?{query.replace('&', '&amp;')}" in text
    desk.post(f"/social/inbox/undo/?{query}")
    assert set(Conversation.objects.values_list("status", flat=True)) == {"open"}


def test_what_changed_nothing_offers_nothing_to_undo(desk: Client, talk: Conversation, agent: User) -> None:
    Conversation.objects.update(assignee=agent)
    text = desk.post(at("take", talk), {"next": at("conversation", talk)}, follow=True).content.decode()
    assert "It is yours now." in text
    assert "/undo/" not in text


def test_another_page_of_the_host_says_it_without_the_button(desk: Client, talk: Conversation) -> None:
    text = desk.post(at("take", talk), {"next": "/contacts/"}, follow=True).content.decode()
    assert "It is yours now." in text


def test_a_note_that_is_refused_keeps_its_text(desk: Client, talk: Conversation) -> None:
    answer = desk.post(at("note", talk), {"text": "x" * 10_001}, headers=SCRIPT)
    assert answer.status_code == 422
    assert "x" * 10_001 in answer.content.decode()
    assert not ConversationNote.objects.exists()


def test_an_answer_from_the_inbox_shows_the_thread_with_it(desk: Client, talk: Conversation) -> None:
    post = Post.objects.get()
    answer = desk.post(reverse("socialcrm:reply", args=[post.pk]), answer_to(talk), headers=SCRIPT)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "On it." in text
    assert 'id="sc-msgs"' in text
    assert Reply.objects.get().conversation == talk


def test_what_they_wrote_in_the_meantime_is_shown_and_nothing_is_lost(
    desk: Client, talk: Conversation, acme: SocialAccount
) -> None:
    post, data = Post.objects.get(), answer_to(talk)
    says(acme, "@acme never mind, solved", number=2, thread="1", minutes_ago=0)
    answer = desk.post(reverse("socialcrm:reply", args=[post.pk]), data, headers=SCRIPT)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "never mind, solved" in text
    assert "On it." in text
    assert not Reply.objects.exists()
    seen = Post.objects.get(external_id="2").pk
    again = {**data, "seen_in_conversation": seen, "anyway": "0"}
    assert desk.post(reverse("socialcrm:reply", args=[post.pk]), again, headers=SCRIPT).status_code == 200


def test_a_hole_in_a_saved_reply_is_never_sent(desk: Client, talk: Conversation) -> None:
    data = answer_to(talk, text="Hi {contact.first_name},")
    answer = desk.post(reverse("socialcrm:reply", args=[Post.objects.get().pk]), data, headers=SCRIPT)
    assert answer.status_code == 422
    assert "{contact.first_name}" in answer.content.decode()
    assert not Reply.objects.exists()


def test_live_says_nothing_when_nothing_is_new(desk: Client, talk: Conversation, acme: SocialAccount) -> None:
    address = f"/social/inbox/live/?c={talk.pk}"
    desk.get(at("conversation", talk))
    first = desk.get(address)
    again = desk.get(address, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    ConversationNote.objects.create(conversation=talk, text="a note")
    assert desk.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_the_cost_does_not_grow_with_the_list(desk: Client, talk: Conversation, acme: SocialAccount) -> None:
    def queries(address: str) -> int:
        desk.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(address).status_code == 200
        return len(asked)

    few = queries("/social/inbox/"), queries(at("conversation", talk))
    for number in range(2, 28):
        says(acme, number=number, who=str(1000 + number), minutes_ago=number)
    many = queries("/social/inbox/"), queries(at("conversation", talk))
    assert many == few
    assert many[0] <= 25


def test_pages_of_the_list_go_on_where_the_last_one_ended(
    desk: Client, acme: SocialAccount, talk: Conversation
) -> None:
    for number in range(2, 36):
        says(acme, number=number, who=str(1000 + number), minutes_ago=number * 10)
    first = desk.get("/social/inbox/")
    more = first.context["screen"].more
    second = desk.get(more)
    shown = [row.conversation.pk for page in (first, second) for row in page.context["screen"].rows]
    assert len(shown) == len(set(shown)) == 35


def test_a_search_says_how_far_it_looked(
    desk: Client, acme: SocialAccount, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(acme, number=2, who="300")
    assert "sc-searched" not in desk.get("/social/inbox/").content.decode()
    whole = desk.get("/social/inbox/?q=lamp").content.decode()
    assert "Looked through 2 conversations: all of this list." in whole
    assert "what people wrote are searched" in whole
    monkeypatch.setattr("socialcrm.inbox.pages.SEARCHED", 1)
    first = desk.get("/social/inbox/?q=lamp")
    assert "Looked through 1 conversation. There are more." in first.content.decode()
    assert "Search further" in first.content.decode()
    second = desk.get(first.context["screen"].more)
    assert "Looked through 1 conversation. There are more." in second.content.decode()
    last = desk.get(second.context["screen"].more).content.decode()
    assert "This is the end of the list." in last
    monkeypatch.setattr("socialcrm.inbox.pages.SEARCHED", 2)
    says(acme, number=3, who="400", minutes_ago=1)
    rest = desk.get(desk.get("/social/inbox/?q=lamp").context["screen"].more).content.decode()
    assert "Looked through 1 more conversation, the last of this list." in rest


def test_a_long_wait_is_pressing(desk: Client, acme: SocialAccount) -> None:
    says(acme, minutes_ago=3)
    says(acme, number=2, who="300", minutes_ago=5 * 60)
    says(acme, number=3, who="400", minutes_ago=30 * 60)
    text = desk.get("/social/inbox/").content.decode()
    assert "Waiting 3 min" in text
    assert "sc-sla--soon" in text
    assert "sc-sla--over" in text


def test_what_is_a_long_wait_is_the_sites_to_say(desk: Client, acme: SocialAccount, settings: Any) -> None:
    settings.SOCIALCRM_WAITING_SOON_HOURS, settings.SOCIALCRM_WAITING_LATE_HOURS = 0.5, 2
    says(acme, minutes_ago=20)
    text = desk.get("/social/inbox/").content.decode()
    assert "sc-sla--soon" not in text and "sc-sla--over" not in text
    says(acme, number=2, who="300", minutes_ago=40)
    assert "sc-sla--soon" in desk.get("/social/inbox/").content.decode()
    says(acme, number=3, who="400", minutes_ago=3 * 60)
    assert "sc-sla--over" in desk.get("/social/inbox/").content.decode()


@pytest.mark.parametrize("view", ["mine", "mentions", "unassigned", "unattended", "all"])
def test_an_empty_view_says_what_it_means(desk: Client, view: str, acme: SocialAccount) -> None:
    assert "sc-list-empty" in desk.get(f"/social/inbox/?view={view}").content.decode()


def test_a_note_field_takes_as_much_as_a_note_may_have(desk: Client, talk: Conversation) -> None:
    page = desk.get(f"/social/inbox/{talk.pk}/").content.decode()
    assert f'maxlength="{inbox.LONGEST_NOTE}"' in page and 'maxlength="5000"' not in page


def test_saved_replies_are_written_shown_and_deleted(desk: Client, agent: User) -> None:
    desk.post("/social/canned/new/", {"title": "Thanks", "text": "Thank you, {contact.first_name|friend}!"})
    canned = CannedReply.objects.get()
    assert canned.user == agent
    page = desk.get("/social/canned/").content.decode()
    assert '<code class="sc-var">{contact.first_name|friend}</code>' in page
    assert "Thank you, Ada!" in desk.get(f"/social/canned/{canned.pk}/").content.decode()
    assert desk.get(f"/social/canned/{canned.pk}/delete/").status_code == 200
    desk.post(f"/social/canned/{canned.pk}/delete/")
    assert not CannedReply.objects.exists()


@pytest.mark.parametrize("text", ["Hi {contact.shoe_size}", "Hi {contact.first_name}"])
def test_a_saved_reply_that_nobody_could_fill_is_refused_and_kept(desk: Client, text: str) -> None:
    answer = desk.post("/social/canned/new/", {"title": "Bad", "text": text})
    assert answer.status_code == 422
    assert f"{text}</textarea>" in answer.content.decode()
    assert not CannedReply.objects.exists()


def test_another_persons_saved_reply_is_absent_and_everyones_is_not_mine_to_change(
    desk: Client, rep: User, talk: Conversation
) -> None:
    private = CannedReply.objects.create(title="Mine alone", text="x", user=rep)
    shared = CannedReply.objects.create(title="Ours", text="y")
    assert desk.get(f"/social/canned/{private.pk}/").status_code == 404
    assert desk.post(f"/social/canned/{private.pk}/delete/").status_code == 404
    desk.post(f"/social/canned/{shared.pk}/delete/")
    desk.post(f"/social/canned/{shared.pk}/", {"title": "Theirs", "text": "z"})
    assert CannedReply.objects.get(pk=shared.pk).title == "Ours"


def test_the_menu_fills_each_saved_reply_in_the_queries_of_one(
    desk: Client, talk: Conversation, agent: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        CannedReply.objects.create(title=f"No {number}", text="Hi {profile.handle}", user=agent)
    address = reverse("socialcrm:canned_menu", args=[Post.objects.get().pk])
    with django_assert_max_num_queries(15):
        answer = desk.get(address, {"account": talk.account_id}, headers=SCRIPT)
    assert answer.content.decode().count("Hi @ada_l") == 40  # what is shown, and what goes into the text


def test_a_snoozed_conversation_says_until_when(desk: Client, talk: Conversation) -> None:
    Conversation.objects.update(status="snoozed", snoozed_until=timezone.now() + timedelta(days=2))
    assert "Until " in desk.get("/social/inbox/?status=snoozed").content.decode()


def test_a_suggestion_is_answered_beside_the_thread(desk: Client, talk: Conversation) -> None:
    from socialcrm.models import ProfileLink
    from tests.conftest import make_contact

    contact = make_contact(first_name="Ada", last_name="Lovelace")
    link = ProfileLink.objects.create(profile=talk.profile, contact=contact, state="suggested", score=0.8)
    assert "Is this Ada Lovelace?" in desk.get(at("conversation", talk)).content.decode()
    data = {"basis": "public", "c": talk.pk}
    text = desk.post(reverse("socialcrm:accept", args=[link.pk]), data, headers=SCRIPT).content.decode()
    assert 'id="sc-cust"' in text
    assert "Is this Ada Lovelace?" not in text


def test_a_note_can_be_written_from_the_contacts_page_and_belongs_to_the_conversation(
    desk: Client, ada: Any, talk: Conversation
) -> None:
    post = Post.objects.get()
    drawn = desk.get(reverse("socialcrm:contact", args=[ada.pk])).content.decode()
    address = reverse("socialcrm:post_note", args=[post.pk])
    assert f'action="{address}"' in drawn
    assert desk.post(address, {"text": "Said on the phone."}, headers=SCRIPT).status_code == 200
    assert ConversationNote.objects.get().conversation == talk


def test_the_contact_is_found_and_linked_beside_the_thread(desk: Client, talk: Conversation) -> None:
    from tests.conftest import make_contact

    contact = make_contact(first_name="Ada", last_name="Lovelace")
    found = desk.get(reverse("socialcrm:inbox_people", args=[talk.pk]), {"who": "lovel"}, headers=SCRIPT)
    assert "Ada Lovelace" in found.content.decode()
    data = {"profile": talk.profile_id, "basis": "public", "c": talk.pk}
    text = desk.post(reverse("socialcrm:link", args=[contact.pk]), data, headers=SCRIPT).content.decode()
    assert "Open contact" in text


def test_weekdays_stay_weekdays_in_french(desk: Client) -> None:
    """A word for the snooze menu must not become Django's name of the day."""
    from django.utils import formats, translation

    with translation.override("fr"):
        assert formats.date_format(timezone.datetime(2026, 11, 23), "l") == "lundi"
