"""/api/schema/ and /api/docs/: the OpenAPI document, and a page that shows it without a script in the HTML."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from .schema import SETTINGS


class SchemaView(SpectacularAPIView):
    """The document. It holds no data, so anyone may read it."""

    authentication_classes: Any = []
    permission_classes = [AllowAny]
    throttle_classes: Any = []
    schema = None
    custom_settings = SETTINGS


class DocsView(TemplateView):
    """The document as a page, by Swagger UI of drf-spectacular-sidecar where the host has it; tries calls as you."""

    template_name = "socialcrm/api_docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether Swagger UI is there."""
        return super().get_context_data(has_swagger=apps.is_installed("drf_spectacular_sidecar"), **kwargs)
