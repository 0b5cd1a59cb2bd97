"""What signing in takes and gives: credentials, this site's app on a server, and what a person is asked first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class App:
    """This site's app on one server of a network. The repr shows no secret."""

    server: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()
    redirect_uri: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before a sign-in starts: a line of a form, its words in the person's language."""

    name: str
    label: str
    help: str = ""
    placeholder: str = ""
    initial: str = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a network needs to act as an account. Never logged: the repr shows no secret.

    `server` is the address of the server that the account lives on, "" on networks that have but one; `facts` is what
    that server said of itself (`server_facts`), and `app` is needed for signing in and out only.
    """

    kind: str  # "oauth2" or "oauth1"; "" where nothing is to be signed
    external_id: str = ""  # the account's own id there
    handle: str = ""
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    token_secret: str = field(default="", repr=False)
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    tier: str = "self_serve"
    server: str = ""
    app: App | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """The start of an OAuth dance: where the browser goes, and what to keep (server side) until it comes back.

    `app` is the app that the sign-in goes through, where the server keeps one for this site: keep it for the next time.
    """

    url: str
    kept: Mapping[str, str]
    app: App | None = None
