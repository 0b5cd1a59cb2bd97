"""The form of a note, call, meeting or task."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_core.models import Activity

from .base import dress, offer_people


class ActivityForm(forms.ModelForm):  # type: ignore[type-arg]
    """What happened or is to be done. The subject (contact, company, deal) comes from the address, not the form."""

    due_at = forms.DateTimeField(
        label=_("Due"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
    )

    class Meta:
        model = Activity
        fields = ("kind", "text", "due_at", "assignee")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = cast("forms.ChoiceField", self.fields["kind"])
        kind.choices = [pair for pair in Activity.Kind.choices if pair[0] != Activity.Kind.LOG]
        offer_people(self, "assignee")
        dress(self)

    def clean_due_at(self) -> Any:
        """A year that every database and time zone can hold."""
        due_at = self.cleaned_data["due_at"]
        if due_at and not 1970 <= due_at.year < 9000:
            raise forms.ValidationError(_("Give a date after 1970."))
        return due_at

    def clean(self) -> dict[str, Any]:
        """Only tasks have a due time and somebody to do them."""
        cleaned = super().clean() or {}
        if cleaned.get("kind") != Activity.Kind.TASK:
            cleaned["due_at"] = cleaned["assignee"] = None
        return cleaned
