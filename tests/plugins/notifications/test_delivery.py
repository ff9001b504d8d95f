"""Who is told of what, once each, and never of their own act."""

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.logbook.models import LogbookEntry
from plugins.logbook.records import ENTRY
from plugins.notifications import queries, services
from plugins.notifications.models import Notification, NotificationPreference
from sims import access, workflow
from sims.clock import now
from sims.contracts import Notice
from sims.database import commit, db
from sims.events import Event, publish
from sims.review import Approved, Submitted
from tests.factories import make_user
from tests.plugins.catalogue.factories import make_procedure, make_request
from tests.plugins.logbook.factories import make_entry


def told(person):
    query = sa.select(Notification).where(
        Notification.recipient_id == person.id, Notification.channel == "in_app"
    )
    return db.session.scalars(query.order_by(Notification.id)).all()


@pytest.fixture
def people(app_context):
    pg = make_user()
    return pg, db.session.get(type(pg), pg.supervisor_id), make_user("admin")


def move(entry, name, actor, **data):
    commit()
    loaded = access.find(ENTRY, actor, entry.id, joinedload(LogbookEntry.template))
    workflow.move(ENTRY, loaded, name, actor=actor, data=data)


def test_the_reviewer_is_told_of_a_submission_and_nobody_else(people):
    pg, supervisor, admin = people
    entry = make_entry(pg, supervisor, title="Appendicectomy")
    move(entry, "submit", pg)
    [row] = told(supervisor)
    assert (row.kind, row.verb, row.actor_id) == ("review.submitted", "submitted", pg.id)
    assert row.title == "Waits for your review: Appendicectomy"
    assert (row.table, row.row_id) == ("logbook_logbookentry", entry.id)
    assert (row.channel, row.is_read) == ("in_app", False)
    assert told(pg) == told(admin) == []


@pytest.mark.parametrize(
    ("status", "name", "verb"),
    [
        ("pending", "approve", "approved"),
        ("pending", "return", "returned"),
        ("pending", "reject", "rejected"),
        ("approved", "reopen", "reopened"),
    ],
)
def test_the_owner_is_told_of_every_decision_with_its_words(people, status, name, verb):
    pg, supervisor, admin = people
    entry = make_entry(pg, supervisor, status=status)
    who = admin if name == "reopen" else supervisor
    move(entry, name, who, feedback="Add the indication.")
    [row] = told(pg)
    assert (row.kind, row.actor_id) == (f"review.{verb}", who.id)
    assert row.title == f"{verb.capitalize()}: {entry.title}"
    assert row.body == "Add the indication."
    assert told(supervisor) == told(admin) == []


def test_a_second_submission_is_told_again(people):
    pg, supervisor, _ = people
    entry = make_entry(pg, supervisor)
    move(entry, "submit", pg)
    move(entry, "return", supervisor, feedback="More.")
    move(entry, "submit", pg)
    assert [row.verb for row in told(supervisor)] == ["submitted", "submitted"]


def about(**given):
    base = {
        "record": "x.y",
        "table": "x_y",
        "row_id": 1,
        "title": "T",
        "source": "a",
        "target": "b",
    }
    return base | given


def test_nobody_is_told_of_their_own_act(people):
    pg, supervisor, _ = people
    publish(Submitted(**about(actor_id=supervisor.id, owner_id=pg.id, reviewer_id=supervisor.id)))
    publish(Approved(**about(actor_id=pg.id, owner_id=pg.id)))
    assert told(pg) == told(supervisor) == []


def test_reviews_of_any_record_are_told_whoever_declares_it(people):
    """The plugin knows no record by name: an event of one that nobody declares is delivered all the same."""
    pg, supervisor, _ = people
    publish(Approved(**about(actor_id=supervisor.id, owner_id=pg.id)))
    assert [row.title for row in told(pg)] == ["Approved: T"]


def test_without_an_owner_or_a_reviewer_nobody_is_told(people):
    publish(Submitted(**about(actor_id=people[0].id, owner_id=people[0].id, reviewer_id=None)))
    publish(Approved(**about(actor_id=people[1].id, owner_id=None)))
    db.session.flush()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 0


