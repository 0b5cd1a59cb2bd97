"""The OAuth dance: start sends the browser to the network, finish takes it back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from socialcrm import audit, conf
from socialcrm.models import NetworkApp, SocialAccount, SocialProfile
from socialcrm.models.fields import KeyMissing, seal, unseal
from socialcrm.networks import canonical_id, get_network
from socialcrm.networks.base import App, Author, Credentials, Network, Rejected

from . import apps
from .guard import outside_transaction
from .tokens import stored

MAX_AGE = 900


class ConnectError(Exception):
    """The dance ended without an account; the message is a sentence for the person."""


def start(
    user: Any,
    network_id: str,
    kind: str = "oauth2",
    account: SocialAccount | None = None,
    answers: Mapping[str, str] | None = None,
) -> tuple[str, dict[str, str]]:
    """Begin: the address to send the browser to, and what to keep in this person's session for `finish`.

    `account` asks for that very account again (reconnect). `answers`: what the person said to `Network.questions`.
    Raises ConnectError, or a NetworkError of the network.
    """
    outside_transaction()
    _must_manage(user)
    network = get_network(network_id)
    if kind not in network.sign_in_kinds:
        raise ConnectError(_("%(network)s has no such way to sign in.") % {"network": network.label})
    server = account.server if account else network.server_named(answers or {})
    there = _at(network.id, kind, server, apps.known(network.id, server))
    sign_in = there.start_sign_in(kind, redirect_uri(network.id))
    app = apps.keep(network.id, sign_in.app)
    kept = {
        "kept": dict(sign_in.kept),
        "network": network.id,
        "user": str(user.pk),
        "account": str(account.pk) if account else "",
        "kind": kind,
        "server": server,
        "app": app.pk if app else None,
        "nonce": secrets.token_urlsafe(16),
        "at": time.time(),
    }
    return sign_in.url, {"network": network.id, "sealed": seal(kept)}


def finish(user: Any, network_id: str, session_state: Mapping[str, str], query: Mapping[str, str]) -> SocialAccount:
    """End: trade the network's answer for credentials and keep them. The session's state works once, for its user.

    Raises ConnectError with a sentence, or a NetworkError. Held replies of the account leave again.
    """
    outside_transaction()
    _must_manage(user)
    kept = _open_state(user, network_id, session_state)
    row = NetworkApp.objects.filter(pk=kept.get("app") or 0).first()
    network = _at(network_id, kept.get("kind", "oauth2"), kept.get("server", ""), apps.opened(row) if row else None)
    try:
        credentials = network.finish_sign_in(kept["kept"], query)
    except Rejected as error:
        raise ConnectError(error.detail or _("The network refused: start again.")) from error
    author = get_network(network_id, credentials).me()
    account = _keep(user, network.id, kept["account"], author, credentials, row)
    _set_to_work(account)
    return account


def _at(network_id: str, kind: str, server: str, app: App | None) -> Network:
    return get_network(network_id, Credentials(kind, server=server, app=app))


def redirect_uri(network_id: str) -> str:
    """Where the network sends the browser back to; it must be registered there, letter by letter."""
    try:
        path = reverse("socialcrm:callback", args=[network_id])
    except NoReverseMatch:
        path = f"/social/connect/{network_id}/callback/"
    return str(conf.get("PUBLIC_URL")).rstrip("/") + path


def _must_manage(user: Any) -> None:
    if not user.has_perm("socialcrm.manage_accounts"):
        raise ConnectError(_("You may not connect accounts. Ask an administrator."))


def _open_state(user: Any, network_id: str, session_state: Mapping[str, str]) -> dict[str, Any]:
    try:
        kept = unseal(session_state.get("sealed", ""))
    except KeyMissing:
        raise ConnectError(_("This sign-in was not started here: start again.")) from None
    if kept["user"] != str(user.pk) or kept["network"] != canonical_id(network_id):
        raise ConnectError(_("This sign-in was started by someone else: start again."))
    if time.time() - kept["at"] > MAX_AGE:
        raise ConnectError(_("This sign-in took too long: start again."))
    if not cache.add(f"socialcrm:sign-in:{kept['nonce']}", 1, MAX_AGE):
        raise ConnectError(_("This sign-in was used already: start again."))
    return kept


@transaction.atomic
def _keep(
    user: Any, network_id: str, wanted: str, author: Author, credentials: Credentials, app: NetworkApp | None
) -> SocialAccount:
    old = SocialAccount.objects.select_for_update().filter(network=network_id, external_id=author.external_id).first()
    _refuse_wrong_account(wanted, old, author)
    # Which tier it has is an administrator's word: it stays when the account is connected again.
    account = old or SocialAccount(network=network_id, external_id=author.external_id, tier=credentials.tier)
    values = stored(credentials) | {
        "handle": author.handle,
        "name": author.name,
        "avatar_url": author.avatar_url,
        "profile": _own_profile(network_id, author),
        "server": credentials.server,
        "server_facts": dict(credentials.facts),
        "server_asked_at": timezone.now() if credentials.facts else None,
        "app": app,
        "connected_by": user.get_username(),
        "refresh_id": None,
        "refreshing_until": None,
        "replies_wait_until": None,
    }
    for name, value in values.items():
        setattr(account, name, value)
    account.credentials_version += 1
    account.save()
    account.change_state(SocialAccount.State.WORKING)
    audit.record(user, "account_reconnect" if old else "account_connect", account, kind=credentials.kind)
    return account


def _refuse_wrong_account(wanted: str, found: SocialAccount | None, author: Author) -> None:
    if wanted and (found is None or str(found.pk) != wanted):
        asked = SocialAccount.objects.filter(pk=wanted).first()
        raise ConnectError(
            _("You signed in as @%(got)s, but @%(wanted)s was to be connected again. Sign in there as @%(wanted)s.")
            % {"got": author.handle, "wanted": asked.handle if asked else "?"}
        )


def _own_profile(network_id: str, author: Author) -> SocialProfile:
    profile, _created = SocialProfile.objects.update_or_create(
        network=network_id,
        external_id=author.external_id,
        defaults={
            "handle": author.handle,
            "name": author.name,
            "bio": author.bio,
            "avatar_url": author.avatar_url,
            "url": author.url,
            "followers": author.followers,
            "state": SocialProfile.State.ACTIVE,
        },
    )
    return profile


def _set_to_work(account: SocialAccount) -> None:
    """Start its streams, and let go of what waited for it."""
    from socialcrm import outbox, sync

    sync.ensure_streams(account)
    outbox.release(account)
