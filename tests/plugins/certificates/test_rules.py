"""What a certificate must be, and when it ends: rules, calendar months, midnight in Karachi."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.certificates import services
from plugins.certificates.models import Certificate
from plugins.certificates.records import CERTIFICATE, TYPE
from plugins.certificates.validity import THRESHOLDS, after_months, expiry_of, threshold_due
from sims import records
from sims.clock import today
from sims.errors import Invalid
from sims.rules import broken
from tests.factories import make_user
from tests.plugins.certificates.factories import make_certificate, make_type

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
MONTHS = st.integers(1, 600)
few = settings(max_examples=25, deadline=None)


@few
@given(day=DAYS, months=MONTHS)
def test_months_are_calendar_months(day, months):
    later = after_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, monthrange(later.year, later.month)[1])


@pytest.mark.parametrize(
    ("issued", "months", "ends"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 12, 15), 24, date(2028, 12, 15)),
    ],
)
def test_31_january_and_leap_days_end_where_people_expect(issued, months, ends):
    assert expiry_of(issued, months) == ends


def test_what_never_expires_has_no_end():
    assert expiry_of(date(2026, 1, 1), None) is None


@given(left=st.integers(-400, 400))
def test_only_the_latest_threshold_reached_is_due(left):
    due = threshold_due(left)
    if left < 0 or left > max(THRESHOLDS):
        assert due is None
    else:
        assert due >= left
        assert not any(left <= other < due for other in THRESHOLDS)


def codes(certificate, stage="save"):
    return {
        problem.code.rpartition(".")[2] for problem in broken(CERTIFICATE, certificate, stage=stage)
    }


def test_today_in_karachi_is_not_in_the_future_and_tomorrow_is(app_context):
    pg, kind = make_user(), make_type()
    with time_machine.travel(datetime(2026, 11, 22, 19, 30, tzinfo=UTC), tick=False):
        assert today() == date(2026, 11, 23)  # half past midnight there, still the 22nd in London
        certificate = make_certificate(pg, kind, issue_date=date(2026, 11, 23))
        assert "issued_not_in_future" not in codes(certificate)
    with time_machine.travel(datetime(2026, 11, 22, 18, 30, tzinfo=UTC), tick=False):
        assert "issued_not_in_future" in codes(certificate)


def bare(**given):
    return Certificate(**{"status": "pending", "number": "", "verification_url": ""} | given)


@few
@given(issued=DAYS, days=st.integers(-1000, 1000))
def test_it_never_ends_before_or_on_the_day_it_begins(issued, days):
    certificate = bare(
        type_id=1, title="x", issue_date=issued, expiry_date=issued + timedelta(days)
    )
    rule = next(r for r in CERTIFICATE.rules if r.code.endswith("expires_after_issue"))
    assert rule.holds(certificate) == (days > 0)


@few
@given(points=st.decimals(-50, 2000, places=1))
def test_points_and_credits_lie_between_0_and_999(points):
    certificate = bare(cme_points=points, cpd_credits=points)
    rules = [r for r in CERTIFICATE.rules if r.fields in (("cme_points",), ("cpd_credits",))]
    assert len(rules) == 2
    assert all(rule.holds(certificate) == (0 <= points <= 999) for rule in rules)


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("", True),
        ("https://verify.example.org/a?b=1", True),
        ("http://verify.example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("ftp://example.org", False),
        ("https://", False),
        ("http://[", False),
        ("verify.example.org", False),
    ],
)
def test_a_verification_address_is_a_web_address(address, fine):
    rule = next(r for r in CERTIFICATE.rules if r.code.endswith("verification_url"))
    assert rule.holds(bare(verification_url=address)) == fine


def test_the_same_number_of_the_same_type_twice_is_said_but_saved(app_context):
    pg, kind = make_user(), make_type()
    make_certificate(pg, kind, number="A-17")
    same = {"type_id": kind.id, "issue_date": today(), "number": "a-17"}
    row, warnings = services.create_certificate(same, actor=pg)
    assert row.id
    assert [warning.code.rpartition(".")[2] for warning in warnings] == ["number_once"]
    other = {"type_id": make_type().id, "issue_date": today(), "number": "A-17"}
    assert services.create_certificate(other, actor=pg)[1] == ()
    assert "number_once" not in codes(make_certificate(make_user(), kind, number="A-17"))


def test_a_certificate_that_has_ended_is_said_to_count_for_nothing(app_context):
    assert "has_ended" in codes(make_certificate(make_user(), left=-1))
    assert "has_ended" not in codes(make_certificate(make_user(), left=0))


def test_submitting_needs_the_paper_and_a_supervisor(app_context):
    certificate = make_certificate(make_user(), supervisor_id=None)
    assert {"file_to_submit", "supervisor_to_submit"} <= codes(certificate, "submit")
    assert not codes(certificate)


def test_what_is_left_open_follows_from_the_type(app_context):
    pg = make_user()
    kind = make_type("BLS", validity_months=24, cme_points=5, cpd_credits=2)
    row, _ = services.create_certificate(
        {"type_id": kind.id, "issue_date": date(2024, 2, 29)}, actor=pg
    )
    assert (row.title, row.expiry_date) == ("BLS", date(2026, 2, 28))
    assert (row.cme_points, row.cpd_credits, row.supervisor_id) == (5, 2, pg.supervisor_id)


def test_what_is_given_stays_as_given(app_context):
    kind = make_type("BLS", validity_months=24, cme_points=5)
    given = {
        "type_id": kind.id, "issue_date": date(2025, 1, 1), "expiry_date": date(2025, 6, 30),
        "title": "BLS for instructors", "cme_points": 0,
    }  # fmt: skip
    row, _ = services.create_certificate(given, actor=make_user())
    assert {name: getattr(row, name) for name in given} == given


def test_an_expiry_that_followed_from_the_issue_follows_it_again(app_context):
    pg, kind = make_user(), make_type(validity_months=12)
    first = {"type_id": kind.id, "issue_date": date(2025, 1, 31), "expiry_date": None}
    row, _ = services.create_certificate(first, actor=pg)
    moved = first | {"issue_date": date(2025, 2, 28), "expiry_date": row.expiry_date}
    services.change_certificate(row, moved, actor=pg)
    assert row.expiry_date == date(2026, 2, 28)
    own = moved | {"expiry_date": date(2025, 12, 31)}
    services.change_certificate(row, own, actor=pg)
    services.change_certificate(row, own | {"issue_date": date(2025, 3, 1)}, actor=pg)
    assert row.expiry_date == date(2025, 12, 31)


def test_an_unknown_type_is_refused_with_words(app_context):
    with pytest.raises(Invalid, match="Choose a type"):
        services.create_certificate({"type_id": 987654, "issue_date": today()}, actor=make_user())
    with pytest.raises(Invalid, match="Choose the type"):
        services.create_certificate({"issue_date": today()}, actor=make_user())


def test_two_types_never_have_the_same_name_whatever_the_case(app_context):
    make_type("Basic life support")
    with pytest.raises(Invalid, match="of this name already"):
        records.create(
            TYPE, {"name": "BASIC life support", "category": "skills"}, actor=make_user("admin")
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("category", "hobby"),
        ("validity_months", 0),
        ("required_from_year", 7),
        ("cme_points", -1),
        ("cpd_credits", 1000),
    ],
)
def test_a_type_that_makes_no_sense_is_refused(app_context, field, value):
    values = {"name": "ATLS", "category": "skills"} | {field: value}
    with pytest.raises(Invalid) as refused:
        records.create(TYPE, values, actor=make_user("admin"))
    assert refused.value.problems[0].fields == (field,)
