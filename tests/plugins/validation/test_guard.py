"""The guard in use: forms ask before they save, imports warn, and who overrules it says why."""

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from wtforms import TextAreaField

from plugins.audit.models import ActivityLog
from plugins.bulk.models import BulkItem
from plugins.cases.records import CASE
from plugins.certificates.records import CERTIFICATE
from plugins.logbook.models import LogbookEntry, LogbookReview
from plugins.logbook.records import ENTRY
from plugins.rotations.evaluations.records import EVALUATION
from plugins.users.records import USER
from sims import drafts, guards, many
from sims.app import create_app
from sims.contracts import Record, Subscriber
from sims.database import commit, db
from sims.events import Overruled
from sims.plugin import provided
from sims.settings import SettingsError
from tests.factories import make_user
from tests.imports import saved
from tests.plugins.logbook.factories import form_of, make_entry, make_template

CODE = "validation.identifiers"
TEXT = "Operated on Mr Aslam Khan, learnt to wait."
QUICK = "/logbook/quick"


@pytest.fixture
def people(app_context):
    supervisor = make_user(role="supervisor")
    pg = make_user(role="pg", supervisor=supervisor)
    make_template()
    return pg, supervisor


@pytest.fixture
def overruled(app_context) -> Iterator[list[Overruled]]:
    """The overrulings that are told."""
    offered, heard = app_context.extensions["sims.provided"], []
    before = provided(Subscriber)
    offered[Subscriber] = (*before, Subscriber(event=Overruled, handler=heard.append))
    yield heard
    offered[Subscriber] = before


def entries() -> list[LogbookEntry]:
    return list(db.session.scalars(sa.select(LogbookEntry).order_by(LogbookEntry.id)))


def answered(*words: str, reason: str = "a colleague", **more: str) -> dict[str, object]:
    """What the form sends when the question is answered."""
    return {"overrule": CODE, "overrule_word": list(words), "overrule_reason": reason, **more}


def test_a_text_that_names_a_patient_is_not_saved_but_shown_with_the_words_marked(people, sign_in):
    answer = sign_in(people[0]).post(
        QUICK, data=form_of(learning_points=TEXT, location="Theatre 9", then="submit")
    )

    assert answer.status_code == 422
    assert entries() == []
    assert "<mark>Aslam Khan</mark>" in answer.text
    assert "this may say who a patient is" in answer.text
    assert "These words identify no patient." in answer.text
    assert TEXT in answer.text
    assert "Theatre 9" in answer.text


def test_with_a_reason_it_is_saved_and_the_overruling_told(people, sign_in, overruled):
    given = answered("Aslam Khan", reason="our registrar", then="submit")
    answer = sign_in(people[0]).post(QUICK, data=form_of(learning_points=TEXT) | given)

    [entry] = entries()
    assert answer.location == f"/logbook/entries/{entry.id}"
    assert (entry.learning_points, entry.status) == (TEXT, "pending")
    [event] = overruled
    assert (event.code, event.fields, event.reason) == (CODE, ("learning_points",), "our registrar")
    assert (event.row_id, event.actor_id, event.record) == (entry.id, people[0].id, "logbook.entry")


def test_the_activity_log_has_the_reason_and_not_the_words(people, sign_in):
    given = answered("Aslam Khan", reason="our registrar")
    sign_in(people[0]).post(QUICK, data=form_of(learning_points=TEXT) | given)

    entry = db.session.scalars(
        sa.select(ActivityLog).where(ActivityLog.action == "overruled")
    ).one()
    assert entry.details["reason"] == "our registrar"
    assert entry.details["fields"] == ["learning_points"]
    assert "Aslam" not in str(entry.details)


def test_the_same_name_of_a_colleague_before_is_no_leave_to_name_a_patient(people, sign_in):
    entry = make_entry(people[0], learning_points="Mr Khan assisted.")
    commit()
    answer = sign_in(people[0]).post(
        f"/logbook/entries/{entry.id}/edit", data=form_of(learning_points="Mr Khan bled.")
    )

    assert "<mark>Khan</mark>" in answer.text


def test_a_message_names_five_words_and_counts_the_rest(app_context):
    numbers = " ".join(f"0300-123456{digit}" for digit in range(9))
    [suspicion] = guards.look_at({"feedback": numbers})

    assert "and 4 more: this may say" in suspicion.message
    assert len(suspicion.words) == 9


def test_without_a_reason_or_without_the_tick_it_is_asked_again(people, sign_in, overruled):
    client = sign_in(people[0])
    reasonless = client.post(
        QUICK, data=form_of(learning_points=TEXT) | answered("Aslam Khan", reason=" ")
    )
    unticked = client.post(
        QUICK, data=form_of(learning_points=TEXT) | answered("Aslam Khan", overrule="")
    )

    assert "Write the reason" in reasonless.text
    assert (reasonless.status_code, unticked.status_code) == (422, 422)
    assert 'value="a colleague"' in unticked.text
    assert (entries(), overruled) == ([], [])


def test_a_name_that_nobody_was_asked_about_is_asked_about(people, sign_in):
    answer = sign_in(people[0]).post(
        QUICK, data=form_of(learning_points=f"{TEXT} MRN 123456.") | answered("Aslam Khan")
    )

    assert answer.status_code == 422
    assert "<mark>123456</mark>" in answer.text
    assert entries() == []


def test_an_answer_is_kept_while_something_else_is_wrong(people, sign_in):
    answer = sign_in(people[0]).post(
        QUICK, data=form_of(learning_points=TEXT, date="") | answered("Aslam Khan")
    )

    assert answer.status_code == 422
    assert 'value="a colleague"' in answer.text
    assert re.search(r'name="overrule"[^>]* checked', answer.text)


