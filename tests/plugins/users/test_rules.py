"""What a valid person is: every rule, one by one, and what a good password is."""

from datetime import date

import pytest

from plugins.users.models import User
from plugins.users.records import USER
from plugins.users.rules import RULES, password_fault
from sims.database import db
from sims.rules import broken
from tests.factories import make_user


@pytest.fixture
def cast(app_context):
    """Somebody of every kind whom a rule may be about."""
    supervisor = make_user("supervisor", username="prof", email="prof@example.com")
    return {
        "supervisor": supervisor,
        "pg": make_user("pg", supervisor=supervisor),
        "admin": make_user("admin", username="Office", email="Office@example.com"),
        "closed supervisor": make_user("supervisor", is_active=False),
        "archived supervisor": make_user("supervisor", is_archived=True),
        "idle supervisor": make_user("supervisor"),
    }


def breaks(cast, who: str, **changes) -> set[str]:
    """The codes of the rules somebody breaks after these changes; a name stands for the person's id."""
    person = cast[who]
    with db.session.no_autoflush:
        for name, value in changes.items():
            setattr(person, name, cast[value].id if name == "supervisor_id" and value else value)
        return {problem.code for problem in broken(USER, person)}


CASES = [
    ("users.username", "pg", {"username": ""}),
    ("users.username", "pg", {"username": "two words"}),
    ("users.username", "pg", {"username": ".hidden"}),
    ("users.username_address", "pg", {"username": "nobody@example.com"}),
    ("users.username_taken", "pg", {"username": "OFFICE"}),
    ("users.first_name", "pg", {"first_name": ""}),
    ("users.last_name", "pg", {"last_name": ""}),
    ("users.email", "pg", {"email": ""}),
    ("users.email", "pg", {"email": "name at example.com"}),
    ("users.email", "pg", {"email": "name@example.com\nBcc: all@example.com"}),
    ("users.email_taken", "pg", {"email": "office@EXAMPLE.com"}),
    ("users.specialty", "pg", {"specialty": ""}),
    ("users.specialty", "idle supervisor", {"specialty": ""}),
    ("users.year", "pg", {"year": None}),
    ("users.year", "pg", {"year": 0}),
    ("users.year", "pg", {"year": 7}),
    ("users.year_of_pg", "idle supervisor", {"year": 3}),
    (
        "users.training",
        "pg",
        {"training_start": date(2026, 1, 1), "training_end": date(2026, 1, 1)},
    ),
    ("users.supervisor", "pg", {"supervisor_id": None}),
    ("users.supervisor_role", "pg", {"supervisor_id": "admin"}),
    ("users.supervisor_role", "pg", {"supervisor_id": "closed supervisor"}),
    ("users.supervisor_role", "pg", {"supervisor_id": "archived supervisor"}),
    ("users.supervisor_of_pg", "admin", {"supervisor_id": "supervisor"}),
    ("users.supervisor_of_pg", "idle supervisor", {"supervisor_id": "supervisor"}),
    ("users.not_own_supervisor", "pg", {"supervisor_id": "pg"}),
    ("users.last_admin", "admin", {"is_active": False}),
    ("users.last_admin", "admin", {"is_archived": True}),
    ("users.last_admin", "admin", {"role": "supervisor", "specialty": "Medicine"}),
    ("users.pgs_left", "supervisor", {"is_active": False}),
    ("users.pgs_left", "supervisor", {"is_archived": True}),
    ("users.pgs_left", "supervisor", {"role": "admin"}),
    ("users.role", "admin", {"role": "owner"}),
]


@pytest.mark.parametrize(("code", "who", "changes"), CASES)
def test_a_person_who_breaks_it_is_refused_by_this_rule(cast, code, who, changes):
    if code == "users.role":
        make_user("admin")
        assert breaks(cast, who, **changes) >= {code}
        return
    assert breaks(cast, who, **changes) == {code}


def test_every_rule_is_tried_above():
    assert {code for code, _, _ in CASES} == {rule.code for rule in RULES}


@pytest.mark.parametrize("who", ["supervisor", "pg", "admin", "idle supervisor"])
def test_everybody_else_is_fine(cast, who):
    assert breaks(cast, who) == set()


@pytest.mark.parametrize(
    ("who", "changes"),
    [
        ("pg", {"username": "o'brien".replace("'", "."), "year": 6}),
        ("admin", {"username": "office@EXAMPLE.com"}),
        ("admin", {"specialty": ""}),
        ("pg", {"email": "first.last+sims@mail.hospital.example.com"}),
        ("idle supervisor", {"is_archived": True}),
    ],
)
def test_what_is_unusual_but_right_is_taken(cast, who, changes):
    assert breaks(cast, who, **changes) == set()


def test_an_admin_may_go_once_there_is_another(cast):
    make_user("admin")
    assert breaks(cast, "admin", is_archived=True) == set()


def test_a_closed_admin_does_not_count_as_another(cast):
    make_user("admin", is_active=False)
    assert breaks(cast, "admin", is_archived=True) == {"users.last_admin"}


def test_pgs_who_left_do_not_hold_their_supervisor_back(cast):
    cast["pg"].is_archived = True
    db.session.flush()
    assert breaks(cast, "supervisor", is_archived=True) == set()


def test_the_database_keeps_usernames_and_addresses_apart_whatever_their_case(app_context):
    make_user("admin", username="office")
    with pytest.raises(Exception, match=r"(?i)unique"):
        make_user("admin", username="OFFICE")
    db.session.rollback()


PERSON = User(
    username="ayesha.akhtar", email="a.akhtar@example.com", first_name="Ayesha", last_name="Akhtar"
)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "ayesha.akhtar",
        "Ayesha.Akhtar1",
        "a.akhtar@example.com",
        "Ayesha Akhtar!",
        "passwordpassword",
        "Password123456",
        "P-a-s-s-w-o-r-d 2026",
        "123456789012",
        "qwertyqwerty1",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "x" * 10 + "yz" * 150,
    ],
)
def test_a_password_that_is_guessed_or_too_long_is_refused(password):
    assert password_fault(password, PERSON)


@pytest.mark.parametrize(
    "password",
    [
        "horse battery staple",
        "zwölf kleine jäger",
        "correct1staple",
        "ہسپتال کی صبح نو بجے",
        "k8#pQ2!vT9$z",
    ],
)
def test_a_long_password_needs_no_special_signs(password):
    assert password_fault(password, PERSON) is None
