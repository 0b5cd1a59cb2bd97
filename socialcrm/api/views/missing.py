"""The answer at an address of the API that does not exist."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from socialcrm.api.problems import MEDIA_TYPE, body


@csrf_exempt
def no_such_address(request: HttpRequest) -> JsonResponse:
    """A problem, with a hint about the slash that most wrong addresses lack."""
    step = "" if request.path.endswith("/") else _("Every address of this API ends with a slash.")
    problem = body(404, _("The API has no such address."), path=request.path, next_step=step)
    return JsonResponse(problem, status=404, content_type=MEDIA_TYPE)
