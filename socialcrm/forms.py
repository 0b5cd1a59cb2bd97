"""What people fill in: the shape of it. What may be sent, linked or connected is decided in the rooms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from socialcrm.models import ProfileLink, SocialAccount
from socialcrm.networks import network_class


class ReplyForm(forms.Form):
    """What comes with an answer's text; the text itself is the outbox's affair, whatever it holds."""

    client_key = forms.RegexField(r"^[A-Za-z0-9_-]{8,64}$")
    seen = forms.IntegerField(required=False, min_value=0)
    seen_post = forms.IntegerField(required=False, min_value=0)
    seen_in_conversation = forms.IntegerField(required=False, min_value=0)
    anyway = forms.IntegerField(required=False, min_value=0)
    replaces = forms.IntegerField(required=False, min_value=0)

    def clean_client_key(self) -> str:
        """The key as it came: two submits of one form are one reply."""
        return str(self.cleaned_data["client_key"])


class CannedForm(forms.Form):
    """A saved reply. What may stand in it, and who may share it, is decided in the inbox."""

    title = forms.CharField(max_length=100, label=_("Title"), help_text=_("What you look for it by."))
    text = forms.CharField(max_length=4000, strip=False, label=_("Text"), widget=forms.Textarea(attrs={"rows": 5}))
    lang = forms.ChoiceField(required=False, label=_("Language"))
    shared = forms.BooleanField(required=False, label=_("For everyone"))

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lang"].choices = [("", _("Any")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        if not user.has_perm("socialcrm.share_cannedreply"):
            del self.fields["shared"]
        for field in self.fields.values():
            kind = {"checkbox": "form-check-input", "select": "form-select"}
            field.widget.attrs["class"] = kind.get(getattr(field.widget, "input_type", ""), "form-control")


class FindProfileForm(forms.Form):
    """A profile address or @handle as people paste it."""

    text = forms.CharField(max_length=500, error_messages={"required": _("Paste a profile address or @handle.")})
    network = forms.CharField(required=False, max_length=40)


class BasisForm(forms.Form):
    """On what ground we link a person's profile."""

    basis = forms.ChoiceField(choices=ProfileLink.Basis.choices)


class CapForm(forms.Form):
    """What an account may spend in a month; empty: the site's own cap."""

    monthly_cap = forms.DecimalField(
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=2,
        label=_("Monthly cap, USD"),
    )


def tiers_of(account: SocialAccount) -> list[tuple[str, str]]:
    """The tiers that the account's network knows, in words; one that it does not know is shown as it is stored."""
    known = {tier: gettext(words) for tier, words in network_class(account.network).tiers.items()}
    return list(({} if account.tier in known else {account.tier: account.tier}).items()) + list(known.items())


class TierForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which of its network's tiers an account has."""

    class Meta:
        model = SocialAccount
        fields = ("tier",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"] = forms.ChoiceField(choices=tiers_of(self.instance), label=_("Tier"))
