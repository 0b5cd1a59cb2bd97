"""Take still pictures of a living site: signed in as somebody, settled, cropped, and small."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, Page, sync_playwright

from . import machine
from .bootstrap import ROOT, say

IMAGES = ROOT / "docs" / "img"
DESK, PHONE = (1440, 900), (390, 844)  # CSS pixels
SHARPNESS = 1.5  # pixels of the picture for one of the page
QUALITY = 0.85  # of WebP: text stays clean, a whole window is about 90 kB
AROUND = 12  # CSS pixels left around what a picture is about

STILL = """async () => {
  await document.fonts.ready;
  const seen = [...document.images].filter((image) => {
    const box = image.getBoundingClientRect();
    return box.width && box.bottom > 0 && box.top < innerHeight;
  });
  const late = new Promise((done) => setTimeout(done, 5000));
  await Promise.race([Promise.all(seen.map((image) => image.decode().catch(() => {}))), late]);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
TO_WEBP = """async ([png, quality]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


class Camera:
    """A browser on one site, and the pictures that it took."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.darkroom = browser.new_page()
        self.taken: list[Path] = []

    def open(self, user: str, size: tuple[int, int] = DESK, *, dark: bool = False, lang: str = "en-GB") -> Page:
        """A window of its own in which one of the demo's people is signed in."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=SHARPNESS,
            has_touch=size == PHONE,
            locale=lang,
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{self.url}accounts/login/")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", "demo")
        page.click("form:has(input[name=password]) button[type=submit]")
        page.wait_for_url("**/contacts/")
        if dark:
            page.locator("form[action*=theme] button:visible").first.click()
            page.wait_for_selector("html[data-bs-theme=dark]")
        return page

    def go(self, page: Page, path: str) -> Page:
        """Open an address of the site. Raises RuntimeError when it can't be shown."""
        answer = page.goto(self.url + path.lstrip("/"))
        if answer is None or answer.status != 200:
            raise RuntimeError(f"{path} could not be shown.")
        page.evaluate(STILL)
        return page

    def take(self, page: Page, name: str, *subject: Locator, around: int = AROUND) -> None:
        """A picture of the window, or of what these parts of the page cover."""
        for part in subject:
            part.scroll_into_view_if_needed()
        page.evaluate(STILL)
        png = page.screenshot(clip=frame(page, subject, around), animations="disabled", caret="hide")
        webp = self.darkroom.evaluate(TO_WEBP, [base64.b64encode(png).decode(), QUALITY])
        target = IMAGES / f"{name}.webp"
        target.write_bytes(base64.b64decode(webp))
        self.taken.append(target)
        say(f"{target.relative_to(ROOT)}  {target.stat().st_size / 1000:.0f} kB")


def frame(page: Page, subject: tuple[Locator, ...], around: int) -> FloatRect | None:
    """The rectangle around these parts, within the window; None for the whole window."""
    boxes = [box for part in subject if (box := part.bounding_box())]
    if not boxes:
        return None
    size = page.viewport_size or {"width": DESK[0], "height": DESK[1]}
    left = max(0.0, min(box["x"] for box in boxes) - around)
    top = max(0.0, min(box["y"] for box in boxes) - around)
    right = min(size["width"], max(box["x"] + box["width"] for box in boxes) + around)
    bottom = min(size["height"], max(box["y"] + box["height"] for box in boxes) + around)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


@contextmanager
def camera(url: str) -> Iterator[Camera]:
    """A camera on this site; the browser ends with the block."""
    machine.ensure()
    if not machine.draws_emoji():
        say("No font here holds emoji: they would be boxes. On Debian: apt-get install fonts-noto-color-emoji")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=machine.browser(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield Camera(browser, url)
        browser.close()
