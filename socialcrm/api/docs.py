"""/api/schema/ and /api/docs/: the OpenAPI document, and a page that shows it without a script in the HTML."""

from __future__ import annotations

from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny

from .authentication import TokenAuthentication
from .schema import SETTINGS

SIDECAR = "drf_spectacular_sidecar/swagger-ui-dist"


class SchemaView(SpectacularAPIView):
    """The document. It holds no data, so anyone may read it."""

    authentication_classes: Any = []
    permission_classes = [AllowAny]
    throttle_classes: Any = []
    schema = None
    custom_settings = SETTINGS


class DocsView(SpectacularSwaggerSplitView):
    """The document as a page; who is signed in can try a call there."""

    authentication_classes = [SessionAuthentication, TokenAuthentication]
    permission_classes = [AllowAny]
    throttle_classes: Any = []
    schema = None
    title = "socialcrm API"
    url_name = "socialcrm:api-schema"
    template_name = "socialcrm/api_docs.html"

    @staticmethod
    def _swagger_ui_resource(filename: str) -> str:
        from django.templatetags.static import static

        return static(f"{SIDECAR}/{filename}")

    @staticmethod
    def _swagger_ui_favicon() -> str:
        from django.templatetags.static import static

        return static(f"{SIDECAR}/favicon-32x32.png")
