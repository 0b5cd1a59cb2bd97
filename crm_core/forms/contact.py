"""The contact's form: the person, and rows for e-mails, phones and web sites."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from crm_core.models import Company, Contact, ContactEmail, ContactPhone, ContactWebsite

from .base import CrmForm, dress

LANGUAGES = ("cs", "da", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "ro", "sv")


def language_choices() -> list[tuple[str, Any]]:
    """Languages that a contact may speak, named in the language of the page."""
    named = sorted((str(get_language_info(code)["name_translated"]).capitalize(), code) for code in LANGUAGES)
    return [("", _("Not known")), *((code, name) for name, code in named)]


class ContactForm(CrmForm):
    """A person. The company is typed: a known name is found, a new one is made."""

    company_name = forms.CharField(label=_("Company"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = Contact
        fields = ("first_name", "last_name", "title", "city", "language", "consent", "owner", "team")

    field_order = ("first_name", "last_name", "title", "company_name", "city", "language", "consent", "owner", "team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = self.instance.company if self.instance.pk else None
        if company:
            self.fields["company_name"].initial = company.name
        choices = language_choices()
        if self.instance.language and self.instance.language not in dict(choices):
            choices.append((self.instance.language, self.instance.language))
        cast("forms.ChoiceField", self.fields["language"]).choices = choices
        self.fields["company_name"].widget.attrs["list"] = "companies"
        self.fields["consent"].widget.attrs["placeholder"] = _("For example: newsletter, 4 March")

    def clean(self) -> dict[str, Any]:
        """A contact needs a name."""
        cleaned = super().clean()
        if not cleaned.get("first_name") and not cleaned.get("last_name"):
            self.add_error("last_name", _("Give a first or a last name."))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """Save with the company, found by name or made."""
        self.instance.company = company_named(self.cleaned_data["company_name"], self.user, self.instance)
        return super().save(commit)


def company_named(name: str, user: Any, contact: Contact) -> Company | None:
    """The visible company of this name; a new one of the contact's team where there is none."""
    name = name.strip()
    if not name:
        return None
    if contact.company_id and contact.company and contact.company.name == name:
        return contact.company
    found: Company | None = Company.objects.visible_to(user).filter(name__iexact=name).order_by("pk").first()
    return found or Company.objects.create(name=name, owner=user, team=contact.team)


class _RowForm(forms.ModelForm):  # type: ignore[type-arg]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


class _Tick(forms.CheckboxInput):
    def __init__(self) -> None:
        super().__init__({"class": "form-check-input m-0"})


class _RowSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    deletion_widget = _Tick


def _formset(model: Any, field: str) -> Any:
    widgets: dict[str, Any] = {"url": forms.URLInput(attrs={"placeholder": "https://"})}
    return forms.inlineformset_factory(
        Contact,
        model,
        form=_RowForm,
        formset=_RowSet,
        fields=[field],
        widgets=widgets,
        extra=1,
        can_delete=True,
        max_num=20,
    )


EmailRows = _formset(ContactEmail, "email")
PhoneRows = _formset(ContactPhone, "phone")
WebsiteRows = _formset(ContactWebsite, "url")


class Rows:
    """The three formsets of a contact as one: e-mails, phones, web sites. One empty row each without scripts."""

    def __init__(self, data: Any, contact: Contact) -> None:
        kinds = {"email": EmailRows, "phone": PhoneRows, "website": WebsiteRows}
        self.sets = {name: kind(data, instance=contact, prefix=name) for name, kind in kinds.items()}

    def is_valid(self) -> bool:
        """Whether all rows are right; each wrong one keeps its message."""
        checked = [rows.is_valid() for rows in self.sets.values()]
        return all(checked)

    def save(self, contact: Contact) -> None:
        """Write the rows of this contact."""
        for rows in self.sets.values():
            rows.instance = contact
            rows.save()

    @property
    def labelled(self) -> list[tuple[str, Any, Any]]:
        """(name, heading, formset) in the order of the page."""
        headings = {"email": _("E-mails"), "phone": _("Phones"), "website": _("Websites and profiles")}
        return [(name, headings[name], rows) for name, rows in self.sets.items()]
