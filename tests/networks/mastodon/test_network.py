"""What is Mastodon's own: people by URI, visibility kept, one post for one answer, HTML made text, its own count."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from socialcrm.networks.base import NotFound, ReplyFacts, Whom
from socialcrm.networks.html import plain
from socialcrm.networks.mastodon import Mastodon
from socialcrm.networks.mastodon.rules import fingerprint, length

from .conftest import MastodonScene


def test_a_person_is_found_by_name_page_and_uri_and_keyed_by_uri(clean) -> None:
    scene = MastodonScene(clean, far=True)
    by_name = scene.network().profile(f"@{scene.friend['handle'].upper()}")
    assert by_name.external_id == scene.friend["uri"] and by_name.handle == scene.friend["handle"]
    assert scene.network().profile(by_name.url) == scene.network().profile(by_name.external_id) == by_name
    nobody = Mastodon(scene.site())
    assert nobody.profile(by_name.handle).external_id == by_name.external_id
    with pytest.raises(NotFound):
        scene.network().profile("@nobody@nowhere.example")


def test_posts_of_a_person_are_found_by_their_uri(clean) -> None:
    scene = MastodonScene(clean, far=True)
    made = scene.mention("one of mine")
    assert made in [one.external_id for one in scene.network().posts_of(scene.friend["uri"]).posts]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("public", "public"), ("unlisted", "unlisted"), ("private", "followers"), ("direct", "private")],
)
def test_an_answer_keeps_the_visibility_and_names_its_reader(scene: MastodonScene, theirs: str, ours: str) -> None:
    network, post = scene.network(), scene.mention(f"{theirs} words", visibility=theirs)
    asked = network.mentions().posts[-1]
    assert (asked.external_id, asked.visibility) == (post, ours)
    assert asked.mentioned_ids == (scene.keys["uri"],)
    sent = network.reply(post, "Answered")
    (shown,) = network.posts([sent.external_id]).posts
    assert shown.visibility == ours and shown.in_reply_to == post and shown.kind == "reply"
    assert shown.text == f"@{scene.friend['handle'].partition('@')[0]} Answered"
    assert scene.friend["uri"] in (shown.to_author_id, *shown.mentioned_ids) or shown.to_author_id == ""
    assert [one.external_id for one in network.thread(post).posts] == [sent.external_id]


def test_the_same_answer_sent_twice_is_one_post(scene: MastodonScene) -> None:
    post = scene.mention("once please")
    one, two = scene.network().reply(post, "Here"), scene.network().reply(post, "Here")
    assert one.external_id == two.external_id and scene.accepted(post) == [one.external_id]


def test_another_answer_of_ours_leaves_doubt(scene: MastodonScene) -> None:
    post, before = scene.mention("and?"), datetime.now(UTC)
    sent = scene.network().reply(post, "Something else")
    assert str(scene.network().find_reply(post, "Not sent", before)) == "Undecided.UNDECIDED"
    assert scene.network().find_reply(post, "Not sent", before, [sent.external_id]) is None


def test_a_deleted_post_of_ours_is_gone(scene: MastodonScene) -> None:
    sent = scene.network().publish("Soon gone")
    assert scene.network().delete(sent.external_id)
    with pytest.raises(NotFound):
        scene.network().delete(sent.external_id)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<p>a<script>alert('<p>x</p>')</script>b<style>p{}</style></p>", "ab"),
        ("<p onclick=x>&lt;b&gt; &amp;amp; <b>bold</b></p>", "<b> &amp; bold"),
        ("<ul><li>one</li><li>two</li></ul>", "• one\n• two"),
        ("<p>open <a href='https://a.example'>never closed", "open never closed"),
        ("<a href='javascript:alert(1)'>no</a> \x00", "no"),
        ("", ""),
    ],
)
def test_html_of_any_server_becomes_plain_text(html: str, text: str) -> None:
    found, entities = plain(html)
    assert found == text
    assert all(found[one["start"] : one["end"]] == one["text"] for one in entities)
    assert all(one["href"].startswith("https://") for one in entities)


def test_places_are_marked_in_characters() -> None:
    html = (
        '<p>👍🏽 <span><a href="https://a.example/@ada" class="u-url mention">@<span>ada</span></a></span> '
        '<a href="https://a.example/tags/led" class="mention hashtag" rel="tag">#<span>led</span></a> '
        '<a href="https://b.example/x"><span class="invisible">https://</span><span>b.example/x</span></a></p>'
    )
    text, entities = plain(html)
    assert text == "👍🏽 @ada #led https://b.example/x"
    assert [(e["kind"], text[e["start"] : e["end"]]) for e in entities] == [
        ("mention", "@ada"),
        ("hashtag", "#led"),
        ("url", "https://b.example/x"),
    ]


def test_a_bomb_of_html_takes_no_time() -> None:
    begun = time.process_time()
    for piece in ("<p>", "<span>", "<a href=x>", "<![", "&", "<br>", "<", "<a href='https://a.example'>a</a>"):
        plain(piece * 100_000)
    assert time.process_time() - begun < 20


def test_the_count_is_the_servers() -> None:
    assert length("hello") == 5
    assert length("https://example.com/" + "a" * 200) == 23
    assert length("@ada@somewhere.example hi") == len("@ada hi")
    assert length("e\u0301 👍🏽 👩‍👩‍👧") == 5
    assert fingerprint("@a@b.example @c  Hello  @d@e.example") == "Hello @d"


def test_an_old_server_that_was_not_asked_yet_has_deleted_nothing(scene: MastodonScene) -> None:
    post = scene.mention("still there")
    scene.sandbox.control("POST", "version", {"version": "4.2.10"})
    try:
        with pytest.raises(NotFound):
            scene.network().posts([post])
        old = Mastodon(scene.site(), replace(scene.credentials(), facts=scene.network().server_facts()))
        page = old.posts([post, scene.key("1")])
    finally:
        scene.sandbox.control("POST", "version", {"version": None})
    assert [one.external_id for one in page.posts] == [post]
    assert [(one.external_id, one.why) for one in page.missing] == [(scene.key("1"), "deleted")]


def test_a_suspended_person_is_not_shown_empty(scene: MastodonScene) -> None:
    body = {"network": "mastodon", "handle": scene.friend["handle"]}
    scene.sandbox.control("POST", "account", {**body, "state": "suspended"})
    found = scene.network().profiles_by_ids([scene.friend["uri"]])
    scene.sandbox.control("POST", "account", {**body, "state": "active"})
    assert found.authors == () and [one.why for one in found.missing] == ["suspended"]


def test_limits_are_the_servers_once_they_are_known(scene: MastodonScene) -> None:
    network = scene.network()
    told = network.server_facts()
    assert told == {"domain": "town.example", "limit": 500, "link": 23, "many": True}
    wide = Mastodon(scene.site(), replace(scene.credentials(), facts={**told, "limit": 5000, "link": 10}))
    assert wide.text_limit == wide.check_text("hi").limit == 5000 and network.check_text("hi").limit == 500
    assert wide.check_text("https://a.example/abcdefgh").length == 10
    assert network.check_text("hi", ["ada@somewhere.example"]).length == len("@ada hi")


@pytest.mark.parametrize(
    ("typed", "whom"),
    [
        ("@Ada@Social.example", Whom(handle="ada@social.example")),
        ("https://social.example/@ada", Whom(handle="ada@social.example")),
        ("https://social.example/@ada@far.example/123", Whom(handle="ada@far.example")),
        ("https://social.example/users/ada", Whom(external_id="https://social.example/users/ada")),
    ],
)
def test_people_are_typed_in_many_ways(typed: str, whom: Whom) -> None:
    assert Mastodon.parse_handle(typed) == whom


@pytest.mark.parametrize("typed", ["", "ada", "@ada", "javascript:alert(1)", "https://", "https://a@b/@c", "a b@c"])
def test_what_names_nobody_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"@name@server"):
        Mastodon.parse_handle(typed)


def test_everyone_may_be_answered_but_not_a_deleted_post(scene: MastodonScene) -> None:
    network = scene.network()
    assert network.may_reply(ReplyFacts(own_id="a", author_id="b")).allowed
    assert not network.may_reply(ReplyFacts(own_id="a", author_id="b", deleted=True)).allowed
