"""The inbox over the API: listed as the screen lists it, worked on with the same rules, told in problems."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from socialcrm import inbox
from socialcrm.api.tokens import make_token
from socialcrm.models import CannedReply, Conversation, ConversationNote, Post, Reply, SocialAccount
from tests.rooms.inbox_world import says

from .conftest import Api, assert_problem, url


@pytest.fixture
def talk(acme: SocialAccount) -> Conversation:
    """Ada wrote to acme."""
    return says(acme, thread="1", minutes_ago=20)


@pytest.fixture
def desk(agent: User) -> Api:
    """The agent's program."""
    return Api(make_token(agent, "tests"))


def test_a_conversation_is_told_with_person_words_and_state(api: Api, ada: Any, talk: Conversation) -> None:
    [row] = api.get("conversations").json()["results"]
    assert (row["id"], row["status"], row["assignee"], row["private"]) == (talk.pk, "open", None, False)
    assert row["contact"] == {"id": str(ada.pk), "name": "Ada Lovelace", "url": row["contact"]["url"]}
    assert row["preview"]["text"] == "@acme the lamp blinks" and row["unread"] is True
    assert row == api.get("conversation", talk.pk).json()


def test_pages_lead_on_by_next(api: Api, acme: SocialAccount) -> None:
    for number in range(1, 6):
        says(acme, number=number, who=str(number), minutes_ago=number)
    first = api.get("conversations", limit=2).json()
    second = api.client.get(first["next"], headers=api.headers).json()
    found = [row["thread_id"] for row in (*first["results"], *second["results"])]
    assert found == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "query", [{"view": "hers"}, {"status": "x"}, {"network": "no"}, {"account": "a"}, {"cursor": "x"}, {"limit": 0}]
)
def test_a_wrong_filter_is_named(api: Api, query: dict[str, Any]) -> None:
    problem = assert_problem(api.get("conversations", **query), 400, "invalid")
    assert [row["field"] for row in problem["errors"]] == list(query)


def test_the_thread_says_what_a_reply_has_to_have_seen(api: Api, acme: SocialAccount, talk: Conversation) -> None:
    thread = api.get("conversation-thread", talk.pk).json()
    post = Post.objects.get()
    assert [line["post"]["text"] for line in thread["entries"]] == [post.text] and thread["seen"]["post"] == post.pk
    says(acme, "@acme wait", number=2, thread="1", minutes_ago=1)
    body = {"post": post.pk, "account": acme.pk, "text": "Hello", "seen": 0, "seen_in_conversation": post.pk}
    problem = assert_problem(api.post("replies", body=body), 409, "thread-moved-on")
    assert not Reply.objects.exists()
    assert api.post("replies", body={**body, "seen_in_conversation": problem["post"]}).status_code == 201
    [reply] = [line["reply"] for line in api.get("conversation-thread", talk.pk).json()["entries"] if line["reply"]]
    assert reply["state"] == "queued"


def test_acts_answer_with_the_conversation_as_it_is_then(api: Api, desk: Api, talk: Conversation, rep: User) -> None:
    assert api.post("conversation-take", talk.pk).json()["assignee"] == "rep"
    problem = assert_problem(desk.post("conversation-take", talk.pk), 409, "taken-by-another")
    assert "Rep" in problem["detail"]
    assert_problem(api.post("conversation-assign", talk.pk, body={"assignee": "agent"}), 403)
    assert desk.post("conversation-assign", talk.pk, body={"assignee": "agent"}).json()["assignee"] == "agent"
    assert_problem(desk.post("conversation-assign", talk.pk, body={"assignee": "nobody"}), 422, "no-such-colleague")
    until = (timezone.now() + timedelta(hours=2)).isoformat()
    assert api.post("conversation-snooze", talk.pk, body={"until": until}).json()["status"] == "snoozed"
    assert_problem(api.post("conversation-snooze", talk.pk, body={"until": "2001-01-01T00:00:00Z"}), 422, "refused")
    assert api.post("conversation-resolve", talk.pk).json()["status"] == "resolved"
    assert api.post("conversation-reopen", talk.pk).json()["status"] == "open"
    events = [line["sentence"] for line in api.get("conversation-thread", talk.pk).json()["entries"] if line["event"]]
    assert events[0] == "Rep took it" and events[-1] == "Rep opened it again" and len(events) == 5


def test_undo_by_the_line_of_history(api: Api, rep: User, talk: Conversation) -> None:
    event = inbox.resolve(rep, talk)
    assert event is not None
    assert api.post("conversation-undo", talk.pk, body={"event": event.pk}).json()["status"] == "open"
    assert_problem(api.post("conversation-undo", talk.pk, body={"event": event.pk}), 409, "changed-since")
    assert_problem(api.post("conversation-undo", talk.pk, body={"event": 10**9}), 404)


def test_notes_are_written_and_refused(api: Api, talk: Conversation) -> None:
    assert api.post("conversation-notes", talk.pk, body={"text": "Called her."}).json()["user"] == "rep"
    assert_problem(api.post("conversation-notes", talk.pk, body={"text": " "}), 422)
    assert ConversationNote.objects.get().text == "Called her."


def test_many_are_resolved_at_once_each_with_its_outcome(api: Api, acme: SocialAccount) -> None:
    ids = [says(acme, number=number, who=str(number)).pk for number in range(1, 4)]
    answer = api.post("conversations-acts", body={"ids": [*ids, 10**9], "act": "resolve"}).json()["outcomes"]
    assert [row["done"] for row in answer] == [True, True, True, False] and answer[3]["error"]
    assert Conversation.objects.filter(status="resolved").count() == 3
    assert_problem(api.post("conversations-acts", body={"ids": ids, "act": "snooze"}), 422, "invalid")


def test_canned_replies_are_written_filled_and_deleted(api: Api, ada: Any, talk: Conversation) -> None:
    body = {"title": "Hi", "text": "Hi {contact.first_name|you}, {user.first_name}"}
    made = api.post("canned-replies", body=body).json()
    filled = api.get("canned-reply-filled", made["id"], conversation=talk.pk).json()
    assert filled == {"text": "Hi Ada, Rep", "missing": []}
    changed = {**body, "title": "Hello"}
    put = api.client.put(url("canned-reply", made["id"]), changed, "application/json", headers=api.headers)
    assert put.json()["title"] == CannedReply.objects.get().title == "Hello"
    assert_problem(api.post("canned-replies", body={"title": "x", "text": "{contact.age}"}), 422, "refused")
    assert_problem(api.post("canned-replies", body={**body, "shared": True}), 403)
    assert api.delete("canned-reply", made["id"]).status_code == 204 and not CannedReply.objects.exists()


def test_the_list_costs_the_same_for_one_and_for_many(api: Api, acme: SocialAccount) -> None:
    api.get("conversations")  # the first call of a token notes that it was used
    costs = []
    for numbers in (range(1, 2), range(2, 20)):
        for number in numbers:
            says(acme, number=number, who=str(number))
        with CaptureQueriesContext(connection) as asked:
            api.get("conversations")
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 15
