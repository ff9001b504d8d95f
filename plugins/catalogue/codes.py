"""Code maps: an installation that is licensed for ICD, SNOMED CT, CPT or OPCS-4 imports its own."""

import csv
import io
from collections.abc import Iterator

import sqlalchemy as sa

from plugins.catalogue import queries
from plugins.catalogue.matching import key_of
from plugins.catalogue.models import SYSTEMS, CodeMap, Diagnosis
from sims.database import db
from sims.errors import Invalid, Problem

COLUMNS = ("name", "code")
LONGEST = 40


def import_codes(system: str, content: bytes) -> int:
    """Add the codes in a CSV file (UTF-8; columns `name`, `code`, perhaps `category` for diagnoses) and return
    how many were new. The first ICD code of a diagnosis becomes the one shown with it.

    All or nothing. Raises `Invalid` with a problem for every row that can't be taken. The caller commits.
    """
    if system not in SYSTEMS:
        raise _invalid([f"The system is one of {', '.join(SYSTEMS)}; '{system}' is none of them."])
    lines = list(_read(content))
    procedures = queries.resolve_many(line["name"] for _, line in lines)
    diagnoses = _diagnoses()
    known = set(
        db.session.execute(
            sa.select(CodeMap.procedure_id, CodeMap.diagnosis_id, CodeMap.code).where(
                CodeMap.system == system
            )
        )
    )
    problems: list[str] = []
    added: list[tuple[CodeMap, Diagnosis | None]] = []
    for number, line in lines:
        procedure = procedures.get(line["name"]) if system != "ICD" else None
        found = (
            []
            if procedure or system in ("CPT", "OPCS-4")
            else diagnoses.get(key_of(line["name"]), [])
        )
        if line["category"]:
            found = [entry for entry in found if key_of(entry.category) == key_of(line["category"])]
        diagnosis = found[0] if len(found) == 1 else None
        if reason := _refusal(line["code"], bool(procedure or diagnosis), len(found)):
            problems.append(f"Row {number}: {reason.format(**line)}")
            continue
        ids = (procedure.id if procedure else None, diagnosis.id if diagnosis else None)
        if (*ids, line["code"]) in known:
            continue
        known.add((*ids, line["code"]))
        row = CodeMap(system=system, code=line["code"], procedure_id=ids[0], diagnosis_id=ids[1])
        added.append((row, diagnosis))
    if problems:
        raise _invalid(problems)
    for row, diagnosis in added:
        db.session.add(row)
        if diagnosis and system == "ICD" and not diagnosis.icd_code:
            diagnosis.icd_code = row.code[:20]
    return len(added)


def _refusal(code: str, known: bool, candidates: int) -> str | None:
    if not code:
        return "there is no code for '{name}'."
    if len(code) > LONGEST:
        return f"the code '{{code}}' is longer than {LONGEST} characters."
    if candidates > 1:
        return "'{name}' stands in several categories; add a column 'category'."
    if not known:
        return "the catalogue has nothing called '{name}'."
    return None


def _read(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of the file with their numbers as a spreadsheet shows them."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _invalid([f"Row {line}: the file is not UTF-8. Save it as 'CSV UTF-8'."]) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    titles = {(title or "").strip().lower(): title for title in reader.fieldnames or ()}
    missing = [name for name in COLUMNS if name not in titles]
    if missing:
        raise _invalid([f"Row 1: there is no column {' and no column '.join(missing)}."])
    for row in reader:
        line = {
            name: (row[titles[name]] or "").strip() if name in titles else ""
            for name in (*COLUMNS, "category")
        }
        if any(line.values()):
            yield reader.line_num, line


def _diagnoses() -> dict[str, list[Diagnosis]]:
    found: dict[str, list[Diagnosis]] = {}
    for diagnosis in db.session.scalars(sa.select(Diagnosis)):
        found.setdefault(diagnosis.key, []).append(diagnosis)
    return found


def _invalid(messages: list[str]) -> Invalid:
    return Invalid(Problem(code="catalogue.codes", message=message) for message in messages)
