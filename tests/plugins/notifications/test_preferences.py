"""People choose what they are told; the link in a mail stops such mails, without a login."""

from datetime import UTC, datetime, time
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
import time_machine

from plugins.notifications import kinds, links, mailing, preferences
from plugins.notifications.models import NotificationPreference, NotificationSetting
from plugins.users import credentials
from sims import mail
from sims.contracts import Notice
from sims.database import db
from sims.plugin import provided
from tests.factories import make_user
from tests.plugins.notifications.factories import make_mail, of, outbox, prefer, set_times

PAGE = "/notifications/preferences"


@pytest.fixture
def pg(app_context):
    app_context.config["EXTERNAL_URL"] = "https://sims.example.org"
    return make_user()


def filled(person, **changed):
    """What the page's form sends, if somebody changes this and nothing else."""
    form = {"digest": "y", "digest_hour": "7", "quiet_from": "", "quiet_until": ""}
    for kind in kinds.of(person):
        form |= {f"show-{kind.name}": "y", f"mail-{kind.name}": kind.mail}
    form |= changed
    return {name: value for name, value in form.items() if value is not None}


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_who_never_chose_is_told_as_each_kind_says(pg):
    wishes = preferences.wishes([(pg.id, "review.returned"), (pg.id, "review.approved")])
    assert wishes[pg.id, "review.returned"].mail == "at_once"
    assert wishes[pg.id, "review.approved"].mail == "digest"
    assert all(wish.in_app for wish in wishes.values())


def test_saving_the_defaults_keeps_nothing_and_a_change_keeps_what_is_changed(pg, sign_in):
    client = sign_in(pg)
    assert client.post(PAGE, data=filled(pg)).status_code == 302
    assert count(NotificationPreference) == 0
    changed = {"mail-review.approved": "off", "show-review.approved": None, "digest_hour": "18"}
    client.post(PAGE, data=filled(pg, quiet_from="22:00", quiet_until="06:30", **changed))
    [row] = db.session.scalars(sa.select(NotificationPreference))
    assert (row.kind, row.email, row.in_app) == ("review.approved", "off", False)
    [setting] = db.session.scalars(sa.select(NotificationSetting))
    assert (setting.digest_hour, setting.quiet_from, setting.quiet_until) == (
        18,
        time(22),
        time(6, 30),
    )
    page = client.get(PAGE).text
    assert 'value="22:00"' in page
    assert '<option selected value="18">18:00</option>' in page


