"""Loading what SIMS ships, and importing what a site is licensed for."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from plugins.catalogue import codes, queries, shipped
from plugins.catalogue.models import CodeMap, Diagnosis, Procedure, Target
from plugins.catalogue.records import DIAGNOSIS, GROUP, PROCEDURE, SKILL, TARGET
from sims.database import commit, db
from sims.errors import Invalid
from sims.rules import broken
from tests.plugins.catalogue.factories import make_diagnosis, make_procedure


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_loading_twice_adds_nothing_and_what_is_loaded_obeys_the_rules(app_context):
    assert shipped.load() > 300
    commit()
    assert shipped.load() == 0
    for record in (SKILL, GROUP, DIAGNOSIS, TARGET, PROCEDURE):
        query = sa.select(record.model).options(*record.load)
        for row in db.session.scalars(query):
            assert broken(record, row) == (), record.title(row)
    assert {target.minimum for target in queries.targets_for("General surgery", 2026)} >= {850}
    assert all(
        target.procedure_ids is None or target.procedure_ids
        for specialty in ("general-surgery", "medicine")
        for target in queries.targets_for(specialty, 2026)
    )


def test_what_an_administrator_changed_stays_until_a_refresh_is_asked_for(app_context):
    shipped.load()
    procedure = queries.resolve("OGD")
    procedure.difficulty, procedure.is_archived = 5, True
    target = db.session.scalar(sa.select(Target).limit(1))
    target.minimum = 1
    commit()
    shipped.load()
    assert (procedure.difficulty, target.minimum) == (5, 1)
    shipped.load(refresh=True)
    assert procedure.difficulty != 5
    assert procedure.is_archived


def test_a_renamed_procedure_is_not_loaded_again(app_context):
    make_procedure("Our own word for it", synonyms=["Gastroscopy"])
    shipped.load()
    query = sa.select(sa.func.count()).where(Procedure.name == "Gastroscopy")
    assert db.session.scalar(query) == 0


def test_flask_seed_and_flask_catalogue_load_do_it(app):
    runner = app.test_cli_runner()
    assert "added" in runner.invoke(args=["seed"]).output
    assert runner.invoke(args=["catalogue", "load"]).output == "0 rows added.\n"
    assert "refreshed" in runner.invoke(args=["catalogue", "load", "--refresh"]).output


def test_codes_are_imported_once_and_the_first_icd_code_is_shown(app_context):
    make_diagnosis("Appendicitis")
    content = "\ufeffName,Code\nappendicitis,K35\nAppendicitis,K36\n\n".encode()
    assert codes.import_codes("ICD", content) == 2
    commit()
    assert codes.import_codes("ICD", content) == 0
    assert db.session.scalar(sa.select(Diagnosis.icd_code)) == "K35"


def test_codes_find_procedures_by_synonym(app_context):
    procedure = make_procedure("Gastroscopy", synonyms=["OGD"])
    assert codes.import_codes("OPCS-4", b"name,code\nogd,G45\n") == 1
    [entry] = queries.codes(procedure_id=procedure.id)
    assert (entry.system, entry.code) == ("OPCS-4", "G45")


def test_a_name_in_two_categories_needs_the_category(app_context):
    make_diagnosis("Abscess", "Skin")
    liver = make_diagnosis("Abscess", "Liver")
    with pytest.raises(Invalid, match=r"Row 2.*several categories"):
        codes.import_codes("ICD", b"name,code\nAbscess,K75\n")
    codes.import_codes("ICD", b"name,code,category\nAbscess,K75,liver\n")
    assert liver.icd_code == "K75"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"name,code\nUnknown,1\nGastroscopy,\n",
            "Row 2.*nothing called 'Unknown'.*Row 3.*no code",
        ),
        (b"name,code\nGastroscopy," + b"9" * 41, "Row 2.*longer than 40"),
        (b"title\nx\n", "Row 1: there is no column name and no column code"),
        (b"", "Row 1"),
        (b"name,code\n\xe9,1\n", "Row 2: the file is not UTF-8"),
    ],
)
def test_a_faulty_file_is_refused_as_a_whole_with_every_row_named(app_context, content, words):
    make_procedure("Gastroscopy")
    commit()
    with pytest.raises(Invalid) as refused:
        codes.import_codes("CPT", content)
    import re

    assert re.search(words, str(refused.value), re.S)
    assert count(CodeMap) == 0


def test_the_import_command_says_what_is_wrong_and_what_was_added(app, tmp_path):
    with app.app_context():
        make_procedure("Gastroscopy")
        commit()
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("name,code\nGastroscopy,43235\n")
    bad.write_text("name,code\nNothing,1\n")
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["catalogue", "import-codes", "CPT", str(bad)])
    assert refused.exit_code == 1
    assert "Nothing was imported.\nRow 2" in refused.output
    done = runner.invoke(args=["catalogue", "import-codes", "cpt", str(good)])
    assert done.output == "1 codes added.\n"


def test_loading_takes_few_statements_when_there_is_nothing_to_do(app_context, count_queries):
    shipped.load()
    commit()
    db.session.expunge_all()
    with count_queries() as sent:
        shipped.load()
    assert len(sent) <= 10
    assert db.session.scalars(
        sa.select(Procedure).options(selectinload(Procedure.synonyms))
    ).first()
