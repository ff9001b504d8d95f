"""Two people, one entry, the same moment: one wins, the other is told, nothing is half done."""

import contextvars
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from plugins.logbook.models import LogbookEntry, LogbookReview
from plugins.users.models import Supervision
from sims.clock import today
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.logbook.factories import form_of, make_entry, make_template


@pytest.fixture
def at_once(app):
    """A function that sends requests from several clients at the same moment; gives their answers."""

    def send(*requests):
        barrier, answers = Barrier(len(requests)), {}

        def run(place, client, path, data):
            barrier.wait()
            answers[place] = client.post(path, data=data)

        threads = [
            Thread(target=contextvars.Context().run, args=(run, place, *request))
            for place, request in enumerate(requests)
        ]
        commit()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [answers[place] for place in range(len(requests))]

    return send


def test_two_reviewers_at_once_make_one_decision(app_context, sign_in, at_once):
    first, second = make_user("supervisor"), make_user("supervisor")
    pg = make_user("pg", supervisor=first)
    db.session.add(Supervision(pg_id=pg.id, supervisor_id=second.id, since=today(), kind="co"))
    for _ in range(3):
        entry = make_entry(pg, status="pending")
        number = entry.id
        path = f"/logbook/entries/queue/{number}"
        answers = at_once(
            (sign_in(first), path, {"decision": "approve"}),
            (sign_in(second), path, {"decision": "return", "feedback": "Which side?"}),
        )
        assert all(answer.status_code in (302, 409) for answer in answers)
        reviews = db.session.scalars(
            sa.select(LogbookReview).where(LogbookReview.entry_id == number)
        ).all()
        status = db.session.scalar(sa.select(LogbookEntry.status).where(LogbookEntry.id == number))
        assert [review.outcome for review in reviews] == [status]


def test_two_bulk_decisions_at_once_decide_each_entry_once(app_context, sign_in, at_once):
    """Whoever comes second is told entry by entry, and nothing of either is lost."""
    first, second = make_user("supervisor"), make_user("supervisor")
    pg = make_user("pg", supervisor=first)
    db.session.add(Supervision(pg_id=pg.id, supervisor_id=second.id, since=today(), kind="co"))
    for _ in range(3):
        ids = [make_entry(pg, status="pending").id for _ in range(10)]
        form = {"action": "approve", "id": ids}
        answers = at_once(
            (sign_in(first), "/bulk/do/logbook.entry", form),
            (sign_in(second), "/bulk/do/logbook.entry", form),
        )
        assert [answer.status_code for answer in answers] == [302, 302]
        reviews = sa.select(LogbookReview.entry_id).where(LogbookReview.entry_id.in_(ids))
        assert sorted(db.session.scalars(reviews)) == ids


def test_odd_numbers_in_a_bulk_decision_are_no_fault(app_context, sign_in):
    supervisor = make_user("supervisor")
    entry = make_entry(make_user("pg", supervisor=supervisor), status="pending")
    form = {"action": "approve", "id": ["²", "x", "-1", str(10**30), str(entry.id)]}
    assert sign_in(supervisor).post("/bulk/do/logbook.entry", data=form).status_code == 302
    assert db.session.scalar(sa.select(LogbookEntry.status)) == "approved"


def test_the_same_form_sent_twice_at_once_makes_one_entry(app_context, sign_in, at_once):
    pg = make_user("pg")
    make_template()
    form = form_of(draft="a-token-of-this-one-form", then="submit")
    answers = at_once(*((sign_in(pg), "/logbook/quick", form) for _ in range(3)))
    count = db.session.scalar(sa.select(sa.func.count()).select_from(LogbookEntry))
    assert count == 1
    assert all(answer.status_code == 302 for answer in answers)
