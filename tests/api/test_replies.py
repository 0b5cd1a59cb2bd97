"""Replies by a program: written once however often it asks, refused with a reason, followed to their end."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from socialcrm.api.tokens import make_token
from socialcrm.models import AuditEntry, Post, Reply, SocialAccount

from .conftest import Api, assert_problem, make_reply


@pytest.fixture
def body(mention: Post, acme: SocialAccount, ada: Any) -> dict[str, Any]:
    """A good answer to Ada."""
    return {"post": mention.pk, "account": acme.pk, "text": "We are looking into it."}


def test_a_reply_is_queued_and_can_be_followed(api: Api, body: dict[str, Any]) -> None:
    made = api.post("replies", body=body)
    assert made.status_code == 201 and made["Location"].endswith(f"/replies/{made.json()['id']}/")
    seen = api.get("reply", made.json()["id"]).json()
    assert (seen["state"], seen["external_id"], seen["text"]) == ("queued", "", body["text"])
    assert AuditEntry.objects.filter(action="reply_intent", user__username="rep").count() == 1


def test_the_same_key_and_body_give_the_same_answer_and_one_reply(api: Api, body: dict[str, Any]) -> None:
    first = api.post("replies", body=body, Idempotency_Key="once")
    again = [api.post("replies", body=body, Idempotency_Key="once") for _ in range(3)]
    assert first.status_code == 201 and {answer.status_code for answer in again} == {200}
    assert {answer.content for answer in again} == {first.content}
    assert Reply.objects.count() == 1


def test_the_same_key_with_another_text_is_refused(api: Api, body: dict[str, Any]) -> None:
    first = api.post("replies", body=body, Idempotency_Key="once")
    other = api.post("replies", body={**body, "text": "Something else"}, Idempotency_Key="once")
    assert assert_problem(other, 422, "key-reused")["reply"] == first.json()["id"]
    assert Reply.objects.count() == 1


def test_a_quoted_key_is_the_key_itself(api: Api, body: dict[str, Any]) -> None:
    api.post("replies", body=body, Idempotency_Key='"once"')
    assert Reply.objects.get().client_key == "once"


def test_without_a_key_one_is_made(api: Api, body: dict[str, Any]) -> None:
    assert len(api.post("replies", body=body).json()["idempotency_key"]) >= 32


@pytest.mark.parametrize("key", ["k" * 65, "é", "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(api: Api, body: dict[str, Any], key: str) -> None:
    assert_problem(api.post("replies", body=body, Idempotency_Key=key), 422, "invalid")
    assert not Reply.objects.exists()


def test_the_key_of_another_person_is_another_key(api: Api, agent: User, body: dict[str, Any]) -> None:
    api.post("replies", body=body, Idempotency_Key="once")
    Reply.objects.update(state="failed")
    other = Api(make_token(agent)).post("replies", body=body, Idempotency_Key="once")
    assert other.status_code == 201 and Reply.objects.count() == 2


def test_a_second_answer_at_the_same_time_is_told_of_the_first(api: Api, agent: User, body: dict[str, Any]) -> None:
    first = api.post("replies", body=body)
    problem = assert_problem(Api(make_token(agent)).post("replies", body=body), 409, "already-answered")
    assert problem["reply"] == first.json()["id"] and "another" in problem["next_step"]
    assert Reply.objects.count() == 1


def test_another_answer_after_the_first_needs_to_be_meant(api: Api, agent: User, body: dict[str, Any]) -> None:
    api.post("replies", body=body)
    Reply.objects.update(state="sent", external_id="1")
    other = Api(make_token(agent))
    assert_problem(other.post("replies", body=body), 409, "already-answered")
    assert other.post("replies", body={**body, "another": True}).status_code == 201


def test_an_answer_typed_on_the_network_itself_needs_another_to_be_meant_too(
    api: Api, mention: Post, acme: SocialAccount, body: dict[str, Any]
) -> None:
    Post.objects.create(
        network="twitter", external_id="5001", author=acme.profile, account=acme, text="Typed on a phone",
        posted_at=timezone.now(), thread_id=mention.external_id, in_reply_to=mention.external_id,
    )  # fmt: skip
    problem = assert_problem(api.post("replies", body=body), 409, "already-answered")
    assert "on X itself" in problem["detail"] and "reply" not in problem
    assert api.post("replies", body={**body, "another": True}).status_code == 201


def test_who_has_seen_the_first_answer_may_write_another(api: Api, agent: User, body: dict[str, Any]) -> None:
    first = api.post("replies", body=body).json()["id"]
    Reply.objects.update(state="sent", external_id="1")
    other = Api(make_token(agent))
    assert_problem(other.post("replies", body={**body, "seen": first - 1}), 409, "already-answered")
    assert other.post("replies", body={**body, "seen": first}).status_code == 201


@pytest.mark.parametrize("text", ["x" * 300, "   ", "\u200b"])
def test_a_text_that_the_network_refuses_is_refused_here(api: Api, body: dict[str, Any], text: str) -> None:
    assert_problem(api.post("replies", body={**body, "text": text}), 422)
    assert not Reply.objects.exists()


def test_a_text_is_sent_as_it_was_written(api: Api, body: dict[str, Any]) -> None:
    text = "  émoji 👩‍🚀 \u2067עברית\u2069 \n"
    assert api.post("replies", body={**body, "text": text}).json()["text"] == text


def test_a_deleted_post_cannot_be_answered_and_says_why(api: Api, body: dict[str, Any], mention: Post) -> None:
    Post.objects.filter(pk=mention.pk).update(state="deleted")
    problem = assert_problem(api.post("replies", body=body), 422, "not-eligible")
    assert problem["reason"] == "deleted"


def test_an_account_without_access_cannot_answer(api: Api, body: dict[str, Any], acme: SocialAccount) -> None:
    acme.change_state("needs_reconnect", "revoked")
    assert_problem(api.post("replies", body=body), 422, "not-eligible")


def test_a_reply_can_be_cancelled_until_it_leaves(api: Api, body: dict[str, Any]) -> None:
    pk = api.post("replies", body=body).json()["id"]
    assert api.post("reply-cancel", pk).json()["state"] == "cancelled"
    assert_problem(api.post("reply-cancel", pk), 409)


def test_a_failed_reply_can_be_retried(api: Api, mention: Post, acme: SocialAccount, rep: User, ada: Any) -> None:
    reply = make_reply(mention, acme, rep, "failed", error_class="Rejected", error_detail="Not allowed")
    assert api.get("reply", reply.pk).json()["error"] == "Not allowed"
    said = api.post("reply-retry", reply.pk).json()
    assert (said["state"], said["error"]) == ("queued", "")


def test_a_sent_reply_cannot_be_retried(api: Api, mention: Post, acme: SocialAccount, rep: User, ada: Any) -> None:
    reply = make_reply(mention, acme, rep, "sent", external_id="1")
    assert_problem(api.post("reply-retry", reply.pk), 409)


@pytest.mark.parametrize(("sent", "state"), [(True, "sent"), (False, "queued")])
def test_a_reply_in_doubt_is_settled_by_a_person(
    api: Api, mention: Post, acme: SocialAccount, rep: User, ada: Any, sent: bool, state: str
) -> None:
    reply = make_reply(mention, acme, rep, "unknown", hold="person")
    assert_problem(api.post("reply-settle", reply.pk), 422)
    assert api.post("reply-settle", reply.pk, body={"sent": sent}).json()["state"] == state


def test_a_colleague_may_not_cancel_it(api: Api, agent: User, body: dict[str, Any]) -> None:
    pk = api.post("replies", body=body).json()["id"]
    assert_problem(Api(make_token(agent)).post("reply-cancel", pk), 403)
    assert Reply.objects.get().state == "queued"


def test_replies_are_listed_by_state(api: Api, mention: Post, acme: SocialAccount, rep: User, ada: Any) -> None:
    for state in ("failed", "queued"):
        make_reply(mention, acme, rep, state)
    assert [row["state"] for row in api.get("replies", state="failed").json()["results"]] == ["failed"]
    assert [row["state"] for row in api.get("replies", mine="true").json()["results"]] == ["queued", "failed"]
