"""The shipped catalogue files are complete and agree with each other."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "plugins" / "catalogue" / "data"

COLUMNS = {
    "procedures": [
        "name",
        "category",
        "difficulty",
        "minutes",
        "cme_points",
        "required_skills",
        "synonyms",
        "specialties",
        "code_group",
    ],
    "diagnoses": ["name", "category", "icd_code"],
    "skills": ["name", "category", "level"],
    "targets": ["specialty", "group", "label", "minimum", "role", "by_year", "version"],
}
CATEGORIES = {
    "basic",
    "intermediate",
    "advanced",
    "diagnostic",
    "therapeutic",
    "surgical",
    "emergency",
}
SKILL_CATEGORIES = {
    "technical",
    "communication",
    "decision-making",
    "teamwork",
    "professionalism",
    "safety",
}
AMERICAN = [
    ("oesoph", "esoph"),
    ("haem", "hem"),
    ("paed", "ped"),
    ("anaesth", "anesth"),
    ("caesar", "cesar"),
    ("appendic", "append"),
    ("orchido", "orchio"),
    ("tunnelled", "tunneled"),
    ("ureteric", "ureteral"),
    ("thoracocentesis", "thoracentesis"),
    ("necrotising", "necrotizing"),
    ("synchronised", "synchronized"),
    ("catheterisation", "catheterization"),
]
# Groups of the ACGME minimum numbers for general surgery, with the number of each.
ACGME = {
    "skin-soft-tissue": 25,
    "breast": 40,
    "breast-mastectomy": 5,
    "breast-axilla": 5,
    "head-neck": 25,
    "alimentary": 180,
    "alimentary-oesophagus": 5,
    "alimentary-stomach": 15,
    "alimentary-small-bowel": 25,
    "alimentary-large-bowel": 40,
    "alimentary-appendix": 40,
    "alimentary-anorectal": 20,
    "abdominal": 250,
    "abdominal-biliary": 85,
    "abdominal-hernia": 85,
    "abdominal-liver": 5,
    "abdominal-pancreas": 5,
    "vascular": 50,
    "vascular-access": 10,
    "vascular-repair": 10,
    "endocrine": 15,
    "endocrine-thyroid": 10,
    "trauma-operative": 10,
    "trauma-nonoperative": 40,
    "thoracic": 20,
    "thoracic-thoracotomy": 5,
    "paediatric": 20,
    "plastic": 10,
    "critical-care": 40,
    "laparoscopic-basic": 100,
    "laparoscopic-complex": 75,
    "endoscopy": 85,
    "endoscopy-upper": 35,
    "endoscopy-colonoscopy": 50,
}


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one shipped file."""
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def parts(cell: str) -> list[str]:
    """Return the values of a cell that may hold several."""
    return cell.split(";") if cell else []


def plain(text: str) -> str:
    """Return text without case, hyphens and spaces, as a hurried person might type it."""
    return re.sub(r"[\s\-]+", "", text.casefold())


def repeated(values: list[str]) -> list[str]:
    """Return the values that occur more than once."""
    return [value for value, count in Counter(values).items() if count > 1]


PROCEDURES = rows("procedures")
DIAGNOSES = rows("diagnoses")
SKILLS = rows("skills")
TARGETS = rows("targets")
NAMES = {row["name"] for row in PROCEDURES}
GROUPS = Counter(group for row in PROCEDURES for group in parts(row["code_group"]))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_file_has_its_columns_and_every_row_fills_them_exactly(name: str) -> None:
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        header, *body = list(csv.reader(file, strict=True))
    assert header == COLUMNS[name]
    assert [line for line in body if len(line) != len(header)] == []


@pytest.mark.parametrize("name", COLUMNS)
def test_no_value_is_padded_or_left_empty_inside_a_list(name: str) -> None:
    wrong = [
        cell
        for row in rows(name)
        for cell in row.values()
        for value in (cell.split(";") if cell else [])
        if not value or value != " ".join(value.split())
    ]
    assert wrong == []


def test_the_catalogue_is_as_large_as_promised() -> None:
    assert len(PROCEDURES) >= 150
    assert len(DIAGNOSES) >= 100
    assert len(SKILLS) == 40


def test_no_two_procedures_share_a_name() -> None:
    assert repeated([plain(row["name"]) for row in PROCEDURES]) == []


def test_a_synonym_leads_to_one_procedure_only() -> None:
    terms = [row["name"].casefold() for row in PROCEDURES]
    terms += [term.casefold() for row in PROCEDURES for term in parts(row["synonyms"])]
    assert repeated(terms) == []


def test_words_that_differ_only_in_hyphens_or_spaces_mean_the_same_procedure() -> None:
    owners: dict[str, set[str]] = {}
    for row in PROCEDURES:
        for term in [row["name"], *parts(row["synonyms"])]:
            owners.setdefault(plain(term), set()).add(row["name"])
    assert {term: names for term, names in owners.items() if len(names) > 1} == {}


def test_every_procedure_can_be_found_by_another_name_and_belongs_to_a_specialty() -> None:
    assert [
        row["name"] for row in PROCEDURES if not row["synonyms"] or not row["specialties"]
    ] == []


def test_a_british_name_is_found_by_its_american_spelling() -> None:
    missing = []
    for row in PROCEDURES:
        american = row["name"].casefold()
        for british, other in AMERICAN:
            american = american.replace(british, other)
        known = [term.casefold() for term in [row["name"], *parts(row["synonyms"])]]
        if american not in known:
            missing.append(american)
    assert missing == []


