"""The main job in a real browser: a PG's phone, a supervisor's keyboard, and both without JavaScript."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from plugins.logbook.models import LogbookEntry
from sims.database import commit, db
from sims.passwords import hash_password
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_template

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite")]

PASSWORD = "a password for the browser"
PHONE = {"width": 390, "height": 844}
MOST_TAPS, MOST_CHARACTERS = 8, 25


@pytest.fixture
def people(app_context):
    supervisor = make_user(role="supervisor", username="prof")
    pg = make_user(role="pg", supervisor=supervisor, username="trainee")
    for person in (supervisor, pg):
        person.password_hash = hash_password(PASSWORD)
    make_template()
    commit()
    return pg, supervisor


@pytest.fixture(params=["with JavaScript", "without"])
def scripted(request) -> bool:
    return request.param == "with JavaScript"


@pytest.fixture
def phone(browser: Browser, live_server: str, scripted: bool) -> Iterator[Page]:
    """A phone's browser, with or without JavaScript; any fault on a page fails the test."""
    context = browser.new_context(
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        java_script_enabled=scripted,
        base_url=live_server,
    )
    context.set_default_timeout(5000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda line: line.type == "error" and "409" not in line.text and faults.append(line.text),
    )
    yield page
    context.close()
    assert not faults


def sign_in(page: Page, username: str) -> None:
    page.context.clear_cookies()
    page.goto("/")
    page.locator("#username").fill(username)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good")


def stands() -> tuple[str, int]:
    """Status and round of the one entry; the database is free again afterwards."""
    entry = db.session.execute(sa.select(LogbookEntry.status, LogbookEntry.round)).one()
    db.session.rollback()
    return entry.status, entry.round


def test_an_entry_is_logged_within_eight_taps_and_25_characters(people, phone):
    taps, typed = 0, 0

    def tap(target) -> None:
        nonlocal taps
        taps += 1
        target.click()

    sign_in(phone, "trainee")
    tap(phone.get_by_role("navigation", name="Main").get_by_role("link", name="New entry").last)
    procedure = phone.get_by_label("Procedure", exact=True)
    tap(procedure)
    text = "Appendicectomy"
    typed += len(text)
    procedure.press_sequentially(text)
    tap(phone.get_by_text("I did", exact=True))
    tap(phone.get_by_text("Scrubbed with me"))
    submit = phone.get_by_role("button", name="Submit for review")
    box = submit.bounding_box()
    assert box["height"] >= 44
    assert box["y"] > PHONE["height"] / 2, "the submit button is in the lower half"
    tap(submit)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Appendicectomy")
    assert stands() == ("pending", 1)
    assert taps <= MOST_TAPS
    assert typed <= MOST_CHARACTERS


def test_return_mend_resubmit_approve(people, phone, scripted):
    pg, _supervisor = people
    number = make_entry(pg, status="pending", title="Appendicectomy").id
    commit()
    sign_in(phone, "prof")
    phone.goto(f"/logbook/entries/queue/{number}")
    phone.get_by_label("Feedback to the PG").fill("Which approach was it?")
    phone.get_by_role("button", name="Return", exact=False).first.click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Waiting for your review")
    assert stands() == ("returned", 1)

    sign_in(phone, "trainee")
    phone.goto(f"/logbook/entries/{number}")
    expect(phone.get_by_text("Which approach was it?").first).to_be_visible()
    phone.get_by_role("link", name="Edit").click()
    phone.get_by_label("Title").fill("Open appendicectomy")
    phone.get_by_role("button", name="Submit for review").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Open appendicectomy")

    sign_in(phone, "prof")
    phone.goto(f"/logbook/entries/queue/{number}")
    if scripted:
        phone.keyboard.press("a")
    else:
        phone.get_by_role("button", name="Approve").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Waiting for your review")
    assert stands() == ("approved", 2)

    phone.goto(f"/logbook/entries/{number}/history")
    expect(phone.locator("ins").first).to_be_visible()


def test_a_killed_server_loses_no_autosaved_draft(people, phone, scripted):
    if not scripted:
        pytest.skip("autosave needs JavaScript; without it the draft button saves")
    sign_in(phone, "trainee")
    phone.goto("/logbook/quick")
    with phone.expect_response("**/drafts"):
        phone.get_by_label("Procedure", exact=True).fill("Herniotomy")
    phone.goto("about:blank")
    phone.context.clear_cookies()
    sign_in(phone, "trainee")
    phone.goto("/logbook/quick")
    phone.get_by_role("link", name="Continue it").click()
    expect(phone.get_by_label("Procedure", exact=True)).to_have_value("Herniotomy")


def test_a_second_tab_never_overwrites_silently(people, phone, scripted):
    if not scripted:
        pytest.skip("autosave needs JavaScript")
    sign_in(phone, "trainee")
    phone.goto("/logbook/quick")
    with phone.expect_response("**/drafts"):
        phone.get_by_label("Procedure", exact=True).fill("Herniotomy")
    token = phone.locator("input[name=draft]").input_value()
    second = phone.context.new_page()
    second.goto(f"/logbook/quick?draft={token}")
    with second.expect_response("**/drafts"):
        second.get_by_label("Procedure", exact=True).fill("Appendicectomy")
    with phone.expect_response("**/drafts") as answer:
        phone.get_by_label("Procedure", exact=True).fill("Hernia repair")
    assert answer.value.status == 409
    expect(phone.get_by_text("Appendicectomy").first).to_be_visible()
