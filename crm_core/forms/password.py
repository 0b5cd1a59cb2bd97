"""The form of a new password, in the clothes of all forms."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import PasswordChangeForm

from .base import dress


class PasswordForm(PasswordChangeForm):
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
