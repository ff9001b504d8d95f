"""What is found, in which order, and by whom."""

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from plugins.catalogue import shipped
from plugins.catalogue.models import Diagnosis
from plugins.rotations.models import Hospital
from plugins.search.asking import forgive, understand
from plugins.search.documents import rebuild, searched
from plugins.search.finding import Finder, Place, Scope
from plugins.search.showing import shown
from sims import access
from sims.database import commit, db
from sims.permissions import allowed
from tests.conformance.rows import ROWS
from tests.factories import make_user
from tests.plugins.cases.factories import make_case
from tests.plugins.certificates.factories import make_certificate
from tests.plugins.logbook.factories import make_entry, make_procedure, make_review
from tests.plugins.rotations.factories import make_rotation

QUERIES = list(csv.DictReader((Path(__file__).parent / "queries.csv").open()))
RIGHT = 0.95
"""So many of the queries have what was meant in the first place (the issue's goal)."""


def found(actor, text, size=25, scope=None, after=""):
    question = understand(text)
    hits, following = Finder(question, actor, scope).page(size, after)
    if not hits and question.units and not question.corrected:
        question = forgive(question)
        hits, following = Finder(question, actor, scope).page(size, after)
    return shown(hits, question.words), following


def titles(actor, text, **how):
    return [hit.text for hit in found(actor, text, **how)[0]]


def entry(pg, title, supervisor=None, **given):
    return make_entry(pg, supervisor, title=title, procedures=[make_procedure(title)], **given)


@pytest.fixture
def cast(app_context):
    supervisor = make_user("supervisor", first_name="Amina", last_name="Jamil")
    return {
        "admin": make_user("admin"),
        "supervisor": supervisor,
        "mine": make_user("pg", supervisor, first_name="Omar", last_name="Siddiqui"),
        "other": make_user("pg", first_name="Chloé", last_name="Durán"),
    }


def test_of_all_queries_with_a_known_answer_nearly_all_have_it_first(app_context):
    shipped.load()
    admin = make_user("admin")
    omar = make_user(
        "pg",
        first_name="Omar",
        last_name="Siddiqui",
        username="osiddiqui",
        email="omar.siddiqui@example.com",
        registration_number="PMC-48211-S",
    )
    other = make_user("pg", first_name="Chloé", last_name="Durán")
    db.session.add(Hospital(name="Ménière General Hospital", code="MGH"))
    db.session.add(Diagnosis(name="Testing appendicitis", category="Testing", icd_code="K35.80"))
    entry(omar, "Gastroscopy, Omar's")
    entry(other, "Gastroscopy, another's")
    entry(
        omar,
        "Cholangioscopy with a rarely used scope",
        learning_points="Electrosurgery settings were new to me.",
    )
    make_case(
        other,
        title="A case to remember",
        diagnosis="Pseudomyxoma peritonei, not tuberculous peritonitis",
        learning_points="Tension sutures prevent a burst abdomen.",
    )
    make_certificate(omar, title="Basic Life Support", number="BLS-2026-00417")
    old = date.today() - timedelta(days=300)
    entry(omar, "Repeated exercise, long ago", date=old)
    entry(omar, "Repeated exercise", date=old)
    commit()
    wrong = defaultdict(list)
    for asked in QUERIES:
        first = titles(admin, asked["query"], size=3)[:1]
        if first != [asked["first"]]:
            wrong[asked["kind"]].append((asked["query"], asked["first"], first))
    number = sum(map(len, wrong.values()))
    assert len(QUERIES) >= 100
    assert 1 - number / len(QUERIES) >= RIGHT, dict(wrong)


def test_nobody_finds_counts_or_is_offered_what_they_may_not_see(cast):
    entry(cast["mine"], "Whipple of mine")
    entry(cast["other"], "Whipple of another", learning_points="Unmistakable xanthogranuloma")
    commit()
    for word in ("whipple", "xanthogranuloma", "xanthogranulma", "durán", "duran whipple"):
        question = understand(word)
        for who in ("supervisor", "mine"):
            finder = Finder(question, cast[who])
            assert "Whipple of another" not in titles(cast[who], word)
            assert finder.counts().get("logbook.entry", 0) == (1 if word == "whipple" else 0)
            offered = shown(finder.suggestions(20), question.words)
            assert "Chloé Durán" not in [hit.text for hit in offered]
            assert "Whipple of another" not in [hit.text for hit in offered]
    assert "Whipple of another" in titles(cast["admin"], "duran whipple")
    assert "Whipple of another" in titles(cast["other"], "whipple")


def test_a_word_is_only_corrected_by_what_the_reader_may_see_in_the_end(cast):
    entry(cast["other"], "Xanthogranulomatous pyelonephritis")
    commit()
    rows, _ = found(cast["mine"], "xanthogranulomatos")
    assert rows == []


def test_exact_comes_first_then_the_newest(cast):
    day = date.today() - timedelta(days=200)
    entry(cast["mine"], "Fasciotomy of the leg", date=day)
    entry(cast["mine"], "Leg fasciotomy, quickly done", date=day)
    entry(cast["mine"], "Something else", learning_points="A fasciotomy would have helped")
    entry(cast["mine"], "Fasciotomy", date=day)
    db.session.execute(
        sa.text("UPDATE logbook_logbookentry SET created_at = :day WHERE title LIKE 'Fascio%'"),
        {"day": str(day)},
    )
    commit()
    list(rebuild())
    assert titles(cast["mine"], "fasciotomy") == [
        "Fasciotomy",
        "Leg fasciotomy, quickly done",
        "Fasciotomy of the leg",
        "Something else",
    ]


