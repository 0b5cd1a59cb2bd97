"""Every address of the site: the CRM's own, socialcrm's under /social/ and /api/, the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from . import views_health
from .crm_urls import urlpatterns as crm_patterns
from .forms import PasswordForm

admin.site.site_header = _("Administration")
admin.site.site_title = _("Administration")

urlpatterns = [
    path("healthz", views_health.healthz),
    path("readyz", views_health.readyz),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/login/", auth.LoginView.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path(
        "accounts/password_change/",
        auth.PasswordChangeView.as_view(form_class=PasswordForm, success_url="/me/"),
        name="password_change",
    ),
    path("", include((crm_patterns, "crm"))),
    path("", include("socialcrm.urls")),
]

handler400 = "crm_core.views.errors.bad_request"
handler403 = "crm_core.views.errors.forbidden"
handler404 = "crm_core.views.errors.not_found"
handler500 = "crm_core.views.errors.failed"
