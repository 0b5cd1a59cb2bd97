"""What one Mastodon server says of another one's people and posts, over real sockets: it is hearsay, and no more."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm_core.models import Contact, ContactEmail, ContactWebsite
from socialcrm import matching, sync
from socialcrm.models import Conversation, Mention, Post, ProfileLink, SocialAccount, SocialProfile
from tests.networks.local_server import RawServer

pytestmark = pytest.mark.django_db


class Server:
    """A server of our making and our account on it: `says` is what it answers, by path."""

    def __init__(self, name: str) -> None:
        self.says: dict[str, Any] = {}
        self.raw = RawServer(self._answer)
        self.host = f"{self.raw.host}:{self.raw.port}"
        self.uri = f"{self.raw.url}/users/{name}"
        profile = SocialProfile.objects.create(network="mastodon", external_id=self.uri, handle=f"{name}@{self.host}")
        self.account = SocialAccount.objects.create(
            network="mastodon",
            external_id=self.uri,
            handle=profile.handle,
            profile=profile,
            server=self.raw.url,
            credentials={"kind": "oauth2", "access_token": f"token-of-{name}"},
        )

    def _answer(self, connection: socket.socket, request: bytes) -> None:
        path = request.split(b" ", 2)[1].decode()
        found = next((value for start, value in self.says.items() if path.startswith(start)), None)
        body = json.dumps({"error": "Record not found"} if found is None else found).encode()
        status = b"404 Not Found" if found is None else b"200 OK"
        connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))

    def person(self, name: str, home: Server | None = None, **more: Any) -> dict[str, Any]:
        """Someone as this server shows them, who lives here or elsewhere."""
        where = home or self
        acct = name if where is self else f"{name}@{where.host}"
        uri = f"{where.raw.url}/users/{name}"
        return {"id": f"7{len(name)}", "username": name, "acct": acct, "uri": uri, "url": uri, **more}

    def hears(self, author: dict[str, Any], text: str, **more: Any) -> Post | None:
        """A mention of our account by this author, as the server tells it, and as it was stored."""
        number = str(1000 + Post.objects.count())
        made = timezone.now().isoformat()
        status = {"id": number, "account": author, "created_at": made, "content": f"<p>{text}</p>", **more}
        self.says["/api/v1/notifications"] = [{"id": number, "status": status}]
        for _try in range(3):
            sync.pull_account(self.account)
            # A busy machine may answer too late; what is told here is not whether it is tried again.
            if not self.account.streams.filter(error_class="Unreachable").exists():
                break
        return Post.objects.filter(external_id=f"{status['id']}@{self.host}").first()


@pytest.fixture
def make(db: None, settings: Any) -> Iterator[Callable[[str], Server]]:
    settings.SOCIALCRM_NETWORK_OPTIONS = {"mastodon": {"private_hosts": ["127.0.0.1"]}, "twitter": {}}
    made: list[Server] = []

    def server(name: str) -> Server:
        made.append(Server(name))
        return made[-1]

    yield server
    for one in made:
        one.raw.__exit__(None, None, None)


@pytest.fixture
def home(make: Callable[[str], Server]) -> Server:
    """The server where people live, and an account of ours."""
    return make("acme")


@pytest.fixture
def liar(make: Callable[[str], Server]) -> Server:
    """Another server with an account of ours, which says of the first one's people what it likes."""
    return make("acme_two")


def ada_at(home: Server) -> SocialProfile:
    return SocialProfile.objects.get(external_id=f"{home.raw.url}/users/ada")


LIES = {"display_name": "Eve", "note": "<p>eve@evil.example</p>", "followers_count": 9, "avatar": "https://e.example/e"}
TRUE = {"display_name": "Ada", "note": "<p>Lamps</p>", "followers_count": 120, "avatar": "https://a.example/a.png"}


def test_only_the_home_server_changes_a_profile_that_it_told_us(home: Server, liar: Server) -> None:
    home.hears(home.person("ada", **TRUE), "hello")
    lied = liar.hears(liar.person("ada", home, **LIES, fields=[{"value": "https://evil.example"}]), "hi")
    ada = ada_at(home)
    assert lied and lied.author == ada
    assert (ada.name, ada.bio, ada.followers, ada.website, ada.told_by) == ("Ada", "Lamps", 120, "", "")
    assert ada.avatar_url == "https://a.example/a.png" and ada.url == ada.external_id
    home.hears(home.person("ada", **{**TRUE, "display_name": "Ada L."}), "hello again")
    assert ada_at(home).name == "Ada L."


