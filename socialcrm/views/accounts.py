"""Connected accounts: what each can do, how it is, what it costs; connect, reconnect, pause, disconnect."""

from __future__ import annotations

from hashlib import blake2s
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from socialcrm import audit, connect, outbox, sync
from socialcrm.access import key, usable_accounts
from socialcrm.forms import CapForm, TierForm
from socialcrm.models import Gap, SocialAccount
from socialcrm.networks import canonical_id, network_class
from socialcrm.networks.base import NetworkError
from socialcrm.timeline import rules_of

from .account_cards import Card, cards
from .answer import is_fragment, needs, page
from .sign_ins import SignInForm, sign_ins

SESSION_KEY = "socialcrm_connect"


@login_required
@require_GET
def accounts_page(request: HttpRequest) -> HttpResponse:
    """All accounts that this person may see."""
    found = cards(list(_seen_by(request.user)), request.user)
    version = _version(found)
    if is_fragment(request) and request.headers.get("If-None-Match") == version:
        return HttpResponseNotModified(headers={"ETag": version})
    response = _accounts(request, found, sign_ins())
    response.headers["ETag"] = version
    return response


def _accounts(request: HttpRequest, found: list[Card], ways: list[SignInForm], status: int = 200) -> HttpResponse:
    context = {
        "cards": found,
        "lost": [card for card in found if card.account.state == SocialAccount.State.NEEDS_RECONNECT],
        "may_manage": request.user.has_perm("socialcrm.manage_accounts"),
        "ways": ways,
        "now": timezone.now(),
        "silent": bool(found) and not sync.workers_alive(timezone.now()),
    }
    return page(request, "socialcrm/accounts.html", context, status)


@needs("manage_accounts")
@require_POST
def connect_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the network; `account` asks for that account again."""
    network, kind = request.POST.get("network", ""), request.POST.get("kind", "oauth2")
    account = None
    if request.POST.get("account"):
        account = _manageable(request, request.POST["account"])
        network, kind = account.network, str(request.POST.get("kind") or _kind_of(account))
    try:
        url, state = connect.start(request.user, network, kind, account=account, answers=request.POST.dict())
    except KeyError:
        return _back(request, _("This site does not know that network."))
    except (connect.ConnectError, NetworkError) as error:
        if account is not None or not rules_of(network).questions():
            return _back(request, str(error))
        ways = sign_ins(canonical_id(network), request.POST.dict(), str(error))
        return _accounts(request, cards(list(_seen_by(request.user)), request.user), ways, 422)
    request.session[SESSION_KEY] = state
    return redirect(url)


@needs("manage_accounts")
@require_GET
def callback(request: HttpRequest, network: str) -> HttpResponse:
    """The browser comes back from the network."""
    state = request.session.pop(SESSION_KEY, None)
    if not state:
        return _back(request, _("This sign-in was not started here: start again."))
    try:
        account = connect.finish(request.user, network, state, request.GET.dict())
    except (connect.ConnectError, NetworkError) as error:
        return _back(request, str(error))
    messages.success(request, _("%(account)s is connected. Its mentions arrive from now on.") % {"account": account})
    return redirect("socialcrm:accounts")


@needs("manage_accounts")
@require_POST
def sync_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the account at the next beat, within seconds, instead of at its own time."""
    account = _manageable(request, pk)
    sync.make_due(account)
    audit.record(request.user, "account_sync_now", account)
    return _back(request, _("%(account)s is being read now.") % {"account": account}, error=False)


@needs("manage_accounts")
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause an account, or start it again."""
    account = _manageable(request, pk)
    if account.state == SocialAccount.State.PAUSED:
        account.change_state(SocialAccount.State.WORKING)
        outbox.release(account)
        message = _("%(account)s works again.")
    elif account.state == SocialAccount.State.WORKING:
        account.change_state(SocialAccount.State.PAUSED, _("Paused by %(who)s.") % {"who": request.user})
        outbox.hold_back(account, _("%(account)s is paused.") % {"account": account})
        message = _("%(account)s is paused: nothing is read or sent.")
    else:
        return _back(request, _("Connect the account again first."))
    audit.record(request.user, "account_pause", account, state=account.state)
    return _back(request, message % {"account": account}, error=False)


@needs("manage_accounts")
@require_POST
def cap(request: HttpRequest, pk: int) -> HttpResponse:
    """Set what the account may spend in a month."""
    account = _manageable(request, pk)
    form = CapForm(request.POST)
    if not form.is_valid():
        return _back(request, _("The cap is an amount in US dollars, or empty."))
    account.monthly_cap = form.cleaned_data["monthly_cap"]
    account.save(update_fields=["monthly_cap"])
    audit.record(request.user, "account_cap", account, cap=str(account.monthly_cap))
    return _back(request, _("The cap of %(account)s is saved.") % {"account": account}, error=False)


@needs("manage_accounts")
def disconnect(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then give the access back. What was said stays."""
    account = _manageable(request, pk)
    if request.method != "POST":
        return page(request, "socialcrm/disconnect.html", {"account": account})
    told = connect.revoke(account, request.user)
    message = _("%(account)s is disconnected. What was said stays.")
    if not told:
        message = _("%(account)s is disconnected here, but the network could not be told: remove the app there too.")
    return _back(request, message % {"account": account}, error=not told)


@needs("manage_accounts")
@require_POST
def tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which of its network's tiers the account has."""
    account = _manageable(request, pk)
    form = TierForm(request.POST, instance=account)
    if not form.is_valid():
        return _back(request, _("Choose one of the tiers of the network."))
    account.save(update_fields=["tier"])
    audit.record(request.user, "account_tier", account, tier=account.tier)
    return _back(request, _("The tier of %(account)s is saved.") % {"account": account}, error=False)


@needs("manage_accounts")
@require_POST
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """Fetch what a gap may have missed."""
    gap = get_object_or_404(Gap.objects.select_related("stream__account"), pk=pk, filled_at__isnull=True)
    _manageable(request, gap.stream.account_id)
    try:
        whole = sync.fill_gap(gap, request.user)
    except NetworkError as error:
        return _back(request, str(error))
    if not whole:
        return _back(request, _("The network shows only a part of it: what there was is here now."))
    return _back(request, _("The gap is filled."), error=False)


def _seen_by(user: Any) -> Any:
    rows = SocialAccount.objects.all() if user.has_perm("socialcrm.manage_accounts") else usable_accounts(user)
    return rows.defer("credentials").order_by("pk")


def _manageable(request: HttpRequest, pk: Any) -> SocialAccount:
    return get_object_or_404(SocialAccount, pk=key(str(pk)))


def _kind_of(account: SocialAccount) -> str:
    kinds = network_class(account.network).sign_in_kinds
    return "oauth1" if not account.token_expires_at and not account.scopes and "oauth1" in kinds else kinds[0]


def _back(request: HttpRequest, message: str, *, error: bool = True) -> HttpResponse:
    (messages.error if error else messages.success)(request, message)
    return redirect(reverse("socialcrm:accounts"))


def _version(found: list[Card]) -> str:
    facts = [(c.account.pk, c.account.state, c.last_success, c.busy, c.waiting, c.spent, len(c.gaps)) for c in found]
    return f'"{blake2s(repr(facts).encode(), digest_size=8).hexdigest()}"'
