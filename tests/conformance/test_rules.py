"""Every rule is asked by the form, the import and the check alike, and each gives the same words.

The rules are those that docs/rules.md lists. One that is taken out of a plugin is missing here first; one that a form, an import or
the check no longer asks is missing from what that door says.
"""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa

from plugins.catalogue.models import Procedure
from plugins.validation import checking
from plugins.validation.listing import lines
from plugins.validation.models import Check, Finding
from sims.addresses import path_to
from sims.clock import today
from sims.contracts import Import, Record
from sims.database import commit, db
from sims.imports import ImportRow
from sims.plugin import provided
from tests.conformance.rows import ROWS
from tests.factories import make_user
from tests.plugins.certificates.factories import make_type
from tests.plugins.logbook.factories import make_template
from tests.plugins.rotations.factories import make_department, make_hospital

LISTED = Path(__file__).parents[2] / "docs" / "rules.md"
WRITERS = {
    "logbook.entry": "pg",
    "cases.case": "pg",
    "certificates.certificate": "pg",
    "catalogue.request": "pg",
    "rotations.evaluation": "supervisor",
}
"""Who edits a record's row; the office edits all others."""

ONLY_BY_COMMAND = {"users.last_admin", "users.pgs_left"}


def listed():
    """The codes in docs/rules.md, by record."""
    return set(re.findall(r"^\| `([a-z_.]+)` \|", LISTED.read_text(), re.MULTILINE))


def ruled():
    return [record for record in provided(Record) if record.rules]


def save_rules(record):
    return [rule for rule in record.rules if rule.stage == "save"]


class Fields(HTMLParser):
    """What a browser would send of the forms on a page."""

    def __init__(self, page):
        super().__init__()
        self.sent, self._select, self._area = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        name = values.get("name")
        if tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select:
            if self._first or "selected" in values:
                self.sent[self._select] = values.get("value", "")
            self._first = False
        elif tag == "textarea":
            self._area = name
            self.sent[name] = ""
        elif tag == "input" and name and self._is_sent(values):
            self.sent[name] = values.get("value") or ""

    def _is_sent(self, values):
        kind = values.get("type")
        ticked = kind not in ("checkbox", "radio") or "checked" in values
        return ticked and kind not in ("submit", "button", "file")

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data):
        if self._area:
            self.sent[self._area] += data.removeprefix("\n")


@pytest.fixture
def people(app_context):
    supervisor = make_user("supervisor", email="asim@example.com")
    found = {
        "supervisor": supervisor,
        "pg": make_user("pg", supervisor, email="ali@example.com"),
        "admin": make_user("admin"),
    }
    make_template()
    commit()
    return found


@pytest.fixture
def refusing(monkeypatch):
    """A function after which every rule of a record says no, in words of its own."""

    def refuse(record):
        rules = tuple(
            replace(
                rule, holds=lambda row: False, severity="error", message=f"Refused by {rule.code}!"
            )
            for rule in record.rules
        )
        object.__setattr__(record, "rules", rules)
        changed.append((record, before[record.name]))

    changed, before = [], {record.name: record.rules for record in provided(Record)}
    yield refuse
    for record, rules in changed:
        object.__setattr__(record, "rules", rules)


def said(text):
    return set(re.findall(r"Refused by ([a-z_.]+)!", unescape(text)))


def test_the_list_of_rules_is_complete_and_true(app_context):
    codes = [rule.code for record in ruled() for rule in record.rules]
    assert len(codes) == len(set(codes))
    assert set(codes) == listed(), "run: flask rules > docs/rules.md"
    assert LISTED.read_text() == "\n".join(lines()) + "\n"


def test_every_form_asks_every_rule(people, sign_in, refusing):
    asked = set()
    for record in ruled():
        if record.form is None:
            continue
        row = ROWS[record.name](people["pg"], people["supervisor"])
        if record.workflow and record.workflow.editable:
            row.status = record.workflow.editable[0]
        commit()
        client = sign_in(people[WRITERS.get(record.name, "admin")])
        page = client.get(f"{path_to(record.endpoint, id=row.id)}/edit")
        assert page.status_code == 200, record.name
        sent = Fields(page.text).sent
        refusing(record)
        answer = client.post(f"{path_to(record.endpoint, id=row.id)}/edit", data=sent)
        wanted = {rule.code for rule in save_rules(record)} - ONLY_BY_COMMAND
        assert said(answer.text) >= wanted, record.name
        assert answer.status_code == 422
        asked |= wanted
    assert len(asked) > 70