def test_hearsay_fills_what_is_unknown_until_the_home_server_speaks(home: Server, liar: Server) -> None:
    liar.hears(liar.person("ada", home, **LIES), "hi")
    assert (ada_at(home).name, ada_at(home).told_by) == ("Eve", liar.host)
    liar.hears(liar.person("ada", home, **{**LIES, "display_name": "Eva"}), "hi")
    assert ada_at(home).name == "Eva"
    SocialProfile.objects.update(matched_at=timezone.now())
    home.hears(home.person("ada", **TRUE), "hello")
    ada = ada_at(home)
    assert (ada.name, ada.bio, ada.followers, ada.told_by) == ("Ada", "Lamps", 120, "")
    assert ada.matched_at is None


def test_of_two_that_repeat_what_they_heard_the_first_is_kept_until_it_falls_silent(
    home: Server, liar: Server, make: Callable[[str], Server]
) -> None:
    other = make("acme_three")
    liar.hears(liar.person("ada", home, display_name="first"), "hi")
    other.hears(other.person("ada", home, display_name="second"), "hi")
    assert ada_at(home).name == "first"
    SocialProfile.objects.update(fetched_at=timezone.now() - timedelta(days=31))
    other.hears(other.person("ada", home, display_name="second"), "hi")
    assert (ada_at(home).name, ada_at(home).told_by) == ("second", other.host)


def test_in_one_sweep_the_home_server_wins_whoever_comes_first(home: Server, liar: Server) -> None:
    for server, person in ((liar, liar.person("ada", home, **LIES)), (home, home.person("ada", **TRUE))):
        sync.ensure_streams(server.account)
        status = {"id": "1", "account": person, "created_at": timezone.now().isoformat()}
        server.says["/api/v1/notifications"] = [{"id": "1", "status": status}]
    sync.pull_due()
    assert (ada_at(home).name, ada_at(home).told_by) == ("Ada", "")


@pytest.mark.parametrize(
    ("acct", "uri", "handle"),
    [
        ("ada@social.example", "https://evil.example/users/x", "ada@evil.example"),
        ("ada@social.example", "https://social.example.evil.example/users/x", "ada@social.example.evil.example"),
        ("ada@town.example", "https://social.town.example/users/ada", "ada@town.example"),
        ("ada", "https://far.example/users/ada", "ada@far.example"),
    ],
)
def test_a_name_has_a_domain_that_can_be_its_servers(home: Server, acct: str, uri: str, handle: str) -> None:
    post = home.hears({**home.person("ada"), "acct": acct, "uri": uri, "url": "https://phish.example/@ada"}, "hi")
    assert post and (post.author.external_id, post.author.handle, post.author.url) == (uri, handle, uri)


@pytest.mark.parametrize("uri", ["javascript:x", "https://town.example@evil.example/users/a", "https://", "ada"])
def test_a_person_without_a_host_is_nobody(home: Server, uri: str) -> None:
    assert home.hears({**home.person("ada"), "uri": uri}, "hi") is None


def test_a_post_leads_to_its_authors_server_or_to_the_one_that_told_us(home: Server) -> None:
    ada = {**home.person("ada"), "acct": "ada@far.example", "uri": "https://far.example/users/ada"}
    astray = home.hears(ada, "one", url="https://phish.example/1", uri="https://far.example/users/ada/1")
    assert astray and astray.url == "https://far.example/users/ada/1"
    here = home.hears(ada, "two", url=f"{home.raw.url}/@ada@far.example/2")
    assert here and here.url == f"{home.raw.url}/@ada@far.example/2"


def test_another_server_changes_no_post(home: Server, liar: Server) -> None:
    told = home.hears(home.person("ada", **TRUE), "my own words")
    assert told
    number = told.external_id.partition("@")[0]
    for forged in (number, told.external_id, f"{told.external_id}#"):
        liar.hears(liar.person("ada", home), "other words", id=forged, edited_at="2030-01-01T00:00:00Z", url=told.url)
    told.refresh_from_db()
    assert (told.text, told.edited) == ("my own words", False)
    assert set(Post.objects.exclude(pk=told.pk).values_list("external_id", flat=True)) == {f"{number}@{liar.host}"}


