"""Addresses of the second host: its own pages, and socialcrm under a prefix of its choice."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.urls import include, path

from .people import views

urlpatterns = [
    path("sign-in/", LoginView.as_view(template_name="people/sign_in.html"), name="sign-in"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("networks/", include("socialcrm.urls")),
]
