"""The words of the other side, and who may read them."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from .cast import ALL_TEAMS, NO_ONE, PRIVATE


@dataclass(frozen=True)
class Team:
    """What belongs to the other team."""

    first: str = "Zephyrine"
    last: str = "Valmontagne"
    handle: str = "zephyrhandle"
    bio: str = "quincunxes"
    email: str = "zephyrmail@quagmires.example"
    phone: str = "+33 7 55 91 82 73"
    city: str = "Dignecourt"
    company: str = "Montrefort"
    kind: str = "isinglass"
    deal: str = "Candelabras"
    amount: int = 8_641_397
    post: str = "vexillology"
    ours: str = "gallimaufry"
    reply: str = "tatterdemalion"
    note: str = "absquatulate"
    talk_note: str = "borborygmus"


@dataclass(frozen=True)
class Private:
    """What was said to our open account, but not in public."""

    post: str = "marmalade"
    ours: str = "tangerine"
    reply: str = "clementine"
    handle: str = "whisperhandle"
    only: str = "kumquatted"


@dataclass(frozen=True)
class Closed:
    """What was said to and by an account that is another group's."""

    fan: str = "closedfan"
    post: str = "bergamotte"
    ours: str = "cardamomum"
    reply: str = "persimmonade"
    to_ada: str = "saffronette"
    note: str = "turmerical"


@dataclass(frozen=True)
class Colleagues:
    """What a colleague of the same team keeps to themselves."""

    file: str = "pistachios.csv"
    canned: str = "hazelnutty"


TEAM, PRIVATE_WORDS, CLOSED, COLLEAGUES = Team(), Private(), Closed(), Colleagues()


def _said(words: Team | Private | Closed | Colleagues) -> frozenset[str]:
    return frozenset(str(word).casefold() for word in astuple(words))


CLOSED_HANDLE = "closedbrand"
# An amount as pages, files and the API write it.
AMOUNT = {"8641397", "8,641,397", "8 641 397", "8\u202f641\u202f397", "8\xa0641\xa0397", "8.6m", "8.64m"}
HIDDEN_WORDS = (
    ((_said(TEAM) | AMOUNT), ALL_TEAMS),
    (_said(PRIVATE_WORDS), PRIVATE),
    (_said(CLOSED), NO_ONE),
    # Who manages the accounts sees that there is such an account.
    (frozenset({CLOSED_HANDLE}), frozenset({"administrator"})),
    (_said(COLLEAGUES), NO_ONE),
)
