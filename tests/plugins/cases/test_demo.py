"""The demo's cases: enough of each kind to look at, whose parts belong together."""

import pytest
import sqlalchemy as sa

from plugins.cases import demo_words
from plugins.cases.models import CaseProcedure, CaseReview, ClinicalCase
from plugins.cases.services import SHIPPED_CATEGORIES
from plugins.catalogue.models import Diagnosis, Procedure
from plugins.catalogue.shipped import load
from plugins.logbook import demo as logbook_demo
from plugins.users.models import User
from sims.database import db

pytestmark = pytest.mark.database("sqlite")


def test_what_the_stories_name_is_in_the_catalogue(app_context):
    load()
    db.session.flush()
    diagnoses = set(db.session.scalars(sa.select(Diagnosis.name)))
    procedures = set(db.session.scalars(sa.select(Procedure.name)))
    shipped = {name for name, _ in SHIPPED_CATEGORIES}
    for story in demo_words.STORIES:
        assert story.diagnosis in diagnoses
        assert story.category in shipped
        assert set(story.procedures) <= procedures


@pytest.mark.database("sqlite")
def test_a_department_has_cases_to_mend_to_review_and_to_learn_from(app, monkeypatch):
    monkeypatch.setitem(logbook_demo.COUNTS, "s", (12, 365))
    assert app.test_cli_runner().invoke(args=["demo"]).exit_code == 0
    with app.app_context():
        pg = db.session.scalar(sa.select(User).where(User.username == "pg"))

        def count(*conditions):
            query = sa.select(sa.func.count()).select_from(ClinicalCase).where(*conditions)
            return db.session.scalar(query)

        assert 90 < count() < 170
        assert count(ClinicalCase.pg_id == pg.id, ClinicalCase.status == "returned") > 0
        waiting = (ClinicalCase.supervisor_id == pg.supervisor_id, ClinicalCase.status == "pending")
        assert count(*waiting) > 0
        assert count(ClinicalCase.featured) >= 5
        assert count(ClinicalCase.primary_diagnosis_id.is_(None)) == 0
        unlinked = sa.select(CaseProcedure.id).where(CaseProcedure.procedure_id.is_(None))
        assert db.session.scalar(unlinked) is None
        approved = sa.select(sa.func.count()).where(CaseReview.outcome == "approved")
        assert db.session.scalar(approved) == count(ClinicalCase.status == "approved")