def test_the_page_offers_every_kind_that_may_concern_the_reader(pg, sign_in):
    for role in ("admin", "supervisor", "pg"):
        page = sign_in(make_user(role)).get(PAGE).text
        for notice in provided(Notice):
            assert (notice.label in page) == (not notice.roles or role in notice.roles)
    own = {kind.name for kind in kinds.of(pg)}
    assert {"review.returned", "users.password"} <= own
    assert not {"review.submitted", "review.waiting", "review.backlog"} & own
    assert "review.submitted" in {kind.name for kind in kinds.of(make_user("supervisor"))}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"quiet_from": "22:00"}, "Quiet hours need a beginning and a different end."),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "Quiet hours need a beginning"),
        ({"quiet_from": "late", "quiet_until": "22:00"}, "Enter a time, such as 21:30."),
        ({"digest_hour": "25"}, "Not a valid choice"),
        ({"mail-review.approved": "by pigeon"}, "Not a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(pg, sign_in, changed, words):
    answer = sign_in(pg).post(PAGE, data=filled(pg, **changed))
    assert answer.status_code == 422
    assert words in answer.text
    assert count(NotificationPreference) == count(NotificationSetting) == 0


def test_a_choice_holds_for_mails_that_wait_already(pg):
    with time_machine.travel(datetime(2026, 11, 23, 7, tzinfo=UTC), tick=False):
        unwanted = make_mail(pg, kind="review.approved", digest=True)
        moved = make_mail(pg, kind="review.returned")
        other = make_mail(make_user(), kind="review.approved", digest=True)
        chosen = {"review.approved": (True, "off"), "review.returned": (True, "digest")}
        preferences.save(
            pg.id, chosen, digest=True, digest_hour=18, quiet_from=None, quiet_until=None
        )
        db.session.flush()
    assert of(pg, "email") == [moved]
    assert (moved.digest, moved.scheduled_for) == (True, datetime(2026, 11, 23, 13, tzinfo=UTC))
    assert unwanted not in db.session
    assert other in db.session


def test_mails_about_the_account_come_whatever_somebody_chose(pg):
    for kind in kinds.of(pg):
        prefer(pg, kind.name, "off", in_app=False)
    credentials.finish_reset(pg, "another long passphrase")
    mailing.send_due()
    assert [(row.recipient, row.subject) for row in outbox()] == [
        (pg.email, "Your password was changed – SIMS")
    ]
    assert of(pg) == of(pg, "email") == []


def test_asking_for_many_people_costs_two_queries(app_context, count_queries):
    people = [make_user() for _ in range(20)]
    prefer(people[0], "review.approved", "off")
    set_times(people[1], digest_hour=9)
    db.session.flush()
    with count_queries() as sent:
        preferences.wishes(
            (person.id, kind) for person in people for kind in ("review.approved", "users.password")
        )
    assert len(sent) == 2


# -- the link in the mail ---------------------------------------------------------------------------


def stop_path(person, kind="review.approved"):
    return links.stop_url(person.id, kind).removeprefix("https://sims.example.org")


def test_looking_at_the_link_changes_nothing_and_pressing_stops_that_kind_only(pg, client):
    path = stop_path(pg)
    page = client.get(path)
    assert page.status_code == 200
    assert "Something of yours is approved" in page.text
    assert preferences.choices_of(pg.id, ["review.approved"])["review.approved"] == (True, "digest")
    for _ in range(2):
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "You get no more mails about" in answer.text
    wanted = preferences.choices_of(pg.id, ["review.approved", "review.returned"])
    assert wanted == {"review.approved": (True, "off"), "review.returned": (True, "at_once")}


def test_stopping_can_be_taken_back_on_the_spot(pg, client):
    prefer(pg, "review.approved", "at_once", in_app=False)
    answer = client.post(stop_path(pg))
    assert 'name="back" value="at_once"' in answer.text
    answer = client.post(stop_path(pg), data={"back": "at_once"})
    assert "again" in answer.text
    assert preferences.choices_of(pg.id, ["review.approved"])["review.approved"] == (
        False,
        "at_once",
    )
    assert client.post(stop_path(pg), data={"back": "nonsense"}).status_code == 200
    assert preferences.choices_of(pg.id, ["review.approved"])["review.approved"] == (False, "off")


def test_the_link_of_a_digest_stops_all_digests_and_what_waits_for_one(pg, client):
    make_mail(pg, digest=True, kind="review.approved")
    urgent = make_mail(pg, kind="review.returned")
    client.post(stop_path(pg, kinds.DIGEST))
    assert of(pg, "email") == [urgent]
    assert preferences.wishes([(pg.id, "review.approved")])[pg.id, "review.approved"].mail == "off"
    client.post(stop_path(pg, kinds.DIGEST), data={"back": "digest"})
    assert (
        preferences.wishes([(pg.id, "review.approved")])[pg.id, "review.approved"].mail == "digest"
    )


@pytest.mark.parametrize(
    "change",
    [lambda path: path[:-1], lambda path: f"{path}x", lambda path: "/notifications/stop/x"],
)
def test_a_link_that_was_changed_stops_nothing(pg, client, change):
    path = change(stop_path(pg))
    assert client.get(path).status_code == client.post(path).status_code == 404
    assert count(NotificationPreference) == 0


def test_a_mail_programs_press_works_with_what_stands_in_the_mail(pg, client):
    """RFC 8058: the address of List-Unsubscribe gets a POST, without cookies, whose body is the other header."""
    make_mail(pg, kind="review.approved")
    mailing.send_due()
    mail.sweep()
    [path] = mail.folder().iterdir()
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    address = message["List-Unsubscribe"].strip("<>").removeprefix("https://sims.example.org")
    name, _, value = message["List-Unsubscribe-Post"].partition("=")
    assert client.post(address, data={name: value}).status_code == 200
    assert preferences.choices_of(pg.id, ["review.approved"])["review.approved"] == (True, "off")


def test_the_log_does_not_keep_the_link(pg, client, caplog):
    with caplog.at_level("INFO"):
        client.get(stop_path(pg))
    assert stop_path(pg).rpartition("/")[2] not in caplog.text
