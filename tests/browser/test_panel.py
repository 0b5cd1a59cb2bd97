"""The panel in a real browser: typing, sending once, news that appear, keyboard, no JavaScript, hostile content."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from socialcrm import scoring
from socialcrm.models import Mention, Post, Reply, SocialAccount, SocialProfile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VECTORS = Path(__file__).resolve().parents[3] / "shared/specs/x/twitter-text/conformance__validate.yml"
# What reaches beyond the window, but what is scrolled sideways inside of it.
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")]
    .filter(node => node.getBoundingClientRect().right > innerWidth).map(node => node.className)"""


@pytest.fixture
def panel(live_server: Any, page: Page, sign_in: Any, ada: Any, mention: Post, rep: User) -> Page:
    """Ada's panel, with her mention and its composer open."""
    sign_in(rep)
    page.goto(f"{live_server.url}/social/contacts/{ada.pk}/")
    return page


def composer(page: Page) -> Any:
    """The text field of the open composer."""
    return page.locator("form[data-sc-composer] textarea")


def answer(page: Page, text: str) -> None:
    """Type an answer and send it."""
    composer(page).fill(text)
    page.get_by_role("button", name="Reply on X").click()


def test_the_counter_counts_as_x_does_while_typing(panel: Page) -> None:
    composer(panel).fill("hello 😀 https://example.com/a/very/long/address/that/counts/as/twenty-three")
    expect(panel.locator("[data-sc-count]")).to_contain_text("248 left")


def test_over_the_limit_the_button_is_off_and_says_by_how_much(panel: Page) -> None:
    composer(panel).fill("x" * 297)
    expect(panel.locator("[data-sc-count]")).to_have_text("17 over")
    expect(panel.get_by_role("button", name="Reply on X")).to_be_disabled()
    expect(panel.get_by_text("Shorten by 17.")).to_be_visible()


def test_what_is_over_the_limit_is_marked_under_the_text_and_read_to_nobody_twice(panel: Page) -> None:
    over = panel.locator("[data-sc-mirror] mark")
    composer(panel).fill("x" * 280)
    expect(over).to_have_count(0)
    composer(panel).fill("x" * 275 + " and more")
    expect(over).to_have_text("more", use_inner_text=False)
    composer(panel).fill("x" * 270 + " https://example.com/path")
    expect(over).to_have_text("https://example.com/path")
    same = "e => [e.scrollHeight, getComputedStyle(e).font, getComputedStyle(e).padding].join()"
    field, mirror = composer(panel), panel.locator("[data-sc-mirror]")
    assert field.evaluate(same) == mirror.evaluate(same)
    expect(mirror).to_have_attribute("aria-hidden", "true")
    composer(panel).fill("short again")
    expect(over).to_have_count(0)


def test_what_a_link_costs_is_said_while_one_is_in_the_text(panel: Page) -> None:
    said = panel.get_by_text("X charges $0.20 for a reply with a link, $0.01 without.")
    for text, dear in {
        "see lumen.com for it": True,
        "write to us e.g. today": False,
        "http://lumen.com/x": True,
    }.items():
        composer(panel).fill(text)
        expect(said).to_be_visible() if dear else expect(said).to_be_hidden()


def test_a_reply_shows_at_once_and_counts_down(panel: Page, mention: Post) -> None:
    answer(panel, "We look into it today.")
    expect(panel.locator(".sc-post--pending")).to_contain_text("We look into it today.")
    expect(panel.locator(".sc-state")).to_contain_text(re.compile(r"Leaves in \d s"))
    assert Reply.objects.get().text == "We look into it today."


def test_a_double_click_sends_one(panel: Page) -> None:
    composer(panel).fill("Once only.")
    panel.get_by_role("button", name="Reply on X").dblclick()
    expect(panel.locator(".sc-post--pending")).to_have_count(1)
    assert Reply.objects.count() == 1


def test_control_and_enter_send(panel: Page) -> None:
    composer(panel).fill("By keyboard.")
    composer(panel).press("Control+Enter")
    expect(panel.locator(".sc-post--pending")).to_contain_text("By keyboard.")


def test_states_change_without_a_reload(panel: Page) -> None:
    panel.evaluate("window.stayed = true")
    answer(panel, "On its way.")
    expect(panel.locator(".sc-post--pending")).to_have_count(1)
    Reply.objects.update(state="sending", changed_at=timezone.now())
    expect(panel.locator(".sc-state")).to_contain_text("Sending to X", timeout=8000)
    Reply.objects.update(state="sent", external_id="77", sent_at=timezone.now(), changed_at=timezone.now())
    expect(panel.locator(".sc-state--sent")).to_contain_text("Sent by Rep", timeout=8000)
    expect(panel.locator(".sc-state--sent a")).to_have_attribute("href", re.compile("/status/77$"))
    assert panel.evaluate("window.stayed") is True