def test_a_procedure_is_marked_at_its_own_field(people, sign_in):
    answer = sign_in(people[0]).post(
        QUICK, data=form_of(**{"procedures-0-name": "Appendix of Mst. Zubaida"})
    )

    assert answer.status_code == 422
    assert 'id="procedures-0-name-marked"' in answer.text


def test_words_that_stood_there_before_are_not_asked_for_again(people, sign_in, overruled):
    pg, _ = people
    entry = make_entry(pg, learning_points=TEXT)
    commit()
    client, path = sign_in(pg), f"/logbook/entries/{entry.id}/edit"
    whole = form_of(learning_points=f"{TEXT} And to ask.", title="Appendicectomy")

    assert client.post(path, data=whole).status_code == 302
    answer = client.post(path, data=whole | {"management": "Told Mrs Akhtar."})
    assert answer.status_code == 422
    assert "<mark>Akhtar</mark>" in answer.text
    assert "<mark>Aslam Khan</mark>" not in answer.text
    db.session.expire_all()
    assert entries()[0].learning_points.endswith("And to ask.")
    assert overruled == []


def test_the_autosaved_draft_survives_the_question(people, sign_in):
    pg, _ = people
    token = drafts.new_token()
    drafts.save(pg, token=token, form="logbook.entry", version=0, data={"location": ["Theatre 9"]})
    commit()
    sign_in(pg).post(QUICK, data=form_of(learning_points=TEXT, draft=token))

    draft = drafts.unfinished("logbook.entry", pg)
    assert draft is not None
    assert draft.data == {"location": ["Theatre 9"]}


def test_a_reviewer_is_asked_as_well(people, sign_in):
    pg, supervisor = people
    entry = make_entry(pg, supervisor, status="pending")
    commit()
    client, path = sign_in(supervisor), f"/logbook/entries/queue/{entry.id}"
    given = {"decision": "return", "feedback": "Explain what Mrs Akhtar was told."}

    answer = client.post(path, data=given)
    assert answer.status_code == 422
    assert "<mark>Akhtar</mark>" in answer.text
    assert client.post(path, data=given | answered("Akhtar")).status_code == 302
    assert db.session.scalar(sa.select(LogbookReview.feedback)) == given["feedback"]


def test_who_reopens_with_a_patients_name_in_the_reason_is_asked(people, sign_in):
    entry = make_entry(people[0], status="approved")
    commit()
    client, path = sign_in(make_user("admin")), f"/logbook/entries/{entry.id}/do/reopen"
    given = {"feedback": "The wife of Mr Abbasi objected."}

    answer = client.post(path, data=given)
    assert answer.status_code == 422
    assert given["feedback"] in answer.text
    assert "<mark>Abbasi</mark>" in answer.text
    assert "These words identify no patient." in answer.text
    assert client.post(path, data=given | answered("Abbasi")).status_code == 302
    db.session.expire_all()
    assert entries()[0].status == "returned"


def test_a_decision_on_many_rows_is_made_and_says_at_each_what_its_words_may_tell(people, sign_in):
    pg, supervisor = people
    entry = make_entry(pg, supervisor, status="pending").id
    commit()
    sign_in(supervisor).post(
        "/bulk/do/logbook.entry",
        data={"action": "return", "id": entry, "feedback": "Ask Mrs Akhtar again."},
    )

    assert entries()[0].status == "returned"
    [problem] = db.session.scalars(sa.select(BulkItem.problems)).one()
    assert problem["severity"] == "warning"
    assert "“Akhtar”: this may say who a patient is" in problem["message"]


def test_an_import_saves_the_row_and_warns_with_the_same_words(people):
    pg, _ = people
    [row] = saved(
        "logbook.entry",
        "pg,date,procedure,role,learning points\n"
        f'{pg.username},2026-01-02,Appendicectomy,assisted,"{TEXT}"\n',
        make_user("admin"),
    )

    assert row.fine
    assert [warning.column for warning in row.warnings] == ["learning_points"]
    assert "“Aslam Khan”: this may say who a patient is" in row.warnings[0].message


@pytest.mark.parametrize("record", [ENTRY, CASE, CERTIFICATE, EVALUATION], ids=lambda r: r.name)
def test_every_long_text_of_a_records_form_is_looked_at(app_context, record: Record):
    columns = {attribute.key for attribute in sa.inspect(record.model).column_attrs}
    fields = {
        name: getattr(getattr(record.form, name), "field_class", None)
        for name in columns
        if hasattr(record.form, name)
    }
    texts = [name for name, kind in fields.items() if kind is TextAreaField]
    row = many.draft(record.model, dict.fromkeys(texts, TEXT))

    assert texts
    assert {entry.fields for entry in guards.look(record, row)} == {(name,) for name in texts}


def test_a_hospitals_number_is_found_in_the_pgs_own_case_number(app_context):
    entry = many.draft(ENTRY.model, {"case_reference": "MRN 445566"})

    assert [found.words for found in guards.look(ENTRY, entry)] == [("445566",)]


def test_the_number_of_a_paper_is_no_patients(app_context):
    paper = many.draft(CERTIFICATE.model, {"number": "3520212345671", "title": "3520212345671"})

    assert [found.fields for found in guards.look(CERTIFICATE, paper)] == [("title",)]


def test_people_are_no_patients(app_context):
    person = many.draft(USER.model, {"first_name": "Mr Aslam", "last_name": "Khan"})

    assert guards.look(USER, person) == ()


def test_sims_does_not_start_with_a_pattern_that_is_none(tmp_path):
    with pytest.raises(SettingsError, match="SIMS_VALIDATION_MRN_PATTERNS: '\\(' is no regular"):
        create_app({"VALIDATION_MRN_PATTERNS": r"AKU-\d+ (", "INSTANCE": str(tmp_path)})
