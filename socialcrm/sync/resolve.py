"""resolve_profile: a person by @handle or address as typed, looked up on the network and kept."""

from __future__ import annotations

from django.utils.translation import gettext as _

from socialcrm import compliance, connect
from socialcrm.models import SocialAccount, SocialProfile
from socialcrm.networks import canonical_id, network_class
from socialcrm.networks.base import Author, NotFound, Page

from .store import store


def resolve_profile(account: SocialAccount | None, network_id: str, text: str) -> SocialProfile:
    """The profile that the text names, fresh from the network.

    Raises ValueError with a sentence where the text names nobody, the person was erased, or no account can ask;
    NotFound with a sentence where the network does not show the person; another NetworkError where it cannot be asked.
    """
    network_id = canonical_id(network_id)
    cls = network_class(network_id)
    cls.parse_handle(text)
    account = account or SocialAccount.objects.connected().filter(network=network_id).order_by("pk").first()
    if account is None:
        raise ValueError(_("Connect an account on %(network)s first.") % {"network": cls.label})
    try:
        author: Author = connect.open_network(account, "profiles").profile(text)
    except NotFound as error:
        raise NotFound(error.detail or sentence(error.code, cls.label), status=error.status, code=error.code) from error
    if compliance.suppressed([(network_id, author.external_id)]):
        raise ValueError(_erased(cls.label))
    store(Page(authors=(author,)), account, kind="profiles")
    return SocialProfile.objects.get(network=network_id, external_id=author.external_id)


def _erased(network: str) -> str:
    said = _("This person was erased here for good, and nothing of theirs is kept: talk to them on %(network)s itself.")
    return said % {"network": network}


def sentence(code: str, network: str) -> str:
    """Why the network does not show a person, in words."""
    words = {
        "suspended": _("%(network)s has suspended this account."),
        "protected": _("This account is protected: its owner has to let you in on %(network)s first."),
        "deleted": _("This account no longer exists on %(network)s."),
    }
    return words.get(code, _("There is no such account on %(network)s.")) % {"network": network}
