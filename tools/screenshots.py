"""Take the pictures of the documentation from the running demo: `make screenshots`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from . import machine
from .bootstrap import ROOT
from .demo import PIDS, VAR

IMAGES = ROOT / "docs" / "img"
SIZE = {"width": 1360, "height": 900}


def busiest_contact() -> str:
    """The page of the best-known contact of the sales rep's team among those who wrote to us often."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm_core.settings")
    os.environ.setdefault("CRM_VAR_DIR", str(VAR))
    import django

    django.setup()
    from django.db.models import Count, Max

    from crm_core.models import Contact

    links = Contact.objects.filter(team__name="Projects", social_links__state="linked")
    known = links.annotate(
        said=Count("social_links__profile__mentions", distinct=True), followers=Max("social_links__profile__followers")
    )
    best = known.filter(said__gte=6).order_by("-followers", "pk").first()
    if best is None:
        sys.exit("The demo has no linked contact yet.")
    return best.get_absolute_url()


def sign_in(page: Page, url: str, user: str) -> None:
    """Sign in as one of the demo's people."""
    page.goto(f"{url}accounts/login/")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", "demo")
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")


def take(page: Page, address: str, name: str) -> None:
    """One picture of what fits into the window."""
    answer = page.goto(address)
    if answer is None or answer.status != 200:
        sys.exit(f"{address} could not be shown.")
    page.wait_for_timeout(800)
    page.screenshot(path=str(IMAGES / f"{name}.png"))
    print(f"{Path('docs/img')}/{name}.png")


def main() -> None:
    """Sign in and go round."""
    if not PIDS.exists():
        sys.exit("No demo is running: start it with make demo.")
    url = json.loads(PIDS.read_text())["url"]
    contact = busiest_contact().lstrip("/")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.browser(), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, device_scale_factor=1, color_scheme="light", locale="en-GB")
        sign_in(page, url, "rep")
        for address, name in ((contact, "contact"), ("contacts/", "contacts"), ("social/outbox/", "outbox")):
            take(page, url + address, name)
        browser.close()


if __name__ == "__main__":
    main()
