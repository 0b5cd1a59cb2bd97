"""Around a post: what it quotes, reposts and answers, for those who may read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from socialcrm.models import Mention, Post, ProfileLink, SocialAccount, SocialProfile
from tests.conftest import make_contact
from tests.views.test_panel import drawn

pytestmark = pytest.mark.django_db
MISSING = "The post that this answers is not available here."


@pytest.fixture
def bob(db: None) -> SocialProfile:
    """Somebody else on X."""
    return SocialProfile.objects.create(network="twitter", external_id="300", handle="bob", name="Bob")


def say(author: SocialProfile, number: int, **fields: Any) -> Post:
    """A post, older the smaller its number."""
    given = {"text": f"words {number}", "thread_id": str(number), **fields}
    at = timezone.now() - timedelta(minutes=100 - number)
    return Post.objects.create(network="twitter", external_id=str(number), author=author, posted_at=at, **given)


@pytest.fixture
def hidden_bob(bob: SocialProfile, monkeypatch: pytest.MonkeyPatch) -> SocialProfile:
    """Bob is a contact that the host shows nobody here."""
    contact = make_contact(first_name="Bob", last_name="Beyond")
    ProfileLink.objects.create(profile=bob, contact=contact, state="linked", basis="given")
    everyone = type(contact)._default_manager
    monkeypatch.setattr("socialcrm.access.visible_contacts", lambda user: everyone.exclude(pk=contact.pk))
    return bob


def test_a_quoted_post_stands_inside_the_one_that_quotes_it(
    ada: Any, ada_profile: SocialProfile, bob: SocialProfile, rep: User
) -> None:
    say(bob, 1, text="Lamps <b>of tomorrow</b>")
    say(ada_profile, 2, quoted="1", kind="quote")
    page = drawn(ada, rep)
    quote = page[page.index('class="sc-quote"') :]
    assert "Lamps &lt;b&gt;of tomorrow" in quote and "@bob" in quote and "https://x.com/bob/status/1" in quote


def test_a_repost_shows_whole_what_it_reposts_and_says_so(
    ada: Any, ada_profile: SocialProfile, bob: SocialProfile, rep: User
) -> None:
    say(bob, 1, text="The whole of a long post")
    say(ada_profile, 2, quoted="1", kind="repost", text="RT @bob: The whole of a…")
    page = drawn(ada, rep)
    assert "Reposted" in page and "The whole of a long post" in page and "RT @bob" not in page


def test_a_repost_whose_post_we_do_not_have_keeps_the_words_that_came(
    ada: Any, ada_profile: SocialProfile, rep: User
) -> None:
    say(ada_profile, 2, quoted="1", kind="repost", text="RT @bob: The whole of a…")
    page = drawn(ada, rep)
    assert "RT @bob: The whole of a…" in page and "The quoted post is not available here." in page


def test_what_a_post_answers_stands_above_it(
    ada: Any, ada_profile: SocialProfile, bob: SocialProfile, rep: User
) -> None:
    say(bob, 1, text="Which lamp is best?")
    say(ada_profile, 2, in_reply_to="1", thread_id="1", kind="reply")
    page = drawn(ada, rep)
    assert page.index("In reply to") < page.index("Which lamp is best?") < page.index("words 2")


@pytest.mark.parametrize(("wanted", "sentence"), [(0, MISSING), (2, "The post that this answers is being fetched.")])
def test_a_parent_that_is_not_here_is_said(
    ada: Any, ada_profile: SocialProfile, rep: User, wanted: int, sentence: str
) -> None:
    say(ada_profile, 2, in_reply_to="1", thread_id="1", parents_wanted=wanted)
    assert sentence in drawn(ada, rep)


def test_a_deleted_parent_or_quoted_post_shows_no_word_of_it(
    ada: Any, ada_profile: SocialProfile, bob: SocialProfile, rep: User
) -> None:
    say(bob, 1, text="", state="deleted")
    say(ada_profile, 2, in_reply_to="1", thread_id="1")
    say(ada_profile, 3, quoted="1")
    page = drawn(ada, rep)
    assert MISSING in page and "The quoted post is not available here." in page and "sc-quote" not in page


def test_a_person_beyond_the_wall_is_quoted_to_nobody(
    ada: Any, ada_profile: SocialProfile, hidden_bob: SocialProfile, rep: User
) -> None:
    say(hidden_bob, 1, text="Between us")
    say(ada_profile, 2, quoted="1")
    say(ada_profile, 3, in_reply_to="1", thread_id="1")
    page = drawn(ada, rep)
    assert "Between us" not in page and "@bob" not in page and MISSING in page


def test_what_we_answered_to_a_person_beyond_the_wall_is_quoted_to_nobody(
    ada: Any, ada_profile: SocialProfile, hidden_bob: SocialProfile, acme: SocialAccount, rep: User
) -> None:
    assert acme.profile is not None
    say(acme.profile, 1, text="Dear Bob, it is on its way", account=acme, to_profile=hidden_bob)
    say(ada_profile, 2, quoted="1")
    assert "Dear Bob" not in drawn(ada, rep)


def test_a_private_post_is_quoted_to_nobody_who_may_not_read_private_posts(
    ada: Any, ada_profile: SocialProfile, bob: SocialProfile, rep: User
) -> None:
    say(bob, 1, text="Between us", visibility="private")
    say(ada_profile, 2, quoted="1")
    assert "Between us" not in drawn(ada, rep)


def test_our_own_answer_in_the_thread_is_said_once(
    ada: Any, ada_profile: SocialProfile, acme: SocialAccount, mention: Post, rep: User
) -> None:
    ours = {"account": acme, "to_profile": ada_profile, "in_reply_to": mention.external_id}
    assert acme.profile is not None
    say(acme.profile, 99, text="We are on it.", thread_id=mention.thread_id, **ours)
    page = drawn(ada, rep)
    assert "In reply to" not in page and page.count("the lamp on floor 3 blinks") == 1


def test_quotes_and_parents_take_one_query_however_many(
    ada: Any, ada_profile: SocialProfile, bob: SocialProfile, rep: User, acme: SocialAccount
) -> None:
    found = []
    for number in (10, 30):
        say(bob, number)
        say(ada_profile, number + 1, quoted=str(number))
        post = say(ada_profile, number + 2, in_reply_to=str(number), thread_id=str(number))
        Mention.objects.create(post=post, account=acme, author=ada_profile, posted_at=post.posted_at)
        with CaptureQueriesContext(connection) as asked:
            drawn(ada, rep)
        found.append(len(asked))
    assert found[0] == found[1]
