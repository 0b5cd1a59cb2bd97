"""Every address of the site: the CRM's own, socialcrm's under /social/ and /api/, the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("", include("socialcrm.urls")),
]
