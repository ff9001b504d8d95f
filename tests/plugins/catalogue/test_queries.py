"""Look-ups and targets."""

from datetime import date

import time_machine

from plugins.catalogue import queries, services
from plugins.catalogue.models import Procedure
from plugins.users.models import Supervision
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.catalogue.factories import (
    make_diagnosis,
    make_group,
    make_procedure,
    make_skill,
    make_target,
)


def named(text):
    return [found["value"] for found in queries.suggest(text)]


def test_suggestions_cost_one_query_while_nothing_changes(app_context, count_queries):
    make_procedure("Appendicectomy", synonyms=["appy"])
    commit()
    queries.suggest("app")
    with count_queries() as sent:
        assert queries.suggest("appy") == [
            {"value": "Appendicectomy", "label": "Appendicectomy", "hint": "appy · Surgical"}
        ]
    assert len(sent) == 1


def test_a_change_shows_at_once(app_context):
    admin, procedure = make_user("admin"), make_procedure("Appendicectomy")
    assert named("appy") == []
    services.add_synonym(procedure, "appy", actor=admin)
    commit()
    assert named("appy") == ["Appendicectomy"]


def test_an_archived_procedure_is_not_offered_but_still_resolved(app_context):
    procedure = make_procedure("Appendicectomy", is_archived=True)
    assert named("app") == []
    assert (procedure.id, procedure.name) not in queries.procedure_choices()
    assert (procedure.id, procedure.name) in queries.procedure_choices([procedure.id])
    assert queries.resolve("appendicectomy") is procedure


def test_an_archived_skill_is_offered_only_where_it_is_used(app_context):
    skill = make_skill("Knots", is_archived=True)
    assert queries.skill_choices() == []
    assert queries.skill_choices([skill.id]) == [(skill.id, "Knots")]


def test_names_and_synonyms_are_resolved_in_one_query(app_context, count_queries):
    ogd = make_procedure("Gastroscopy", synonyms=["OGD"])
    other = make_procedure("Résection")
    with count_queries() as sent:
        found = queries.resolve_many(["ogd ", "GASTROSCOPY", "resection", "nothing", "", "?"])
    assert found == {"ogd ": ogd, "GASTROSCOPY": ogd, "resection": other}
    assert len(sent) == 1


def test_diagnoses_are_suggested_with_their_category(app_context):
    make_diagnosis("Inguinal hernia", "Abdominal wall")
    [found] = queries.suggest_diagnoses("hernai ing")
    assert (found["value"], found["hint"]) == ("Inguinal hernia", "Abdominal wall")


def test_a_cohort_keeps_the_newest_edition_there_was_when_it_began(app_context):
    for edition in (2022, 2026):
        make_target(edition, label=str(edition))
    make_target(2020, specialty="urology", label="other")

    def edition(year):
        return [target.label for target in queries.targets_for("General Surgery", year)]

    assert edition(2025) == ["2022"]
    assert edition(2026) == ["2026"]
    assert edition(2031) == ["2026"]
    assert edition(2019) == ["2022"]
    assert queries.targets_for("nothing", 2026) == []


def test_a_target_counts_its_group_its_procedure_or_everything(app_context, count_queries):
    group = make_group("hernia")
    one, two, other = (
        make_procedure("One", groups=[group]),
        make_procedure("Two", groups=[group]),
        make_procedure("Other"),
    )
    make_target(label="all")
    make_target(label="group", group_id=group.id)
    make_target(label="one", procedure_id=other.id)
    make_target(label="none", group_id=make_group("empty").id)
    make_target(label="gone", is_archived=True)
    with count_queries() as sent:
        found = {t.label: t.procedure_ids for t in queries.targets_for("general-surgery", 2026)}
    assert found == {"all": None, "group": {one.id, two.id}, "one": {other.id}, "none": set()}
    assert len(sent) == 1


@time_machine.travel("2027-02-01")
def test_training_began_with_the_first_supervision_or_as_the_year_says(app_context):
    fresh = make_user(year=1)
    assert queries.started(fresh) == 2027
    begun, other = make_user(year=1), make_user("supervisor")
    earlier = {"since": date(2026, 7, 1), "until": date(2026, 12, 31)}
    db.session.add(Supervision(pg_id=begun.id, supervisor_id=other.id, **earlier))
    brought_over = make_user(year=4)
    db.session.flush()
    assert queries.started(begun) == 2026
    assert queries.started(brought_over) == 2024


def test_targets_of_a_pg_are_those_of_their_specialty_and_cohort(app_context):
    make_target(2020, label="old")
    make_target(2026, label="new")
    with time_machine.travel("2026-11-23"):
        assert [t.label for t in queries.targets_for_pg(make_user(year=2))] == ["old"]
        assert [t.label for t in queries.targets_for_pg(make_user(year=1))] == ["new"]
        assert queries.targets_for_pg(make_user("admin")) == []


def test_what_was_added_in_one_process_is_seen_in_another(app_context):
    """The names in memory are thrown away when the table says something else, whoever changed it."""
    make_procedure("Appendicectomy")
    commit()
    assert named("app") == ["Appendicectomy"]
    db.session.execute(
        Procedure.__table__.update().values(
            name="Renamed", key="renamed", version=Procedure.version + 1
        )
    )
    assert named("ren") == ["Renamed"]