def test_cancel_gives_the_text_back(panel: Page) -> None:
    answer(panel, "Not so fast.")
    panel.get_by_role("button", name="Cancel").click()
    expect(composer(panel)).to_have_value("Not so fast.")
    assert Reply.objects.get().state == "cancelled"


def test_a_failure_says_why_and_keeps_the_text(panel: Page) -> None:
    answer(panel, "Try me.")
    expect(panel.locator(".sc-post--pending")).to_have_count(1)
    Reply.objects.update(state="failed", error_detail="X refused it.", changed_at=timezone.now())
    expect(panel.locator(".sc-post--failed")).to_contain_text("Try me.", timeout=8000)
    expect(panel.locator(".sc-state--failed")).to_contain_text("X refused it.")
    expect(panel.get_by_role("button", name="Retry")).to_be_visible()


def test_the_text_is_kept_when_the_server_cannot_be_reached(panel: Page) -> None:
    panel.route("**/reply/", lambda route: route.abort())
    answer(panel, "Keep me.")
    expect(panel.get_by_role("alert")).to_contain_text("Your text is kept.")
    expect(composer(panel)).to_have_value("Keep me.")


def test_who_was_signed_out_signs_in_in_another_tab_and_sends_the_same_text(panel: Page, rep: User) -> None:
    rep.set_password("a-long-passphrase")
    rep.save()  # which ends every session of hers
    answer(panel, "Written before.")
    expect(panel.get_by_role("alert")).to_contain_text("you were signed out")
    panel.context.clear_cookies(name="csrftoken")
    other = panel.context.new_page()
    other.goto(f"{panel.url.split('/social/')[0]}/accounts/login/")
    other.get_by_label("Name").fill("rep")
    other.get_by_label("Password").fill("a-long-passphrase")
    other.get_by_role("button", name="Sign in").click()
    expect(other).to_have_title(re.compile("Contacts"))
    expect(composer(panel)).to_have_value("Written before.")
    panel.get_by_role("button", name="Reply on X").click()
    expect(panel.locator(".sc-post--pending")).to_contain_text("Written before.")
    assert Reply.objects.count() == 1


def test_without_any_cookie_a_reply_says_that_one_was_signed_out(panel: Page) -> None:
    composer(panel).fill("Kept.")
    panel.context.clear_cookies()
    panel.get_by_role("button", name="Reply on X").click()
    expect(panel.get_by_role("alert")).to_contain_text("you were signed out")
    expect(composer(panel)).to_have_value("Kept.")


def test_a_draft_survives_a_reload(panel: Page) -> None:
    composer(panel).press_sequentially("Half a thought")
    panel.reload()
    expect(composer(panel)).to_have_value("Half a thought")


def test_a_colleagues_answer_stops_mine_and_is_shown(
    panel: Page, mention: Post, acme: SocialAccount, agent: User
) -> None:
    composer(panel).fill("Mine.")
    Reply.objects.create(
        account=acme, post=mention, user=agent, text="Theirs was first.", client_key="a", state="sent",
        external_id="9", sent_at=timezone.now(),
    )  # fmt: skip
    panel.get_by_role("button", name="Reply on X").click()
    expect(panel.locator(".sc-answered")).to_contain_text("Theirs was first.")
    expect(composer(panel)).to_have_value("Mine.")
    panel.get_by_role("button", name="Send anyway").click()
    expect(panel.locator(".sc-post--pending")).to_contain_text("Mine.")


def test_a_new_mention_appears_by_itself_and_leaves_the_composer_alone(
    panel: Page, acme: SocialAccount, ada_profile: SocialProfile
) -> None:
    composer(panel).press_sequentially("I am typing")
    post = Post.objects.create(
        network="twitter", external_id="6001", author=ada_profile, text="@acme and floor 4 too",
        posted_at=timezone.now(), thread_id="6001", mentioned_ids=["100"],
    )  # fmt: skip
    Mention.objects.create(post=post, account=acme, author=ada_profile, posted_at=post.posted_at)
    expect(panel.get_by_text("and floor 4 too")).to_be_visible(timeout=8000)
    expect(panel.locator(".sc-new")).to_have_text("New")
    assert panel.evaluate("document.activeElement.value") == "I am typing"


def test_what_is_unlinked_leaves_the_page_without_a_reload(panel: Page) -> None:
    expect(panel.locator(".sc-item")).to_have_count(1)
    panel.get_by_role("button", name=re.compile("^Unlink @")).click()
    expect(panel.locator("#sc-nothing")).to_contain_text("No profile is linked yet", timeout=8000)
    expect(panel.locator(".sc-item")).to_have_count(0)
    panel.locator(".sc-toast").get_by_role("button", name="Undo").click()
    expect(panel.locator(".sc-item")).to_have_count(1, timeout=8000)
    expect(panel.locator("#sc-nothing")).to_have_count(0)


