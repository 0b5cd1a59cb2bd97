"""A real Chromium on a live server. Playwright runs an event loop in the test's thread, which Django must tolerate."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium where it has one, else Playwright's."""
    given = {**browser_type_launch_args, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}
    return {**given, "executable_path": CHROMIUM} if CHROMIUM else given


@pytest.fixture(scope="session")
def base_url() -> None:
    """Every scene names its address itself."""


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A laptop's window, in English."""
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}


@pytest.fixture
def sign_in(live_server: Any, page: Any) -> Any:
    """sign_in(user): the page's browser is signed in as this user."""
    from django.conf import settings
    from django.test import Client

    def enter(user: Any, context: Any = None) -> None:
        client = Client()
        client.force_login(user)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
        (context or page.context).add_cookies([{**cookie, "url": live_server.url}])

    return enter


@pytest.fixture(autouse=True)
def quiet_console(request: Any) -> Iterator[list[str]]:
    """No page may log an error, throw, or break the Content-Security-Policy."""
    if "page" not in request.fixturenames:
        yield []
        return
    page = request.getfixturevalue("page")
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None)
    yield said
    assert not said
