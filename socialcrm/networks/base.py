"""What a network is to the rest of the house: its verbs, and (from border.py) what they take and give.

Nothing here knows a model, a setting or a room.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, TypeVar

from .border import (
    UNDECIDED,
    AuthExpired,
    Author,
    Call,
    Duplicate,
    FetchedPost,
    Limit,
    MayNotReply,
    Metrics,
    Missing,
    NetworkError,
    NotFound,
    OutcomeUnknown,
    Page,
    Profiles,
    RateLimited,
    Rejected,
    ReplyFacts,
    Request,
    Response,
    Sent,
    Spent,
    TextCheck,
    Undecided,
    Unreachable,
    Verdict,
    Whom,
)
from .signin import App, Credentials, Question, SignIn
from .transport import Transport, transport_for
from .verbs import Verbs

__all__ = [
    "UNDECIDED",
    "App",
    "AuthExpired",
    "Author",
    "Call",
    "Credentials",
    "Duplicate",
    "FetchedPost",
    "Limit",
    "MayNotReply",
    "Metrics",
    "Missing",
    "Network",
    "NetworkError",
    "NotFound",
    "OnSpent",
    "OutcomeUnknown",
    "Page",
    "Profiles",
    "Question",
    "RateLimited",
    "Rejected",
    "ReplyFacts",
    "Request",
    "Response",
    "Sent",
    "SignIn",
    "Spent",
    "TextCheck",
    "Undecided",
    "Unreachable",
    "Verdict",
    "Whom",
]

T = TypeVar("T")
OnSpent = Callable[[Spent, Limit | None], None]


class Network(Verbs):
    """A social network: subclass it, define the verbs that the network has, list the class in SOCIALCRM_NETWORKS.

    Policy is data on the class. Verbs that end in `_call` build a Call; the plain verb runs it. `on_spent` is told
    after each answered call what it cost and what the network said of its limit.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    # The name of its mark among our icons; without one, its first letter stands there.
    mark: ClassVar[str] = ""
    post_limit: ClassVar[int] = 280
    # How the browser counts a text: "characters", or the name of a function in static/socialcrm/counters.js.
    counter: ClassVar[str] = "characters"
    may_link_contacts: ClassVar[bool] = True
    may_score: ClassVar[bool] = True
    may_export: ClassVar[bool] = True
    keep_days: ClassVar[int | None] = None
    signals: ClassVar[tuple[str, ...]] = ("followers", "listed", "mentions", "reposts")
    # What this network calls its kinds of access, in words, the usual first; empty where there is one for all. Nothing
    # tells which one an account has: an administrator says so.
    tiers: ClassVar[Mapping[str, str]] = {}
    sign_in_kinds: ClassVar[tuple[str, ...]] = ("oauth2",)
    # Seconds after a write before its absence from our own timeline proves anything.
    settle_seconds: ClassVar[int] = 10

    def __init__(
        self, options: Mapping[str, Any], credentials: Credentials | None = None, *, on_spent: OnSpent | None = None
    ) -> None:
        self.options = options
        self.credentials = credentials
        self.on_spent = on_spent

    @property
    def own_id(self) -> str:
        """Our account's id there."""
        return self.credentials.external_id if self.credentials else ""

    @property
    def own_handle(self) -> str:
        """Our account's handle there."""
        return self.credentials.handle if self.credentials else ""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the account's server said of itself (`server_facts`)."""
        return self.credentials.facts if self.credentials else {}

    @property
    def transport(self) -> Transport:
        """The HTTP transport of this process; `network.transport.run_many(calls)` runs hundreds of Calls at once."""
        return transport_for(self.options)

    def run(self, call: Call[T]) -> T:
        """Carry a call out. Raises a NetworkError that says what to do next."""
        return self.transport.run(call)

    @classmethod
    def can(cls, verb: str) -> bool:
        """Whether this network has the verb; it feeds the capability matrix and hides buttons."""
        method = getattr(cls, verb, None)
        if method is getattr(Verbs, verb, None):  # the inherited form stands on its call
            method = getattr(cls, f"{verb}_call", method)
        return callable(method) and not getattr(method, "lacking", False)

    # What differs between networks of one server and networks of many. The defaults are those of one server.

    def questions(self) -> tuple[Question, ...]:
        """What a person is asked before a sign-in starts."""
        return ()

    def server_named(self, answers: Mapping[str, str]) -> str:
        """The address of the server that the answers name, as it is kept. Rejected with a sentence where it is none."""
        return ""

    def server_facts(self) -> Mapping[str, Any]:
        """What the account's server says of itself, asked now: kept beside the account, handed back as `facts`."""
        return {}

    @property
    def text_limit(self) -> int:
        """How long a text may be for this account, in the network's own units."""
        return self.post_limit

    @property
    def id_suffix(self) -> str:
        """How the ids end that the account's server can be asked for."""
        return ""

    @property
    def asked_at_once(self) -> int:
        """How many posts one round of upkeep may ask for by id."""
        return 10_000

    @property
    def told_by(self) -> str:
        """The account's server, whose word about people of other servers is hearsay."""
        return ""

    @property
    def home(self) -> str:
        """How the ids of those begin who live on the account's server, and of whom its word is the network's."""
        return ""

    @classmethod
    def handle_of_id(cls, external_id: str) -> str:
        """The handle that an id proves by itself, whoever told us of it."""
        return ""

    @classmethod
    def bare_id(cls, external_id: str) -> str:
        """An id as the network itself writes it."""
        return external_id

    @classmethod
    def spellings(cls, text: str, servers: Collection[str]) -> tuple[str, ...]:
        """The external_ids that an id as someone types it may stand for, on these servers."""
        return (text,)

    @classmethod
    def audiences(cls, visibility: str) -> tuple[str, ...]:
        """Who may be let read an answer to a post of this visibility, the usual first: public, private, ..."""
        return ("private",) if visibility == "private" else ("public",)
