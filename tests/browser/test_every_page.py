"""Every page for every role: nothing axe finds, nothing wider than the screen, nothing heavy, no fault in the console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page

from sims.contracts import Record
from sims.database import commit
from sims.passwords import hash_password
from sims.permissions import PUBLIC, SIGNED_IN, access_of, roles_of
from sims.plugin import provided
from tests.conformance.rows import ROWS
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_review, make_template

pytestmark = [pytest.mark.browser, pytest.mark.database("sqlite")]

PASSWORD = "a password for the browser"
HEAVIEST = 60_000
MOST_REQUESTS = 8
NAMED = {
    "admin": (
        "/reports/new/rows:logbook.entry",
        "/reports/new/logbook.consolidation",
        "/analytics/measures/logbook.entry.logged",
        "/analytics/measures/logbook.entry.logged/compare?by=status",
        "/search?q=append",
        "/rules/logbook.entry.date_not_in_future",
    ),
    "supervisor": (
        "/analytics/measures/logbook.entry.review_time",
        "/analytics/forecast?person={pg}",
    ),
    "pg": ("/reports/new/reports.portfolio",),
}
"""Pages whose address names what they are about."""
NOT_PAGES = ("export", "suggest", "healthz", "readyz", "metrics", ".csv", ".zip")


@pytest.fixture
def addresses(app, app_context) -> dict[str, list[str]]:
    """For each role the addresses of all pages it may open, rows included."""
    supervisor = make_user("supervisor", username="supervisor")
    pg = make_user("pg", supervisor=supervisor, username="pg")
    admin = make_user("admin", username="admin")
    for person in (supervisor, pg, admin):
        person.password_hash = hash_password(PASSWORD)
    make_template()
    for status in ("pending", "returned", "approved"):
        entry = make_entry(pg, status=status, learning_points="Identify the critical view first.")
        if status != "pending":
            make_review(entry, supervisor, status)
    rows = {record.name: ROWS[record.name](pg, supervisor).id for record in provided(Record)}
    rows["logbook.entry"] = make_entry(pg, status="pending").id
    pg_id = pg.id
    commit()  # and nothing is read after it: SQLite would take that for the beginning of a write
    found: dict[str, list[str]] = {"admin": [], "supervisor": [], "pg": []}
    records = sorted(provided(Record), key=lambda record: -len(record.endpoint))
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or any(word in rule.rule for word in NOT_PAGES):
            continue
        if rule.endpoint.rpartition(".")[2] == "static":
            continue
        path = rule.rule
        if rule.arguments == {"id"}:
            record = next((r for r in records if rule.endpoint.startswith(r.endpoint)), None)
            if record is None:
                continue
            path = path.replace("<int:id>", str(rows[record.name]))
        elif rule.arguments:
            continue
        needed = access_of(rule.endpoint)
        for role, paths in found.items():
            if needed in (PUBLIC, SIGNED_IN) or role in roles_of(needed):
                paths.append(path)
    for role, paths in NAMED.items():
        found[role] += [path.format(pg=pg_id) for path in paths]
    return found


@pytest.fixture
def open_as(browser: Browser, live_server: str) -> Iterator:
    """A function that gives a page of a new browser, signed in as somebody."""
    contexts = []

    def sign(username: str, **options) -> Page:
        context = browser.new_context(base_url=live_server, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.goto("/login")
        page.locator("#username").fill(username)
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        page.wait_for_url("**/")
        return page

    yield sign
    for context in contexts:
        context.close()


SCREENS = ((1280, "light"), (390, "dark"), (320, "light"))
ROLES = ("admin", "supervisor", "pg")
AXE = Path(AXE_FILE_PATH).read_text()
FOUND = """axe.run({resultTypes: ["violations"]}).then(
    found => found.violations.map(each => [each.id, each.nodes.map(node => node.target)]))"""


@pytest.mark.parametrize("role", ROLES)
def test_pages_are_accessible_light_and_fit(addresses, open_as, role):
    """At every width each; axe takes one of the two looks in turn, and the other for the next role that has the page."""
    page = open_as(role, viewport={"width": 1280, "height": 844})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda line: (
            line.type == "error"
            and "Failed to load resource" not in line.text
            and faults.append(f"{page.url}: {line.text}")
        ),
    )
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for number, path in enumerate(addresses[role], start=ROLES.index(role)):
        requests.clear()
        answer = page.goto(path)
        if "/login" in page.url or answer.status in (404, 403):
            continue
        if "text/html" not in answer.headers["content-type"]:
            continue
        assert answer.status < 400, f"{path}: {answer.status}"
        if len(requests) > MOST_REQUESTS:
            faults.append(f"{path}: {len(requests)} requests")
        page.evaluate(AXE)
        for width, scheme in SCREENS:
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{path}: wider than {width} px")
            if SCREENS[number % 2] == (width, scheme):
                for rule, places in page.evaluate(FOUND):
                    faults.append(f"{path} at {width} px, {scheme}: {rule} {places[:3]}")
    assert not faults, "\n".join(dict.fromkeys(faults))


def test_a_first_view_is_light(addresses, open_as):
    page = open_as("pg", viewport={"width": 390, "height": 844})
    weighed: list[int] = []

    def weigh(response) -> None:
        weighed.append(int(response.headers.get("content-length", 0)))
        assert response.url.startswith(page.url.split("/", 3)[0]), response.url

    page.context.clear_cookies()
    page.on("response", weigh)
    page.goto("/login", wait_until="networkidle")
    assert len(weighed) <= MOST_REQUESTS
    assert sum(weighed) <= HEAVIEST