def test_a_declared_notice_reaches_its_recipients(people):
    from plugins.catalogue.requests import REQUEST, ask

    pg, _, admin = people
    other = make_user("admin")
    make_user("admin", is_active=False)
    make_procedure("Gastroscopy")
    request, _ = ask({"name": "Splenic thing", "reason": "Seen twice"}, actor=pg)
    for person in (admin, other):
        [row] = told(person)
        assert (row.title, row.body) == ("Asked for: Splenic thing", "Seen twice")
    workflow.move(REQUEST, request, "decline", actor=admin, data={"feedback": "Too rare."})
    [row] = told(pg)
    assert row.kind == "catalogue.answer"
    assert row.body == "Too rare."


def test_a_request_that_is_added_or_merged_says_so(people):
    from plugins.catalogue.requests import REQUEST

    pg, _, admin = people
    make_procedure("Gastroscopy")
    one, two = make_request(pg, "One"), make_request(pg, "Two")
    workflow.move(REQUEST, one, "accept", actor=admin, data={"category": "basic"})
    workflow.move(REQUEST, two, "merge", actor=admin, data={"procedure": "Gastroscopy"})
    assert [row.title for row in told(pg)] == [
        "One is in the catalogue now",
        "Two leads to a procedure that was there already",
    ]


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    """Something of no record."""


@pytest.fixture
def two_notices(app_context, app):
    def notice(kind, words):
        return Notice(
            kind=kind,
            label=kind,
            event=Happened,
            recipients=lambda event: ids,
            subject=lambda event: words,
            link=lambda event: "/somewhere",
        )

    ids = []
    kept = app.extensions["sims.provided"].get(Notice)
    app.extensions["sims.provided"][Notice] = (notice("a.one", "One"), notice("a.two", "Two"))
    yield ids
    if kept is None:
        del app.extensions["sims.provided"][Notice]
    else:
        app.extensions["sims.provided"][Notice] = kept


def test_one_event_tells_one_person_once(two_notices):
    person = make_user()
    two_notices.extend([person.id, person.id])
    publish(Happened())
    [row] = told(person)
    assert (row.title, row.link, row.table, row.row_id) == ("One", "/somewhere", "", None)
    publish(Happened())
    assert len(told(person)) == 2


def test_who_switched_a_kind_off_is_not_told(two_notices):
    person, other = make_user(), make_user()
    two_notices.extend([person.id, other.id])
    db.session.add(NotificationPreference(person_id=person.id, kind="a.one", in_app=False))
    publish(Happened())
    assert told(person) == []
    assert len(told(other)) == 1


def test_a_refused_act_tells_nobody(people):
    pg, supervisor, _ = people
    move(make_entry(pg, supervisor), "submit", pg)
    assert len(told(supervisor)) == 1
    db.session.rollback()
    assert told(supervisor) == []


def test_the_database_takes_one_row_per_event_person_and_channel(app_context):
    person = make_user()
    given = {"recipient_id": person.id, "kind": "k", "verb": "v", "title": "t", "dedupe": "e"}
    db.session.add_all([Notification(**given), Notification(**given, channel="email")])
    db.session.flush()
    db.session.add(Notification(**given))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_marking_touches_only_ones_own(app_context):
    mine, theirs = make_user(), make_user()
    for person in (mine, theirs):
        db.session.add(
            Notification(recipient_id=person.id, kind="k", verb="v", title="t", dedupe="e")
        )
    db.session.flush()
    ids = [row.id for row in told(mine) + told(theirs)]
    assert services.mark(mine, ids, read=True) == 1
    assert services.mark_all_read(mine)[0] == 0
    assert (queries.unread(mine), queries.unread(theirs)) == (0, 1)
    done, moment = services.mark_all_read(theirs)
    assert (done, services.undo(mine, moment), services.undo(theirs, now())) == (1, 0, 0)
    assert services.undo(theirs, moment) == 1
    assert queries.unread(theirs) == 1