def test_a_forged_copy_hides_no_post_in_the_timeline(home: Server, liar: Server, rep: Any, ada: Any) -> None:
    from socialcrm.timeline import timeline

    url = f"{home.raw.url}/@ada/5"
    told = home.hears(home.person("ada", **TRUE), "my own words", url=url)
    forged = liar.hears(liar.person("ada", home), "other words", url=url)
    assert told and forged and told.url == forged.url
    matching.link(told.author, ada, rep, "given")
    shown = {post for item in timeline(ada, rep).items for post in item.posts}
    assert told in shown


def test_nobody_speaks_in_the_name_of_our_account_on_another_server(home: Server, liar: Server) -> None:
    forged = liar.hears(liar.person("acme", home), "we do not care")
    assert forged and forged.author == home.account.profile and forged.account is None
    assert not Mention.objects.exists() and not Conversation.objects.exists()
    home.says["/api/v1/accounts/verify_credentials"] = home.person("acme")
    ours = {"id": "9", "account": home.person("acme"), "created_at": timezone.now().isoformat()}
    home.says["/api/v1/accounts/"] = [ours]
    sync.pull_account(home.account)
    assert Post.objects.get(account=home.account).external_id == f"9@{home.host}"


def test_whom_another_server_does_not_know_is_not_gone(home: Server, liar: Server) -> None:
    home.hears(home.person("ada", **TRUE), "hello")
    home.account.change_state("paused")
    SocialProfile.objects.update(fetched_at=timezone.now() - timedelta(days=40))
    sync.refresh_profiles()
    stream = sync.follow_profile(ada_at(home), liar.account)
    assert stream
    liar.says["/api/v2/search"] = {"accounts": []}
    sync.pull(stream)
    assert ada_at(home).state == "active"
    home.account.change_state("working")
    home.says = {"/api/v2/search": {"accounts": []}}
    sync.refresh_profiles()
    assert ada_at(home).state == "gone"


def contact(first: str, *, sites: tuple[str, ...] = (), emails: tuple[str, ...] = ()) -> Any:
    made = Contact.objects.create(first_name=first, last_name="Lovelace")
    ContactWebsite.objects.bulk_create([ContactWebsite(contact=made, url=url) for url in sites])
    ContactEmail.objects.bulk_create([ContactEmail(contact=made, email=email) for email in emails])
    return made


def test_hearsay_is_a_question_and_the_home_servers_word_a_link(home: Server, liar: Server) -> None:
    person = contact("Ada", emails=("ada@lovelace.example",))
    found = {"display_name": "Ada Lovelace", "note": "<p>ada@lovelace.example</p>"}
    liar.hears(liar.person("ada", home, **found), "hi")
    assert matching.match_new() == 0
    row = ProfileLink.objects.get(contact=person.pk)
    assert row.state == "suggested" and {"hearsay", "email_in_bio"} <= {one["code"] for one in row.evidence}
    assert liar.host in next(one["text"] for one in row.evidence if one["code"] == "hearsay")
    home.hears(home.person("ada", **found), "hello")
    assert matching.match_new() == 1
    assert ProfileLink.objects.get(contact=person.pk).state == "linked"


@pytest.mark.parametrize(
    ("uri", "state"),
    [
        ("https://social.example/users/ada", "linked"),  # the id itself says whose it is
        ("https://social.example/ap/users/12", "suggested"),
        ("https://social.example/users/mallory", "suggested"),
    ],
)
def test_an_address_that_a_contact_gave_links_by_the_id_and_not_by_a_name_told_of(
    home: Server, uri: str, state: str
) -> None:
    person = contact("Ada", sites=("https://social.example/@ada",))
    post = home.hears({**home.person("zz"), "acct": "ada@social.example", "uri": uri, "display_name": "Z"}, "hi")
    assert post and post.author.handle == "ada@social.example"
    matching.match_new()
    assert ProfileLink.objects.get(contact=person.pk).state == state
