"""Addresses of the extension: include this once in the host's urls."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

app_name = "socialcrm"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("socialcrm.api.urls")),
]
