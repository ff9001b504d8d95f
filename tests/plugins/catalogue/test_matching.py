"""What a PG types between two cases leads to what they mean, on the shipped catalogue."""

import csv
from pathlib import Path

import pytest

from plugins.catalogue.matching import Entry, Names, key_of, slug_of

DATA = Path(__file__).parents[3] / "plugins" / "catalogue" / "data" / "procedures.csv"


@pytest.fixture(scope="module")
def names() -> Names:
    with DATA.open(encoding="utf-8") as file:
        return Names(
            Entry(
                row["name"],
                row["category"],
                tuple(filter(None, row["synonyms"].split(";"))),
                tuple(row["specialties"].split(";")),
            )
            for row in csv.DictReader(file)
        )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("OGD", "Gastroscopy"),
        ("ogd", "Gastroscopy"),
        ("esophagogastroduodenoscopy", "Gastroscopy"),
        ("lap chole", "Laparoscopic cholecystectomy"),
        ("chole lap", "Laparoscopic cholecystectomy"),
        ("appy", "Laparoscopic appendicectomy"),
        ("lap appendix", "Laparoscopic appendicectomy"),
        ("apendectomy", "Laparoscopic appendicectomy"),
        ("laproscopic appendicectomy", "Laparoscopic appendicectomy"),
        ("appendix open", "Open appendicectomy"),
        ("i&d", "Incision and drainage of abscess"),
        ("I and D", "Incision and drainage of abscess"),
        ("LP", "Lumbar puncture"),
        ("lumbar punture", "Lumbar puncture"),
        ("ABG", "Arterial blood gas sampling"),
        ("central line", "Central venous catheter insertion"),
        ("thyroidectmy", "Total thyroidectomy"),
        ("colonscopy", "Colonoscopy"),
        ("oesophagectomy", "Oesophagectomy"),
        ("esophagectomy", "Oesophagectomy"),
        ("chest drian", "Chest drain insertion"),
        ("ICD", "Chest drain insertion"),
        ("thoracentesis", "Thoracocentesis"),
        ("LSCS", "Caesarean section"),
        ("mastectomy", "Simple mastectomy"),
        ("masectomy", "Simple mastectomy"),
        ("debridment", "Wound debridement"),
        ("NG tube", "Nasogastric tube insertion"),
        ("foley", "Urethral catheterisation"),
        ("IV canula", "Peripheral intravenous cannulation"),
        ("bone marow", "Bone marrow aspiration and trephine biopsy"),
        ("whipple", "Pancreaticoduodenectomy"),
        ("hartmann", "Hartmann's procedure"),
        ("hartmanns", "Hartmann's procedure"),
        ("sutring", "Wound suturing"),
        ("CPR", "Cardiopulmonary resuscitation"),
    ],
)
def test_the_first_suggestion_is_what_was_meant(names, typed, meant):
    assert names.find(typed)[0].entry.name == meant


@pytest.mark.parametrize("typed", ["", "   ", "&", "xyzzy", "appendix of the moon", "%", "_"])
def test_nonsense_finds_nothing(names, typed):
    assert names.find(typed) == []


def test_every_name_and_synonym_finds_its_own_procedure_first(names):
    for entry in names.entries:
        for text, _, _ in entry.terms:
            assert names.find(text)[0].entry is entry, text


def test_no_more_than_the_limit_and_nothing_twice(names):
    found = [match.entry.name for match in names.find("l", limit=5)]
    assert len(found) == len(set(found)) == 5


def test_among_equals_ones_own_specialty_comes_first():
    names = Names(
        [Entry("Biopsy A", specialties=("urology",)), Entry("Biopsy B", specialties=("ent",))]
    )
    assert [match.entry.name for match in names.find("biopsy", specialty="ent")] == [
        "Biopsy B",
        "Biopsy A",
    ]


def test_the_hint_says_by_which_other_name_it_was_found(names):
    [match] = names.find("OGD", limit=1)
    assert match.hint == "OGD · diagnostic"
    [match] = names.find("gastroscopy", limit=1)
    assert match.hint == "diagnostic"


def test_a_key_ignores_case_accents_and_punctuation():
    assert key_of("  Ménière’s — I&D ") == "meniere s i d"
    assert slug_of("General  Surgery") == "general-surgery"
