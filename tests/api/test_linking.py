"""Profiles and contacts by a program: link, unlink, accept and refuse suggestions."""

from __future__ import annotations

from typing import Any

import pytest

from socialcrm import sync
from socialcrm.models import AuditEntry, ProfileLink, SocialProfile
from socialcrm.networks.base import NotFound, RateLimited, Unreachable

from .conftest import Api, assert_problem, profile


@pytest.fixture
def loose(ada: Any) -> SocialProfile:
    """A profile that is suggested for Ada."""
    found = profile("400", "ada_two", name="Ada L.")
    evidence = [{"code": "website", "text": "Names the same site", "against": False}]
    ProfileLink.objects.create(profile=found, contact=ada, state="suggested", score=0.8, evidence=evidence)
    return found


def test_a_profile_is_linked_by_its_id_with_its_ground(api: Api, ada: Any, loose: SocialProfile) -> None:
    made = api.post("contact-profiles", ada.pk, body={"profile": loose.pk, "basis": "given"})
    assert made.status_code == 201, made.content
    link = made.json()
    assert (link["contact"], link["state"], link["basis"], link["decided_by"]) == (
        str(ada.pk),
        "linked",
        "given",
        "rep",
    )
    listed = api.get("contact-profiles", ada.pk).json()["results"]
    assert [row["profile"]["handle"] for row in listed] == ["ada_l", "ada_two"]
    assert AuditEntry.objects.filter(user__username="rep", model="profilelink").exists()


@pytest.mark.parametrize("given", [{"handle": "@ada_two"}, {"url": "https://x.com/ada_two"}])
def test_a_profile_is_linked_by_handle_or_address(
    api: Api, ada: Any, loose: SocialProfile, monkeypatch: Any, given: dict[str, str]
) -> None:
    asked = []

    def resolve(account: Any, network: str, text: str) -> SocialProfile:
        asked.append((network, text))
        return loose

    monkeypatch.setattr(sync, "resolve_profile", resolve)
    made = api.post("contact-profiles", ada.pk, body={**given, "network": "x", "basis": "public"})
    assert made.status_code == 201, made.content
    assert asked == [("twitter", next(iter(given.values())))]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("No such person", code="unknown"), 422),
        (ValueError("That is no handle."), 422),
        (Unreachable("down"), 502),
        (RateLimited(None, "wait"), 503),  # type: ignore[arg-type]
    ],
)
def test_a_handle_that_cannot_be_resolved_says_why(
    api: Api, ada: Any, monkeypatch: Any, error: Exception, status: int
) -> None:
    def resolve(*_args: Any) -> SocialProfile:
        raise error

    monkeypatch.setattr(sync, "resolve_profile", resolve)
    assert_problem(api.post("contact-profiles", ada.pk, body={"handle": "@nobody", "basis": "public"}), status)


@pytest.mark.parametrize(
    "body",
    [
        {"basis": "given"},
        {"profile": 1, "handle": "@a", "basis": "given"},
        {"handle": "@a"},
        {"handle": "@a", "basis": "guess"},
        {"handle": "@a", "basis": "given", "network": "myspace"},
    ],
)
def test_a_link_needs_one_profile_and_a_ground(api: Api, ada: Any, body: dict[str, Any]) -> None:
    assert_problem(api.post("contact-profiles", ada.pk, body=body), 422, "invalid")


def test_a_profile_of_another_contact_names_that_contact(api: Api, ada: Any, grace: Any, host: Any) -> None:
    host.hidden = set()
    hers = SocialProfile.objects.get(external_id="300")
    problem = assert_problem(
        api.post("contact-profiles", ada.pk, body={"profile": hers.pk, "basis": "given"}), 409, "already-linked"
    )
    assert problem["contact"] == str(grace.pk) and "Grace" in problem["detail"]


def test_a_profile_of_a_hidden_contact_does_not_name_it(api: Api, ada: Any, grace: Any, monkeypatch: Any) -> None:
    hers = SocialProfile.objects.get(external_id="300")
    monkeypatch.setattr(sync, "resolve_profile", lambda *_args: hers)
    answer = api.post("contact-profiles", ada.pk, body={"handle": "@grace_h", "basis": "given"})
    assert "contact" not in assert_problem(answer, 409, "already-linked")
    assert b"Grace" not in answer.content and str(grace.pk).encode() not in answer.content.replace(b"409", b"")


def test_a_profile_is_unlinked_and_stays(api: Api, ada: Any, ada_profile: SocialProfile) -> None:
    assert api.delete("contact-profile", ada.pk, ada_profile.pk).status_code == 204
    assert api.get("contact-profiles", ada.pk).json()["results"] == []
    assert ProfileLink.objects.get(profile=ada_profile).state == "unlinked"
    assert_problem(api.delete("contact-profile", ada.pk, ada_profile.pk), 404)


def test_a_suggestion_comes_with_its_evidence(api: Api, ada: Any, loose: SocialProfile) -> None:
    (row,) = api.get("contact-suggestions", ada.pk).json()["results"]
    assert row["profile"]["handle"] == "ada_two" and row["evidence"][0]["code"] == "website"


def test_an_accepted_suggestion_is_a_link(api: Api, ada: Any, loose: SocialProfile) -> None:
    (row,) = api.get("contact-suggestions", ada.pk).json()["results"]
    done = api.post("suggestion-accept", ada.pk, row["id"], body={"basis": "public"})
    assert (done.status_code, done.json()["state"]) == (200, "linked")


def test_a_refused_suggestion_does_not_come_back(api: Api, ada: Any, loose: SocialProfile) -> None:
    (row,) = api.get("contact-suggestions", ada.pk).json()["results"]
    assert api.post("suggestion-refuse", ada.pk, row["id"]).status_code == 204
    assert api.get("contact-suggestions", ada.pk).json()["results"] == []
    assert ProfileLink.objects.get(profile=loose).state == "refused"
    assert_problem(api.post("suggestion-accept", ada.pk, row["id"], body={"basis": "public"}), 404)


def test_profiles_say_whose_they_are(api: Api, ada: Any) -> None:
    (row,) = api.get("profiles", handle="@ADA_L").json()["results"]
    assert (row["contact"], row["followers"]) == (str(ada.pk), 12400)
    assert api.get("profile", row["id"]).json() == row