def test_every_submission_asks_the_rules_of_submissions(people, sign_in, refusing):
    asked = set()
    for record in ruled():
        late = {rule.code for rule in record.rules if rule.stage == "submit"}
        if not late:
            continue
        row = ROWS[record.name](people["pg"], people["supervisor"])
        row.status = record.workflow.editable[0]
        commit()
        refusing(record)
        client = sign_in(people[WRITERS[record.name]])
        answer = client.post(f"{path_to(record.endpoint, id=row.id)}/do/submit")
        assert said(answer.text) >= late, record.name
        asked |= late
    assert len(asked) > 20


def test_blanks_are_no_text_to_any_form(people, sign_in):
    asked = set()
    for record in provided(Record):
        if record.form is None:
            continue
        row = ROWS[record.name](people["pg"], people["supervisor"])
        if record.workflow and record.workflow.editable:
            row.status = record.workflow.editable[0]
        commit()
        client = sign_in(people[WRITERS.get(record.name, "admin")])
        address = f"{path_to(record.endpoint, id=row.id)}/edit"
        page = client.get(address).text
        sent, texts = Fields(page).sent, sa.inspect(record.model).columns
        for name in re.findall(
            r"<(?:input|textarea)\b[^>]*\bname=\"(\w+)\"[^>]*\brequired\b", page
        ):
            if name in texts and isinstance(texts[name].type, sa.String):
                answer = client.post(address, data=sent | {name: "   "})
                assert answer.status_code == 422, (record.name, name)
                asked.add((record.name, name))
    assert len(asked) >= 15


VALUES = {
    "users.person": {"email": "new@example.com", "first_name": "New", "last_name": "Person", "role": "pg", "specialty": "general-surgery", "year": 1, "supervisor_email": "asim@example.com", "active": True, "invite": False},
    "catalogue.skill": {"name": "New skill", "category": "technical", "level": "basic"},
    "catalogue.procedure": {"name": "New procedure", "category": "surgical", "difficulty": 2, "minutes": 30},
    "catalogue.diagnosis": {"name": "New diagnosis", "category": "General"},
    "rotations.hospital": {"hospital_code": "NEW", "hospital_name": "New hospital"},
    "rotations.discipline": {"department_code": "NEW", "department_name": "New discipline"},
    "rotations.department": {"hospital_code": "CMH", "department_name": "New unit"},
    "rotations.rotation": {"pg": "ali@example.com", "hospital_code": "CMH", "department": "Ward", "supervisor": "asim@example.com", "status": "planned"},
    "certificates.certificate": {"pg": "ali@example.com", "type": "BLS"},
    "logbook.entry": {"pg": "ali@example.com", "procedure": "Known", "role": "P", "location": "Theatre", "supervisor": "asim@example.com", "status": "draft"},
}  # fmt: skip


def test_every_import_asks_every_rule(people, refusing):
    make_department(make_hospital(code="CMH"), name="Ward")
    make_type(name="BLS")
    db.session.add(
        Procedure(name="Known", category="surgical", difficulty=2, minutes=45, cme_points=1)
    )
    commit()
    kinds = provided(Import)
    assert {entry.name for entry in kinds} == set(VALUES)
    day = today() + timedelta(days=900)
    for entry in kinds:
        refusing(entry.record)
        values = {column.name: None for column in entry.columns} | VALUES[entry.name]
        for name in ("start_date", "date", "issue_date"):
            if name in values:
                values[name] = day if name == "start_date" else today()
        if "end_date" in values:
            values["end_date"] = day + timedelta(days=60)
        row = ImportRow(2, values)
        entry.save([row], people["admin"])
        told = said(" ".join(problem.message for problem in row.problems))
        wanted = {rule.code for rule in save_rules(entry.record)} - ONLY_BY_COMMAND
        assert told >= wanted, (entry.name, row.problems)
        db.session.rollback()


def test_the_check_asks_every_rule_of_stored_rows(people, refusing):
    for record in ruled():
        row = ROWS[record.name](people["pg"], people["supervisor"])
        if record.workflow and record.workflow.waiting:
            row.status = record.workflow.waiting
    commit()
    for record in ruled():
        refusing(record)
    check = Check(user_id=people["admin"].id, status="running")
    db.session.add(check)
    db.session.flush()
    while checking.step(check):
        pass
    found = set(db.session.scalars(sa.select(Finding.code).distinct()))
    assert found >= {rule.code for record in ruled() for rule in record.rules}
    assert check.failure > 0