def test_pages_follow_one_another_without_gaps_or_doubles(cast):
    for number in range(12):
        entry(cast["mine"], "Appendicectomy" if number % 2 else f"Appendicectomy, open {number}")
    commit()
    everything = [hit.url for hit in found(cast["mine"], "appendicectomy", size=50)[0]]
    assert len(everything) == 12
    for actor in ("mine", "admin"):
        paged, after = [], ""
        while True:
            rows, after = found(cast[actor], "appendicectomy", size=5, after=after)
            paged += [hit.url for hit in rows]
            if not after:
                break
        assert paged == everything


def test_where_much_is_found_the_order_is_the_same_as_where_all_is_known(cast, monkeypatch):
    for number in range(8):
        entry(cast["mine"], "Hernia repair" if number == 0 else f"Hernia repair, no. {number}")
    entry(cast["mine"], "Ward round", learning_points="hernia repair")
    commit()
    known = titles(cast["admin"], "hernia repair")
    assert known[0] == "Hernia repair"
    monkeypatch.setattr("plugins.search.finding.NEWEST", 2)
    assert titles(cast["admin"], "hernia repair", size=4) == known[:4]
    rows, after = found(cast["admin"], "hernia repair", size=4)
    rest, _ = found(cast["admin"], "hernia repair", size=9, after=after)
    assert [hit.text for hit in (*rows, *rest)] == known


def test_filters_narrow_by_module_status_person_and_day(cast):
    entry(cast["mine"], "Hernia repair", status="approved")
    entry(cast["other"], "Hernia repair", status="draft")
    make_case(cast["mine"], title="Hernia")
    commit()
    admin = cast["admin"]

    def number(**scope):
        return len(titles(admin, "hernia", scope=Scope(**scope)))

    assert number() == 3
    assert number(record="logbook.entry") == 2
    assert number(status="approved") == 1
    assert number(person="Durán") == 1
    assert number(record="cases.case", person="Siddiqui") == 1
    assert number(start=date.today() + timedelta(days=2)) == 0
    assert number(end=date.today() + timedelta(days=2)) == 3


def test_found_words_are_marked_and_nothing_else_is_let_through(cast):
    entry(
        cast["mine"],
        "<b>Hernia</b> & more",
        learning_points="word " * 40 + "the <script>hernial</script> sac " + "word " * 40,
    )
    commit()
    (hit,) = found(cast["mine"], "hernia")[0]
    assert hit.title == "&lt;b&gt;<mark>Hernia</mark>&lt;/b&gt; &amp; more"
    (other,) = found(cast["mine"], "sac")[0]
    assert "&lt;script&gt;hernial&lt;/script&gt; <mark>sac</mark>" in other.snippet
    assert other.snippet.startswith("…")
    assert len(other.snippet) < 250


def test_a_page_of_hits_costs_the_same_queries_however_many_there_are(cast, count_queries):
    for number in range(3):
        entry(cast["mine"], f"Hernia repair {number}")
    commit()
    with count_queries() as few:
        found(cast["mine"], "hernia", size=20)
    for number in range(15):
        entry(cast["mine"], f"Hernia repair again {number}")
    commit()
    with count_queries() as many:
        found(cast["mine"], "hernia", size=20)
    assert len(many) == len(few)


def test_whoever_sees_an_entry_for_whatever_reason_finds_it(cast):
    """Search leaves out by an index what names nobody of the reader's circle: no reason to see a row may be forgotten there."""
    leads, once, asked, stranger = (make_user("supervisor") for _ in range(4))
    rotation = make_rotation(cast["other"], supervisor_id=cast["supervisor"].id)
    made = entry(
        cast["other"], "Gastroscopy", supervisor=asked, rotation_id=rotation.id, status="approved"
    )
    make_review(made, once)
    commit()
    seen = [
        who
        for who in (cast["other"], cast["supervisor"], asked, once)
        if titles(who, "gastroscopy")
    ]
    assert len(seen) == 4
    assert not titles(stranger, "gastroscopy")
    rotation.supervisor_id = leads.id
    commit()
    assert titles(leads, "gastroscopy")
    assert not titles(cast["supervisor"], "gastroscopy")
    cast["other"].supervisor_id = stranger.id
    commit()
    assert titles(stranger, "gastroscopy")


def test_of_every_record_search_knows_exactly_what_each_reader_may_see(cast):
    stranger = make_user("supervisor")
    for record in searched():
        ROWS[record.name](cast["mine"], cast["supervisor"])
    commit()
    compared = 0
    for record in searched():
        for actor in (*cast.values(), stranger):
            if not allowed(actor, record.permission("view")):
                continue
            place = Place((record,))
            found = Finder(understand("x"), actor)._of(place, sa.true()).subquery()
            seen = set(db.session.scalars(sa.select(found.c.row_id)))
            assert seen == set(db.session.scalars(access.visible(record, actor, record.model.id)))
            compared += len(seen)
    assert compared > 40
