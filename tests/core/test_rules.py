"""What no row may be, whatever its plugin says: longer or larger than its column."""

import pytest
from flask import Flask

from plugins.catalogue.records import PROCEDURE
from plugins.rotations.records import HOSPITAL
from sims import records
from sims.errors import Invalid
from tests.factories import make_user


def test_what_is_too_long_for_its_column_is_refused_at_its_field(app_context: Flask) -> None:
    values = {"name": "N" * 201, "code": "C" * 20}
    with pytest.raises(Invalid) as caught:
        records.create(HOSPITAL, values, actor=make_user("admin"))
    problem = caught.value.problems[0]
    assert (problem.fields, problem.message) == (("name",), "Keep this to 200 characters.")


def test_a_number_that_no_column_holds_is_refused_at_its_field(app_context: Flask) -> None:
    values = {"name": "Appendectomy", "category": "surgical", "minutes": 2**31, "synonyms": []}
    with pytest.raises(Invalid) as caught:
        records.create(PROCEDURE, values, actor=make_user("admin"))
    assert [problem.fields for problem in caught.value.problems] == [("minutes",)]
