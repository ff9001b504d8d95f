"""The calendar feed: read by two real parsers, opened by its secret alone, gone when it is revoked."""

import re
from datetime import timedelta

import icalendar
import pytest
import sqlalchemy as sa
import time_machine
import vobject

from plugins.rotations import feed, services
from plugins.rotations.models import Feed, Rotation
from plugins.rotations.records import ROTATION
from sims import workflow
from sims.clock import now, today
from sims.database import commit, db
from sims.errors import Denied, Missing
from tests.factories import make_user
from tests.plugins.rotations.factories import make_department, make_hospital, make_rotation


@pytest.fixture
def link_of(sign_in):
    """A function that makes somebody's link on the page and gives its path."""

    def make(person):
        page = sign_in(person).post("/rotations/feed").text
        found = re.search(r'value="http://localhost(/rotations/feed/[\w-]{43}\.ics)"', page)
        assert "webcal://localhost" + found.group(1) in page
        return found.group(1)

    return make


def events(body):
    """The events by UID, once both parsers have read the whole."""
    vobject.readOne(body.decode()).validate(raiseException=True)
    calendar = icalendar.Calendar.from_ical(body)
    assert not calendar.errors
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def test_both_parsers_read_a_pgs_own_rotations_and_nobody_elses(app_context, client, link_of):
    pg = make_user(first_name="Chloé", last_name="Ağaoğlu-Ó Súilleabháin " * 3)
    hospital, department = ("مستشفى الجامعة " * 5).strip(), "Chirurgie générale; " * 6 + "bloc"
    place = make_department(make_hospital(name=hospital), name=department)
    mine = make_rotation(pg, department=place)
    make_rotation(make_user(supervisor=db.session.get(type(pg), pg.supervisor_id)))
    answer = client.get(link_of(pg))
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert max(map(len, answer.data.split(b"\r\n"))) <= 75
    [(uid, event)] = events(answer.data).items()
    assert uid == f"rotation-{mine.id}@localhost"
    assert event["dtstart"].params["VALUE"] == event["dtend"].params["VALUE"] == "DATE"
    assert event.decoded("dtstart") == mine.start_date
    assert event.decoded("dtend") == mine.end_date + timedelta(days=1)
    assert str(event["summary"]) == department
    assert str(event["location"]) == hospital
    assert str(event["url"]) == f"http://localhost/rotations/{mine.id}"
    assert "Ağaoğlu" not in answer.text
    calendar = icalendar.Calendar.from_ical(answer.data)
    assert str(calendar["x-wr-calname"]) == str(calendar["name"]) == "SIMS: my rotations"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in answer.data


def test_a_supervisor_reads_what_they_supervise_and_their_pgs_with_names(
    app_context, client, link_of
):
    supervisor, other = make_user("supervisor"), make_user("supervisor")
    own, foreign = make_user(supervisor=supervisor), make_user(supervisor=other)
    place = make_department(name="Urology")
    seen = [
        make_rotation(own, supervisor_id=other.id, department=place),
        make_rotation(foreign, supervisor_id=supervisor.id),
    ]
    make_rotation(foreign, starts=100)
    found = events(client.get(link_of(supervisor)).data)
    assert set(found) == {f"rotation-{row.id}@localhost" for row in seen}
    summary = str(found[f"rotation-{seen[0].id}@localhost"]["summary"])
    assert summary == f"{own.name}: Urology"


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("pending", "TENTATIVE"),
        ("planned", "CONFIRMED"),
        ("ongoing", "CONFIRMED"),
        ("completed", "CONFIRMED"),
        ("cancelled", "CANCELLED"),
    ],
)
@pytest.mark.database("sqlite")
def test_the_status_is_one_programs_understand(app_context, client, link_of, status, word):
    pg = make_user()
    make_rotation(pg, status=status)
    [event] = events(client.get(link_of(pg)).data).values()
    assert str(event["status"]) == word


def test_a_rotation_that_moves_is_an_update_of_the_same_event_and_so_is_one_cancelled(
    app_context, client, link_of
):
    pg, admin = make_user(), make_user("admin")
    row = make_rotation(pg, starts=10)
    path = link_of(pg)
    [(uid, before)] = events(client.get(path).data).items()

    def again(act):
        found = db.session.scalar(
            sa.select(Rotation).where(Rotation.id == row.id).options(*ROTATION.load)
        )
        act(found)
        commit()
        [(same, event)] = events(client.get(path).data).items()
        assert same == uid
        return event

    later = today() + timedelta(days=20)
    dates = {"start_date": later, "end_date": later + timedelta(days=30)}
    moved = again(lambda found: services.change_rotation(found, dates, actor=admin))
    assert moved["sequence"] > before["sequence"]
    assert moved.decoded("dtstart") == later
    assert moved.decoded("last-modified") >= before.decoded("last-modified")
    gone = again(
        lambda found: workflow.move(
            ROTATION, found, "cancel", actor=admin, data={"feedback": "Closed."}
        )
    )
    assert gone["sequence"] > moved["sequence"]
    assert str(gone["status"]) == "CANCELLED"


