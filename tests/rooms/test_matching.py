"""Scenes of matching: proofs link, likenesses are suggested with reasons, decisions of people are never overruled."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from crm_core.models import Company, Contact, ContactEmail, ContactWebsite
from socialcrm import matching
from socialcrm.matching.facts import emails_in
from socialcrm.matching.names import shares_initials
from socialcrm.models import ProfileLink, SocialAccount, SocialProfile, Stream
from socialcrm.networks.twitter import Twitter

pytestmark = pytest.mark.django_db


def profile(handle: str = "grace_h", name: str = "Grace Hopperfield", **fields: Any) -> SocialProfile:
    """Someone on X."""
    xid = fields.pop("external_id", str(70_000 + SocialProfile.objects.count()))
    return SocialProfile.objects.create(network="twitter", external_id=xid, handle=handle, name=name, **fields)


def contact(
    name: str = "Grace Hopperfield", sites: tuple[str, ...] = (), emails: tuple[str, ...] = (), **fields: Any
) -> Contact:
    """Someone in the CRM."""
    first, _space, last = name.partition(" ")
    made = Contact.objects.create(first_name=first, last_name=last, **fields)
    ContactWebsite.objects.bulk_create([ContactWebsite(contact=made, url=url) for url in sites])
    ContactEmail.objects.bulk_create([ContactEmail(contact=made, email=email) for email in emails])
    return made


def match(*profiles: SocialProfile) -> dict[str, ProfileLink]:
    """Match these; their rows by state."""
    matching.match_profiles([one.pk for one in profiles])
    return {row.state: row for row in ProfileLink.objects.all()}


def codes(row: ProfileLink, against: bool = False) -> set[str]:
    """The evidence of a row."""
    return {one["code"] for one in row.evidence if one["against"] is against}


def test_an_address_among_the_contact_s_sites_links_as_given_by_the_person(acme: SocialAccount) -> None:
    grace = contact("G. Hop", sites=("https://twitter.com/Grace_H?lang=en",))
    row = match(profile())["linked"]
    assert (row.contact, row.basis, row.automatic, row.decided_by) == (grace, "given", True, None)
    assert row.evidence[0]["text"] == "https://twitter.com/Grace_H?lang=en is among the contact's addresses"
    assert Stream.objects.get(kind="profile_posts").profile == row.profile


def test_beside_an_address_nothing_says_that_only_the_name_speaks_for_it() -> None:
    contact(sites=("https://x.com/grace_h",))
    row = match(profile())["linked"]
    assert codes(row) >= {"given_address", "same_name"}
    assert codes(row, against=True) == set()


def test_an_address_that_two_contacts_list_is_a_question_not_a_link() -> None:
    contact("Grace Hopperfield", sites=("https://x.com/grace_h",))
    contact("Grant Hopperfield", sites=("https://x.com/grace_h",))
    rows = ProfileLink.objects.all()
    match(profile())
    assert {row.state for row in rows} == {"suggested"}
    assert all("claimed_twice" in codes(row, against=True) for row in rows)


def test_the_same_site_and_the_same_name_link() -> None:
    contact(sites=("http://www.hopper-lamps.example/",))
    assert match(profile(website="https://hopper-lamps.example"))["linked"].basis == "public"


def test_a_company_s_site_under_another_name_does_not_link() -> None:
    company = Company.objects.create(name="Hopper Lamps", website="https://hopper-lamps.example")
    contact("Alan Turingham", company=company)
    assert match(profile(website="https://hopper-lamps.example")) == {}


def test_the_contact_s_e_mail_in_the_bio_links() -> None:
    contact("G Hop", emails=("grace@hopper.example",))
    assert codes(match(profile(bio="Lamps. Grace@Hopper.example."))["linked"]) >= {"email_in_bio"}


def test_a_name_alone_never_links() -> None:
    contact()
    row = match(profile("gracehopperfield"))["suggested"]
    assert codes(row) == {"same_name", "like_handle"}
    assert codes(row, against=True) == {"name_only"}


def test_a_rare_name_with_a_lead_and_something_besides_links() -> None:
    contact(company=Company.objects.create(name="Hopper Lamps"))
    row = match(profile("gracehopperfield", bio="CTO at Hopper Lamps"))["linked"]
    assert (row.basis, row.automatic) == ("public", True)
    assert codes(row) == {"same_name", "like_handle", "company_in_bio"}


def test_a_common_name_is_asked_about_even_with_the_company() -> None:
    contact("John Smith", company=Company.objects.create(name="Hopper Lamps"))
    row = match(profile("johnsmith", "John Smith", bio="CTO at Hopper Lamps"))["suggested"]
    assert "common_name" in codes(row, against=True)


def test_a_namesake_is_never_linked() -> None:
    company = Company.objects.create(name="Hopper Lamps")
    contact(company=company)
    contact()
    match(profile("gracehopperfield", bio="CTO at Hopper Lamps"))
    assert not ProfileLink.objects.filter(state="linked").exists()
    assert all("namesake" in codes(row, against=True) for row in ProfileLink.objects.all())


def test_two_profiles_of_one_name_are_both_asked_about() -> None:
    contact(company=Company.objects.create(name="Hopper Lamps"))
    bio = "CTO at Hopper Lamps"
    match(profile("gracehopperfield", bio=bio), profile("grace_hopperfield", bio=bio))
    assert [row.state for row in ProfileLink.objects.all()] == ["suggested", "suggested"]


def test_a_refusal_is_remembered(rep: User) -> None:
    grace, who = contact(sites=("https://x.com/grace_h",)), profile()
    matching.refuse(who, grace, rep)
    assert set(match(who)) == {"refused"}


def test_an_unlink_leaves_a_tombstone_that_matching_respects(rep: User, acme: SocialAccount) -> None:
    grace, who = contact(sites=("https://x.com/grace_h",)), profile()
    matching.unlink(match(who)["linked"], rep)
    assert set(match(who)) == {"unlinked"}
    assert not Stream.objects.get().active
    assert matching.link(who, grace, rep, "opt_in").state == "linked"


def test_a_profile_linked_elsewhere_names_that_contact(rep: User) -> None:
    who, grace = profile(), contact()
    matching.link(who, grace, rep, "opt_in")
    with pytest.raises(matching.AlreadyLinked) as raised:
        matching.link(who, contact("Alan Turingham"), rep, "opt_in")
    assert raised.value.contact == grace
    assert "Grace Hopperfield" in str(raised.value)


def test_a_link_by_hand_says_who_when_and_on_what_basis_and_ends_other_suggestions(rep: User) -> None:
    grace, alan, who = contact(), contact("Grace Hopperfeld"), profile("gracehopperfield")
    match(who)
    row = matching.link(who, grace, rep, "opt_in")
    assert (row.basis, row.decided_by, row.automatic) == ("opt_in", rep, False)
    assert not ProfileLink.objects.filter(contact=alan).exists()


def test_linking_twice_is_one_row(rep: User) -> None:
    grace, who = contact(), profile()
    assert matching.link(who, grace, rep, "public").pk == matching.link(who, grace, rep, "opt_in").pk


def test_a_contact_has_at_most_three_suggestions_best_first() -> None:
    grace = contact()
    match(*[profile(f"grace_hopperfield{n}", "Grace Hopperfield" + "x" * n) for n in range(5)])
    rows = matching.suggestions(grace)
    assert len(rows) == 3
    assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)


def test_a_network_that_forbids_it_is_never_linked(rep: User, monkeypatch: pytest.MonkeyPatch) -> None:
    grace, who = contact(sites=("https://x.com/grace_h",)), profile()
    monkeypatch.setattr(Twitter, "may_link_contacts", False)
    assert match(who) == {}
    with pytest.raises(matching.LinkingForbidden):
        matching.link(who, grace, rep, "opt_in")


def test_evidence_is_read_in_the_reader_s_language() -> None:
    contact()
    match(profile("gracehopperfield"))
    with translation.override("fr"):
        stored = ProfileLink.objects.get()
    assert "text" in stored.evidence[0]
    raw = ProfileLink.objects.extra(select={"raw": "evidence"}).values_list("raw", flat=True)[0]
    assert "Same name" not in str(raw)


def test_another_city_speaks_against() -> None:
    contact(city="Lyon", company=Company.objects.create(name="Hopper Lamps"))
    row = match(profile("gracehopperfield", bio="Hopper Lamps", location="Oslo, Norway"))["suggested"]
    assert "other_city" in codes(row, against=True)


def test_merged_contacts_bring_their_profiles_along_and_take_them_back(rep: User) -> None:
    source, target = contact(), contact("G Hopperfield")
    linked = matching.link(profile(), source, rep, "given")
    both = profile("other")
    matching.link(both, source, rep, "opt_in")
    matching.refuse(both, target, rep)
    before = list(ProfileLink.objects.order_by("profile_id").values("profile", "contact", "state", "basis"))
    token = json.loads(json.dumps(matching.move_links(source, target)))
    assert set(ProfileLink.objects.values_list("contact", "state")) == {(target.pk, "linked")}
    matching.return_links(source, token)
    linked.refresh_from_db()
    assert linked.contact == source
    after = ProfileLink.objects.values("profile", "contact", "state", "basis")
    assert sorted(map(str, after)) == sorted(map(str, before))


def test_a_new_profile_is_matched_once_and_again_when_it_is_renamed() -> None:
    contact(sites=("https://x.com/new_name",))
    who = profile("old_name")
    assert matching.match_new() == 0
    SocialProfile.objects.filter(pk=who.pk).update(handle="new_name", matched_at=None)
    assert matching.match_new() == 1
    assert matching.match_new() == 0


def test_a_text_without_end_is_searched_for_addresses_at_once() -> None:
    start = time.process_time()
    assert emails_in("a" * 100_000 + " ada@engines.example") == {"ada@engines.example"}
    assert time.process_time() - start < 10


def test_initials_tell_sally_from_vera_and_leave_ada_l_to_ada_lovelace() -> None:
    assert not shares_initials("Vera Radley", "Sally Radley")
    assert shares_initials("Ada Lovelace", "A. Lovelace")
    assert shares_initials("Ada Lovelace", "Lovelace, Ada King")


def test_who_is_found_already_is_not_suggested_again_for_a_name_alone() -> None:
    contact(sites=("https://x.com/grace_h",))
    match(profile(), profile(handle="ghopperfield", name="Grace Hopperfield"))
    match(SocialProfile.objects.get(handle="ghopperfield"))
    assert not ProfileLink.objects.filter(state="suggested").exists()
