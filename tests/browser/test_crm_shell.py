"""The CRM in a real browser: keys, rows that grow, phones, and everything without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("crm_core" not in settings.INSTALLED_APPS, reason="these are pages of the CRM that we ship"),
]


@pytest.fixture
def boss(live_server: Any) -> User:
    """A manager with one contact, one deal and one task."""
    from crm_core.models import Activity, Company, Contact, ContactEmail, Deal
    from crm_core.roles import setup_roles

    setup_roles()
    user = User.objects.create_user("boss", "boss@acme.example", "demo", first_name="Claire", last_name="Moreau")
    user.groups.add(Group.objects.get(name="Manager"))
    company = Company.objects.create(name="Engines Ltd", city="London")
    ada = Contact.objects.create(first_name="Ada", last_name="Lovelace", company=company, city="London", owner=user)
    ContactEmail.objects.create(contact=ada, email="ada@engines.example")
    Deal.objects.create(name="Retrofit", amount=184000, company=company).contacts.add(ada)
    Activity.objects.create(kind="task", text="Call Ada", contact=ada, assignee=user)
    return user


def test_a_person_signs_in_and_finds_a_contact_by_keyboard_alone(page: Any, live_server: Any, boss: User) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.keyboard.type("boss")
    page.keyboard.press("Tab")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts/")
    page.keyboard.press("/")
    page.keyboard.type("lovel")
    page.wait_for_selector(".sc-jump__found a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts/*/")
    assert page.locator("h1").inner_text().startswith("Ada Lovelace")


def test_a_row_is_added_for_another_e_mail(page: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    from crm_core.models import Contact

    sign_in(boss)
    ada = Contact.objects.get()
    page.goto(f"{live_server.url}/contacts/{ada.pk}/edit/")
    page.click("[data-formset=email] [data-formset-add]")
    page.locator("[data-formset=email] input[type=email]").nth(1).fill("one@x.example")
    page.locator("[data-formset=email] input[type=email]").nth(2).fill("two@x.example")
    page.click("text=Save")
    page.wait_for_url(f"**/contacts/{ada.pk}/")
    assert ada.email_set.count() == 3


def test_a_task_is_ticked_off_and_the_page_says_so(page: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    sign_in(boss)
    page.goto(f"{live_server.url}/tasks/")
    page.click("button[aria-label='Mark as done: Call Ada']")
    page.wait_for_selector("text=Nothing to do")
    assert page.locator("[data-toast]").inner_text().startswith("Done: Call Ada")


PATHS = ["/contacts/", "/contacts/{}/?pane=facts", "/contacts/{}/edit/", "/contacts/{}/merge/", "/companies/",
         "/deals/", "/tasks/", "/me/", "/imports/", "/search/?q=ada", "/contacts/filter/"]  # fmt: skip


def test_no_page_is_wider_than_a_phone(page: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    from crm_core.models import Contact

    sign_in(boss)
    page.set_viewport_size({"width": 390, "height": 844})
    for path in PATHS:
        page.goto(live_server.url + path.format(Contact.objects.get().pk))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def test_on_a_phone_the_parts_of_a_contact_are_tabs(page: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    from crm_core.models import Contact

    sign_in(boss)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/contacts/{Contact.objects.get().pk}/")
    assert not page.is_visible("text=ada@engines.example")
    page.click(".sc-tab[data-pane=facts]")
    assert page.is_visible("text=ada@engines.example")


def test_everything_works_without_scripts(browser: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    from crm_core.models import Contact

    context = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900})
    sign_in(boss, context)
    page, ada = context.new_page(), Contact.objects.get()
    page.goto(f"{live_server.url}/contacts/")
    page.click("text=Filter")
    page.fill("#f-city", "london")
    page.click("text=Apply")
    page.click("text=Ada Lovelace")
    page.click("summary[aria-label=More]")
    page.click("text=Merge with another contact")
    page.goto(f"{live_server.url}/contacts/{ada.pk}/edit/")
    page.locator("[data-formset=phone] input[type=text]").first.fill("+44 1")
    page.click("text=Save")
    page.click("[aria-label='Dark theme']")
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.click(".sc-tick")
    context.close()
    assert ada.phone_set.count() == 1 and not ada.activities.filter(done_at=None).exists()


def test_an_import_runs_from_the_file_to_the_report(page: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    sign_in(boss)
    page.goto(f"{live_server.url}/imports/")
    data = b"Name,E-mail\nGrace Hopper,grace@navy.example\nBad Row,nonsense\n"
    page.set_input_files("#file", {"name": "people.csv", "mimeType": "text/csv", "buffer": data})
    page.click("text=Read the file")
    page.click("button[value=run]")
    page.wait_for_selector("text=The import is done")
    with page.expect_download() as download:
        page.click("a[href$='refused.csv']")
    assert download.value.suggested_filename.startswith("refused-")


def test_the_theme_is_that_of_the_system_until_somebody_chooses(
    page: Any, live_server: Any, boss: User, sign_in: Any
) -> None:
    sign_in(boss)
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/me/")
    html = page.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(html).to_have_attribute("data-bs-theme", "light")
    page.locator(".sc-sidebar [aria-label='Dark theme']").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="System").click()
    expect(html).to_have_attribute("data-bs-theme", "light")


def test_a_dark_system_never_sees_a_light_page_first(page: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    sign_in(boss)
    page.emulate_media(color_scheme="dark")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => requestAnimationFrame(() => {"
        " window.first = getComputedStyle(document.body).backgroundColor }))"
    )
    page.goto(f"{live_server.url}/contacts/")
    page.wait_for_function("() => window.first")
    assert page.evaluate("window.first") == "rgb(19, 25, 26)"


def test_write_leads_to_the_text_field_of_the_mention_that_waits_from_any_part_of_the_page(
    page: Any, live_server: Any, ada: Any, ada_profile: Any, mention: Any, boss: User, sign_in: Any
) -> None:
    sign_in(boss)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/contacts/{ada.pk}/?pane=facts")
    page.get_by_role("link", name="Write", exact=True).click()
    field = page.locator(f"#composer-{mention.pk} form[data-sc-composer] textarea")
    field.wait_for()
    assert field.evaluate("node => node === document.activeElement")


def test_who_cannot_be_answered_is_written_an_e_mail(page: Any, live_server: Any, boss: User, sign_in: Any) -> None:
    from crm_core.models import Contact, ContactEmail

    ada = Contact.objects.get()
    ContactEmail.objects.get_or_create(contact=ada, defaults={"email": "ada@engines.example"})
    sign_in(boss)
    page.goto(f"{live_server.url}/contacts/{ada.pk}/")
    mail = page.get_by_role("link", name="Write an e-mail")
    assert mail.get_attribute("href") == "mailto:ada@engines.example"
    assert page.locator(".sc-person .btn-primary").count() == 1