def test_a_reply_on_its_way_is_asked_about_every_second(panel: Page) -> None:
    asked: list[str] = []
    panel.on("request", lambda request: asked.append(request.url) if "/social/live/" in request.url else None)
    answer(panel, "Is it there yet?")
    expect(panel.locator(".sc-post--pending")).to_have_count(1)
    panel.wait_for_timeout(6500)
    assert len(asked) >= 4


def test_everything_is_reached_by_keyboard(panel: Page) -> None:
    names = []
    for _step in range(60):
        panel.keyboard.press("Tab")
        names.append(panel.evaluate("(document.activeElement.name || document.activeElement.textContent || '').trim()"))
    assert "text" in names
    assert any("Find" in name for name in names)
    composer(panel).focus()
    panel.keyboard.type("From the keyboard")
    panel.keyboard.press("Control+Enter")
    expect(panel.locator(".sc-post--pending")).to_contain_text("From the keyboard")
    assert panel.evaluate("document.activeElement !== document.body")


@pytest.mark.parametrize("field", ["text", "name", "bio", "location", "handle", "avatar_url", "url"])
def test_hostile_content_never_runs(
    field: str, live_server: Any, page: Page, sign_in: Any, ada: Any, mention: Post, rep: User
) -> None:
    canary = "\"'></textarea><script>window.hit=1</script><img src=x onerror='window.hit=1'><svg onload=window.hit=1>"
    target = mention if field == "text" else mention.author
    setattr(target, field, f"javascript:window.hit=1//{canary}" if field.endswith("url") else canary)
    target.save()
    sign_in(rep)
    page.goto(f"{live_server.url}/social/contacts/{ada.pk}/")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert not page.locator("a[href^='javascript:']").count()


def test_without_javascript_the_form_works(
    live_server: Any, browser: Any, sign_in: Any, ada: Any, mention: Post, rep: User, page: Page
) -> None:
    context = browser.new_context(java_script_enabled=False)
    sign_in(rep, context)
    plain = context.new_page()
    plain.goto(f"{live_server.url}/social/contacts/{ada.pk}/")
    plain.locator("form[data-sc-composer] textarea").fill("x" * 300)
    plain.get_by_role("button", name="Reply on X").click()
    expect(composer(plain)).to_have_value("x" * 300)
    composer(plain).fill("Plain and simple.")
    plain.get_by_role("button", name="Reply on X").click()
    assert Reply.objects.get().text == "Plain and simple."
    context.close()


def test_the_browser_counts_the_official_vectors_as_the_server_does(panel: Page) -> None:
    """The group without emoji discount is held to the rules of version 2, the others to today's."""
    if not VECTORS.exists():
        pytest.skip("the official conformance file is not on this machine")
    tests = yaml.safe_load(VECTORS.read_text(encoding="utf-8"))["tests"]
    version2 = json.loads((VECTORS.parent / "config__v2.json").read_text())
    groups = {"WeightedTweetsCounterTest": version2}
    groups |= dict.fromkeys(("WeightedTweetsWithDiscountedEmojiCounterTest", "UnicodeDirectionalMarkerCounterTest"))
    wrong, total = [], 0
    for name, rules in groups.items():
        counted = panel.evaluate(
            "([texts, rules]) => texts.map(t => window.scTwitterText.parseTweet(t, rules || undefined).weightedLength)",
            [[case["text"] for case in tests[name]], rules],
        )
        for case, found in zip(tests[name], counted, strict=True):
            total += 1
            if found != case["expected"]["weightedLength"]:
                wrong.append((case["description"], found, case["expected"]["weightedLength"]))
    assert total > 20
    assert not wrong


def test_on_a_phone_one_pane_shows_at_a_time(
    live_server: Any, page: Page, sign_in: Any, ada: Any, mention: Post, rep: User
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(rep)
    page.goto(f"{live_server.url}/social/contacts/{ada.pk}/")
    expect(page.locator("#sc-social")).to_be_hidden()
    page.get_by_role("link", name="Social", exact=True).click()
    expect(page.locator("#sc-social")).to_be_visible()
    expect(page.locator("#sc-feed")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_a_thread_of_someone_with_an_endless_name_stays_inside_the_page(
    live_server: Any, page: Page, sign_in: Any, ada: Any, mention: Post, acme: SocialAccount, rep: User
) -> None:
    author = mention.author
    author.name, author.handle = "Very" * 60, "a" * 60 + "@harbour.example"
    author.save()
    for number in ("5001", "5002"):
        said = {"thread_id": "5000", "in_reply_to": "5000", "text": "@acme and again", "posted_at": timezone.now()}
        post = Post.objects.create(network="twitter", external_id=number, author=author, **said)
        Mention.objects.create(post=post, account=acme, author=author, posted_at=post.posted_at)
    scoring.score_profiles()
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(rep)
    for pane in ("feed", "social"):
        page.goto(f"{live_server.url}/contacts/{ada.pk}/?pane={pane}")
        assert page.evaluate(WIDER) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.getElementById('sc-social'))") <= 0
