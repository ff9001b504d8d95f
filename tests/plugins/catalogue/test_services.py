"""Writing procedures: parts, renaming, conflicts, history."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from plugins.catalogue import queries, services
from plugins.catalogue.models import Procedure, ProcedureGroup, ProcedureSkill, Synonym
from plugins.catalogue.records import PROCEDURE
from sims import history
from sims.database import commit, db
from sims.errors import Conflict, Denied, Invalid
from tests.factories import make_user
from tests.plugins.catalogue.factories import make_group, make_procedure, make_skill


def load(name):
    parts = (Procedure.synonyms, Procedure.skills, Procedure.groups)
    query = sa.select(Procedure).where(Procedure.name == name)
    return db.session.scalars(query.options(*map(selectinload, parts))).one()


def test_a_procedure_is_made_with_everything_that_belongs_to_it(app_context):
    skill, group = make_skill("Knots"), make_group("hernia")
    values = {
        "name": " Hernia  repair ",
        "category": "surgical",
        "synonyms": ["HR", " herniorrhaphy "],
        "skills": [skill.id],
        "groups": [group.id],
    }
    row, warnings = services.create_procedure(values, actor=make_user("admin"))
    assert (row.name, row.key, warnings) == ("Hernia  repair", "hernia repair", ())
    assert [synonym.text for synonym in row.synonyms] == ["HR", "herniorrhaphy"]
    assert (row.skills[0].skill_id, row.groups[0].group_id) == (skill.id, group.id)


def test_only_the_programme_office_writes(app_context):
    procedure, pg = make_procedure(), make_user()
    with pytest.raises(Denied):
        services.create_procedure({"name": "X", "category": "basic"}, actor=pg)
    with pytest.raises(Denied):
        services.change_procedure(procedure, {"name": "X"}, actor=pg)


def test_under_a_new_name_it_is_found_by_the_old_one(app_context):
    admin = make_user("admin")
    procedure = make_procedure("Stomach look", synonyms=["OGD", "Gastroscopy"])
    services.change_procedure(procedure, {"name": "Gastroscopy"}, actor=admin)
    commit()
    assert {synonym.text for synonym in load("Gastroscopy").synonyms} == {"OGD", "Stomach look"}


def test_parts_that_stay_keep_their_rows(app_context):
    admin = make_user("admin")
    procedure = make_procedure("This", synonyms=["one", "two"])
    kept = procedure.synonyms[0].id
    services.change_procedure(procedure, {"synonyms": ["One", "three"]}, actor=admin)
    commit()
    assert {s.text: s.id == kept for s in load("This").synonyms} == {"One": True, "three": False}


def test_changing_only_a_synonym_makes_an_open_form_stale(app_context):
    admin, procedure = make_user("admin"), make_procedure("This")
    opened = procedure.version
    services.add_synonym(procedure, "that", actor=admin)
    commit()
    with pytest.raises(Conflict):
        services.change_procedure(load("This"), {"minutes": 5}, actor=admin, version=opened)


def test_a_refused_change_leaves_nothing_behind(app_context):
    admin = make_user("admin")
    make_procedure("Other", synonyms=["taken"])
    procedure = make_procedure("This")
    commit()
    with pytest.raises(Invalid):
        services.add_synonym(load("This"), "TAKEN", actor=admin)
    db.session.rollback()
    assert load("This").synonyms == []
    assert procedure.version == 1


def test_two_people_adding_the_same_name_at_once_end_in_a_conflict(app_context):
    """The rules asked before the other was there; the database is the last to be asked."""
    admin = make_user("admin")
    with db.session.no_autoflush:
        db.session.add(Procedure(name="THAT", category="basic", synonyms=[]))
        with pytest.raises(Conflict, match="Somebody else"):
            services.create_procedure({"name": "That", "category": "basic"}, actor=admin)
    db.session.rollback()


def test_history_shows_synonyms_skills_and_groups_in_words(app_context):
    admin, skill, group = make_user("admin"), make_skill("Knots"), make_group("hernia")
    procedure = make_procedure("This")
    commit()
    values = {"synonyms": ["that"], "skills": [skill.id], "groups": [group.id]}
    services.change_procedure(load("This"), values, actor=admin)
    commit()
    newest = history.of(PROCEDURE, procedure)[0]
    assert {(field.label, field.new) for field in newest.fields} == {
        ("Synonyms", "that"),
        ("Skills it asks for", "Knots"),
        ("Counts to", "Hernia"),
    }


def test_resolving_follows_a_synonym_that_moved(app_context):
    admin = make_user("admin")
    one, two = make_procedure("One", synonyms=["x"]), make_procedure("Two")
    services.change_procedure(one, {"synonyms": []}, actor=admin)
    services.add_synonym(two, "x", actor=admin)
    assert queries.resolve("X") is two


def test_nothing_of_a_procedure_goes_without_its_session(app_context):
    """The foreign keys refuse what would leave no history."""
    for part in (Synonym, ProcedureSkill, ProcedureGroup):
        [key] = [k for k in part.__table__.foreign_keys if "procedure" in k.target_fullname]
        assert key.ondelete == "RESTRICT"