def test_the_same_rotations_give_the_same_bytes_and_are_sent_once(app_context, client, link_of):
    pg = make_user()
    make_rotation(pg)
    path = link_of(pg)
    first = client.get(path)
    assert first.headers["Cache-Control"].startswith("private")
    assert "Set-Cookie" not in first.headers
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    make_rotation(pg, starts=50)
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_new_link_ends_the_old_one_and_revoking_ends_both(app_context, client, sign_in, link_of):
    pg = make_user()
    old = link_of(pg)
    assert client.get(old).status_code == 200
    new = link_of(pg)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    secret = new.rpartition("/")[2].removesuffix(".ics")
    assert secret not in sign_in(pg).get("/rotations/feed").text
    assert secret not in "".join(db.session.scalars(sa.select(Feed.secret_hash)))
    page = sign_in(pg).post("/rotations/feed/revoke", follow_redirects=True).text
    assert "No link yet" in page
    assert client.get(new).status_code == 404
    sign_in(pg).post("/rotations/feed/revoke")
    assert db.session.scalar(sa.select(sa.func.count(Feed.id))) == 2


@pytest.mark.parametrize("change", [{"is_archived": True}, {"is_active": False}, {"role": "admin"}])
def test_who_may_no_longer_act_has_no_feed(app_context, client, link_of, change):
    person = make_user("supervisor")
    path = link_of(person)
    for name, value in change.items():
        setattr(person, name, value)
    commit()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("secret", ["x", "A" * 43, "%00", "é", "..%2F", "%ED%A0%80"])
@pytest.mark.database("sqlite")
def test_an_unknown_secret_opens_nothing(client, secret):
    assert client.get(f"/rotations/feed/{secret}.ics").status_code == 404


def test_guessing_is_counted_and_readers_are_not(app_context, client, link_of):
    app_context.config |= {"RATELIMIT_ENABLED": True, "ROTATIONS_FEED_LIMIT": "2 per minute"}
    path = link_of(make_user())
    found = [client.get(f"/rotations/feed/{word}.ics").status_code for word in "abc"]
    assert found == [404, 404, 429]
    assert client.get(path).status_code == 200


def test_the_log_does_not_keep_the_secret(app_context, client, link_of, caplog):
    path = link_of(make_user())
    caplog.set_level("INFO", logger="sims.requests")
    client.get(path)
    client.get("/rotations/feed/some-secret.ics")
    assert "/rotations/feed/" in caplog.text
    assert path not in caplog.text
    assert "some-secret" not in caplog.text


def test_the_office_has_no_feed(app_context, sign_in):
    admin = make_user("admin")
    client = sign_in(admin)
    assert client.get("/rotations/feed").status_code == 404
    assert "/rotations/feed" not in client.get("/rotations/calendar").text
    with pytest.raises(Denied):
        feed.make(actor=admin)


def test_reading_is_noted_at_most_once_an_hour(app_context, client, link_of):
    with time_machine.travel(now(), tick=False) as clock:
        path = link_of(make_user())
        assert db.session.scalar(sa.select(Feed.last_read_at)) is None

        def read_at():
            client.get(path)
            return db.session.scalar(sa.select(Feed.last_read_at))

        first = read_at()
        clock.shift(timedelta(minutes=30))
        assert read_at() == first
        clock.shift(timedelta(minutes=31))
        assert read_at() == now()


def test_what_ended_long_ago_is_left_out(app_context, client, link_of):
    pg = make_user()
    make_rotation(pg, starts=-460, days=30, status="completed")
    recent = make_rotation(pg, starts=-300, days=30, status="completed")
    assert set(events(client.get(link_of(pg)).data)) == {f"rotation-{recent.id}@localhost"}


def test_a_person_has_one_feed_in_force_whoever_is_faster(app_context):
    pg = make_user()
    feed.make(actor=pg)
    db.session.add(Feed(person_id=pg.id, secret_hash="x"))
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()
    with pytest.raises(Missing):
        feed.reader("x")


def test_a_feed_costs_the_same_however_many_rotations(app_context, client, link_of, count_queries):
    pg = make_user()
    path = link_of(pg)

    def cost():
        with count_queries() as sent:
            assert client.get(path).status_code == 200
        return len(sent)

    make_rotation(pg)
    cost()
    few = cost()
    for nth in range(1, 12):
        make_rotation(pg, starts=40 * nth)
    assert cost() == few