def test_procedure_categories_and_figures_are_valid() -> None:
    assert {row["category"] for row in PROCEDURES} == CATEGORIES
    assert {row["difficulty"] for row in PROCEDURES} == set("12345")
    assert all(5 <= int(row["minutes"]) <= 600 for row in PROCEDURES)
    assert all(re.fullmatch(r"\d(\.\d)?", row["cme_points"]) for row in PROCEDURES)
    assert all(float(row["cme_points"]) > 0 for row in PROCEDURES)


def test_every_required_skill_exists() -> None:
    required = {skill for row in PROCEDURES for skill in parts(row["required_skills"])}
    assert required - {row["name"] for row in SKILLS} == set()
    assert [row["name"] for row in PROCEDURES if not row["required_skills"]] == []


def test_specialties_and_groups_are_slugs_named_once_in_a_cell() -> None:
    for row in PROCEDURES:
        for column in ("specialties", "code_group", "required_skills"):
            assert repeated(parts(row[column])) == [], row["name"]
        for slug in parts(row["specialties"]) + parts(row["code_group"]):
            assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug), row["name"]


def test_skills_have_unique_names_and_valid_categories_and_levels() -> None:
    assert repeated([plain(row["name"]) for row in SKILLS]) == []
    assert {row["category"] for row in SKILLS} == SKILL_CATEGORIES
    assert {row["level"] for row in SKILLS} == {"basic", "intermediate", "advanced"}


def test_diagnoses_are_unique_in_their_category_and_carry_no_licensed_code() -> None:
    assert repeated([plain(row["category"] + "|" + row["name"]) for row in DIAGNOSES]) == []
    assert all(row["name"] and row["category"] for row in DIAGNOSES)
    assert {row["icd_code"] for row in DIAGNOSES} == {""}


def test_a_procedure_in_a_sub_group_also_counts_to_the_group_above() -> None:
    for row in PROCEDURES:
        groups = parts(row["code_group"])
        above = {group.split("-")[0] for group in groups} & set(ACGME)
        assert above - set(groups) == set(), row["name"]


def test_every_group_is_known_and_has_at_least_two_procedures() -> None:
    assert set(GROUPS) == set(ACGME)
    assert [group for group, count in GROUPS.items() if count < 2] == []


def test_the_final_minimums_of_general_surgery_are_those_of_the_acgme() -> None:
    due = {
        row["group"]: int(row["minimum"])
        for row in TARGETS
        if row["specialty"] == "general-surgery" and row["by_year"] == "5"
    }
    assert due == {**ACGME, "total": 850}


def test_a_target_names_a_group_with_procedures_an_existing_procedure_or_the_total() -> None:
    for row in TARGETS:
        kind, _, name = row["group"].partition(":")
        if kind == "procedure":
            assert name in NAMES, name
        else:
            assert row["group"] == "total" or row["group"] in GROUPS, row["group"]


def test_a_target_has_a_valid_role_year_minimum_and_version() -> None:
    specialties = {slug for row in PROCEDURES for slug in parts(row["specialties"])}
    for row in TARGETS:
        assert row["specialty"] in specialties
        assert row["label"]
        assert int(row["minimum"]) > 0
        assert row["role"] in {"observed", "assisted", "performed"}
        assert row["by_year"] in set("123456")
        assert row["version"] == "2026"


def test_a_target_is_set_once_for_a_specialty_group_and_year() -> None:
    keys = ["|".join((t["specialty"], t["group"], t["by_year"], t["version"])) for t in TARGETS]
    assert repeated(keys) == []


def test_a_milestone_never_falls_from_one_year_to_the_next() -> None:
    total = sorted(
        (row["by_year"], int(row["minimum"])) for row in TARGETS if row["group"] == "total"
    )
    assert [year for year, _ in total] == list("12345")
    assert [number for _, number in total] == [150, 300, 500, 800, 850]


def test_a_procedure_with_its_own_target_is_logged_by_that_specialty() -> None:
    for row in TARGETS:
        if row["group"].startswith("procedure:"):
            (found,) = [p for p in PROCEDURES if p["name"] == row["group"].partition(":")[2]]
            assert row["specialty"] in parts(found["specialties"]), row["group"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hernia", "Open inguinal hernia repair"),
        ("appendicectomy", "Laparoscopic appendicectomy"),
        ("appendectomy", "Open appendicectomy"),
        ("emergency laparotomy", "Emergency laparotomy"),
        ("lap chole", "Laparoscopic cholecystectomy"),
        ("gastroscopy", "Gastroscopy"),
        ("colonoscopy", "Colonoscopy"),
        ("colectomy", "Sigmoid colectomy"),
        ("lower-limb amputation", "Below-knee amputation"),
        ("mastectomy", "Simple mastectomy"),
        ("stoma", "Colostomy formation"),
    ],
)
def test_the_commonest_procedures_of_general_surgeons_are_found(typed: str, expected: str) -> None:
    found = {
        row["name"]
        for row in PROCEDURES
        if any(typed in term.casefold() for term in [row["name"], *parts(row["synonyms"])])
    }
    assert expected in found


@pytest.mark.parametrize(
    ("abbreviation", "expected"),
    [
        ("LC", "Laparoscopic cholecystectomy"),
        ("OGD", "Gastroscopy"),
        ("EGD", "Gastroscopy"),
        ("ERCP", "Endoscopic retrograde cholangiopancreatography"),
        ("ICD insertion", "Chest drain insertion"),
        ("CVP line", "Central venous catheter insertion"),
        ("MRM", "Modified radical mastectomy"),
        ("LP", "Lumbar puncture"),
        ("I&D", "Incision and drainage of abscess"),
    ],
)
def test_an_everyday_abbreviation_means_the_procedure_people_expect(
    abbreviation: str, expected: str
) -> None:
    owners = [row["name"] for row in PROCEDURES if abbreviation in parts(row["synonyms"])]
    assert owners == [expected]
