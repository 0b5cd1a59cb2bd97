"""A host that forgot to include the extension's addresses."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
