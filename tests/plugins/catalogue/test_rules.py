"""Every rule of the catalogue refuses exactly what it is about."""

from decimal import Decimal

import pytest

from plugins.catalogue.models import Synonym
from plugins.catalogue.records import DIAGNOSIS, GROUP, PROCEDURE, SKILL, TARGET
from plugins.catalogue.requests import REQUEST
from sims.database import db
from sims.rules import broken
from tests.factories import make_user
from tests.plugins.catalogue.factories import (
    make_diagnosis,
    make_group,
    make_procedure,
    make_request,
    make_skill,
    make_target,
)

CASES = {
    "catalogue.procedure.name": lambda row: setattr(row, "name", "—"),
    "catalogue.procedure.name_unique": lambda row: setattr(row, "name", "thé OTHER"),
    "catalogue.procedure.synonyms_unique": lambda row: row.synonyms.append(Synonym(text="OTH!")),
    "catalogue.procedure.synonyms_differ": lambda row: row.synonyms.append(Synonym(text="this")),
    "catalogue.procedure.synonyms_named": lambda row: row.synonyms.append(Synonym(text="?")),
    "catalogue.procedure.category": lambda row: setattr(row, "category", "nonsense"),
    "catalogue.procedure.difficulty": lambda row: setattr(row, "difficulty", 6),
    "catalogue.procedure.minutes": lambda row: setattr(row, "minutes", 0),
    "catalogue.procedure.cme_points": lambda row: setattr(row, "cme_points", Decimal(-1)),
    "catalogue.diagnosis.name": lambda row: setattr(row, "name", "?!"),
    "catalogue.diagnosis.category_missing": lambda row: setattr(row, "category", ""),
    "catalogue.diagnosis.unique": lambda row: setattr(row, "name", "the other"),
    "catalogue.skill.name": lambda row: setattr(row, "name", "-"),
    "catalogue.skill.unique": lambda row: setattr(row, "name", "THE OTHER"),
    "catalogue.group.name_missing": lambda row: setattr(row, "name", ""),
    "catalogue.group.slug": lambda row: setattr(row, "slug", "Not a slug"),
    "catalogue.group.slug_unique": lambda row: setattr(row, "slug", "the-other"),
    "catalogue.target.label_missing": lambda row: setattr(row, "label", ""),
    "catalogue.target.minimum": lambda row: setattr(row, "minimum", 0),
    "catalogue.target.by_year": lambda row: setattr(row, "by_year", 7),
    "catalogue.target.one_subject": lambda row: (
        setattr(row, "group_id", 1),
        setattr(row, "procedure_id", 1),
    ),
    "catalogue.target.specialty": lambda row: setattr(row, "specialty", ""),
    "catalogue.request.name_missing": lambda row: setattr(row, "name", ""),
    "catalogue.request.missing": lambda row: setattr(row, "name", "oth"),
}
RECORDS = (PROCEDURE, DIAGNOSIS, SKILL, GROUP, TARGET, REQUEST)


def rows():
    make_procedure("The other", synonyms=["Oth"])
    make_diagnosis("The other")
    make_skill("The other")
    make_group("the-other")
    return {
        PROCEDURE.name: make_procedure("This"),
        DIAGNOSIS.name: make_diagnosis("This"),
        SKILL.name: make_skill("This"),
        GROUP.name: make_group("this"),
        TARGET.name: make_target(),
        REQUEST.name: make_request(make_user()),
    }


@pytest.mark.parametrize("code", CASES)
def test_a_broken_rule_is_named_and_nothing_else(app_context, code):
    found = rows()
    for record in RECORDS:
        assert broken(record, found[record.name]) == ()
    record = next(record for record in RECORDS if code.startswith(record.name))
    with db.session.no_autoflush:
        CASES[code](found[record.name])
        assert [problem.code for problem in broken(record, found[record.name])] == [code]
    db.session.rollback()


def test_every_rule_has_its_case():
    assert {rule.code for record in RECORDS for rule in record.rules} == set(CASES)


def test_every_rule_says_where_it_comes_from():
    assert all(rule.source for record in RECORDS for rule in record.rules)


def test_the_same_name_may_stand_in_another_category(app_context):
    make_diagnosis("Abscess", "Skin")
    assert broken(DIAGNOSIS, make_diagnosis("Abscess", "Liver")) == ()
