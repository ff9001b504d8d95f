"""The session: one commit that tells a lost race from a fault, and what waits for it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from plugins.users.models import User
from sims import actor
from sims.database import after_commit, commit, db, flush
from sims.errors import Conflict
from tests.factories import make_user


def changed_elsewhere(person: User) -> None:
    """Somebody else saves this person while our session holds the old state."""
    statement = sa.update(User).where(User.id == person.id).values(version=User.version + 1)
    db.session.execute(statement, execution_options={"synchronize_session": False})


@pytest.mark.parametrize("save", [flush, commit])
def test_a_row_changed_in_between_is_a_conflict(app_context, save):
    person = make_user("pg")
    changed_elsewhere(person)
    person.last_name = "Late"
    with pytest.raises(Conflict, match="Somebody else changed this"):
        save()


@pytest.mark.parametrize("save", [flush, commit])
def test_what_may_be_there_only_once_is_a_conflict(app_context, save):
    first, second = make_user("pg"), make_user("pg")
    second.username = first.username
    with pytest.raises(Conflict, match="just saved the same"):
        save()


@pytest.mark.parametrize("save", [flush, commit])
def test_any_other_broken_constraint_is_a_fault(app_context, save):
    make_user("pg").role = "king"
    with pytest.raises(IntegrityError):
        save()


def test_after_a_conflict_the_session_is_ready_for_the_next_act(app_context):
    first, second = make_user("pg"), make_user("pg")
    commit()
    second.username, other = first.username, []
    after_commit(lambda: other.append("never"))
    with pytest.raises(Conflict):
        commit()
    second.last_name = "Later"
    commit()
    assert other == []
    assert db.session.get_one(User, second.id).last_name == "Later"


def test_what_waits_for_the_commit_runs_once_and_in_order(app_context):
    done = []
    after_commit(lambda: done.append(1))
    after_commit(lambda: done.append(2))
    assert done == []
    commit()
    commit()
    assert done == [1, 2]


def test_acting_as_somebody_ends_with_its_block(app_context):
    """Nested blocks and the person signed in come back; a job's person is not lost to an inner one."""
    assert actor.current_id() is None
    with actor.acting_as(1):
        with actor.acting_as(None):
            assert actor.current_id() is None
        assert actor.current_id() == 1
    assert actor.current_id() is None


def test_after_acting_as_somebody_the_signed_in_person_acts_again(app, app_context):
    from flask_login import login_user

    person = make_user("admin")
    with app.test_request_context():
        login_user(person)
        with actor.acting_as(99):
            assert actor.current_id() == 99
        assert actor.current_id() == person.id


@pytest.mark.database("postgresql")
def test_a_server_that_goes_away_behind_an_answer_does_not_cost_it(app):
    with app.app_context():
        pid = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
        with sa.create_engine(db.engine.url, isolation_level="AUTOCOMMIT").connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with app.app_context():
        assert db.session.scalar(sa.text("SELECT 1")) == 1


def test_in_production_an_error_does_not_tell_a_statements_values(make_app, new_database):
    production = {
        "ENV": "production", "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz", "SESSION_COOKIE_SECURE": True,
        "EXTERNAL_URL": "https://sims.example.org",
    }  # fmt: skip
    app = make_app(DATABASE_URL=new_database("sqlite"), **production)
    with app.app_context(), pytest.raises(sa.exc.OperationalError) as refused:
        db.session.execute(
            sa.text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Mrs Khan"}
        )
    assert "Khan" not in str(refused.value)
