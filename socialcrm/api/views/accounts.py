"""Connected accounts: state, health, cost. Their credentials never leave."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from socialcrm import access, audit, ledger, sync
from socialcrm.api.base import ApiView, ListView
from socialcrm.api.filters import AccountFilter
from socialcrm.api.health import add_health, followed
from socialcrm.api.schema import described
from socialcrm.api.serializers import AccountDetailSerializer, AccountSerializer
from socialcrm.models import SocialAccount

MAY_MANAGE = "socialcrm.manage_accounts"


class AccountList(ListView):
    """Accounts that you may use."""

    serializer_class = AccountSerializer
    filterset_class = AccountFilter

    def rows(self) -> QuerySet[SocialAccount]:
        """Usable accounts, without their secrets."""
        return access.usable_accounts(self.request.user).defer("credentials")

    def prepare(self, rows: list[Any]) -> list[Any]:
        """With their health."""
        return add_health(rows)


class AccountDetail(ApiView):
    """One account with its streams and what it cost this month."""

    serializer_class = AccountDetailSerializer

    def get(self, request: Request, pk: int) -> Response:
        """The account."""
        return self.show(_whole(access.get_usable_account(request.user, pk)))


class SyncAccount(ApiView):
    """Ask for a look at the network now."""

    serializer_class = AccountDetailSerializer

    @described(request=None, responses={202: AccountDetailSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Make every stream of the account due; a worker looks within seconds."""
        account = access.get_usable_account(request.user, pk)
        self.need(MAY_MANAGE)
        sync.make_due(account)
        audit.record(request.user, "account_sync_now", account)
        return self.show(_whole(account), status=202)


def _whole(account: SocialAccount) -> Any:
    loaded = add_health([account])[0]
    loaded.profiles_followed, loaded.cost = followed(account), ledger.month(account)
    return loaded
