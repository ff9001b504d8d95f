"""An act of many rows tells people once, when it is done; and whoever stands in is told as well."""

import pytest

from plugins.notifications import queries
from sims.database import commit, db
from sims.events import GatheringEnded, gathering, publish, publish_many
from sims.review import Approved, Submitted
from tests.factories import make_user
from tests.plugins.notifications.factories import of, prefer, send_away

KEY = "bulk-7"


@pytest.fixture
def cast(app_context):
    supervisor = make_user("supervisor")
    return supervisor, make_user("pg", supervisor), make_user("admin")


def submitted(cast, number, **given):
    supervisor, pg, admin = cast
    return Submitted(
        **{
            "record": "logbook.entry", "table": "logbook_logbookentry", "row_id": number, "title": f"Entry {number}",
            "source": "draft", "target": "pending", "owner_id": pg.id, "reviewer_id": supervisor.id,
            "actor_id": admin.id,
        } | given
    )  # fmt: skip


def chunk(cast, numbers, *, many=True):
    with gathering(KEY):
        if many:
            publish_many([submitted(cast, number) for number in numbers])
        else:
            for number in numbers:
                publish(submitted(cast, number))
    commit()


def end():
    publish(GatheringEnded(key=KEY))
    commit()


@pytest.mark.parametrize("many", [True, False], ids=["together", "one by one"])
def test_until_it_is_done_nobody_sees_it_then_everybody_once(cast, sign_in, many):
    supervisor = cast[0]
    chunk(cast, range(20), many=many)
    chunk(cast, range(20, 37), many=many)
    assert queries.unread(supervisor) == 0
    assert queries.page(supervisor, only_unread=False) == ([], None)
    assert queries.narrowing(supervisor) == (set(), set())
    assert of(supervisor, "email") == []
    assert "Entry" not in sign_in(supervisor).get("/notifications?show=all").text
    end()
    [row] = of(supervisor)
    assert (row.title, row.link, row.count) == (
        "37 logbook entries wait for your review",
        "/review",
        37,
    )
    [mail] = of(supervisor, "email")
    assert (mail.title, mail.digest) == (row.title, True)
    assert queries.unread(supervisor) == 1


def test_a_chunk_that_is_undone_was_never_counted(cast):
    supervisor = cast[0]
    chunk(cast, range(10))
    with gathering(KEY):
        publish_many([submitted(cast, number) for number in range(10, 20)])
    db.session.rollback()
    chunk(cast, range(10, 20))
    end()
    assert [row.count for row in of(supervisor)] == [20]


def test_what_happened_once_keeps_its_own_words(cast):
    chunk(cast, [5])
    end()
    [row] = of(cast[0])
    assert (row.title, row.row_id) == ("Waits for your review: Entry 5", 5)


def test_it_ends_once_and_a_second_try_is_told_of_its_own_rows(cast):
    chunk(cast, range(3))
    end()
    end()
    chunk(cast, range(3, 5))
    end()
    assert [row.count for row in of(cast[0])] == [3, 2]


def test_the_end_in_the_transaction_of_the_last_rows_counts_them(cast):
    with gathering(KEY):
        publish_many([submitted(cast, number) for number in range(4)])
    end()
    assert [row.count for row in of(cast[0])] == [4]


def test_each_person_and_each_kind_is_told_apart(cast):
    supervisor, pg, admin = cast
    other = make_user("supervisor")
    with gathering(KEY):
        publish_many(
            [
                *[submitted(cast, number) for number in range(3)],
                *[submitted(cast, number, reviewer_id=other.id) for number in range(2)],
                *[
                    Approved(**(vars(submitted(cast, number)) | {"target": "approved"}))
                    for number in range(6)
                ],
            ]
        )
    end()
    assert [row.title for row in of(supervisor)] == ["3 logbook entries wait for your review"]
    assert [row.title for row in of(other)] == ["2 logbook entries wait for your review"]
    assert [row.title for row in of(pg)] == ["6 logbook entries approved"]
    assert of(pg)[0].body == "The first of them: Approved: Entry 0"
    assert of(admin) == []


def test_who_does_not_want_to_see_it_only_gets_the_mail(cast):
    supervisor = cast[0]
    prefer(supervisor, "review.submitted", "at_once", in_app=False)
    chunk(cast, range(3))
    end()
    assert of(supervisor) == []
    assert [row.title for row in of(supervisor, "email")] == [
        "3 logbook entries wait for your review"
    ]


def test_another_act_at_the_same_time_is_another_notice(cast):
    with gathering("bulk-8"):
        publish_many([submitted(cast, number) for number in range(2)])
    chunk(cast, range(3))
    end()
    assert [row.count for row in of(cast[0]) if row.gathering is None] == [3]
    assert queries.unread(cast[0]) == 1


def test_five_hundred_events_cost_as_much_as_five(cast, count_queries):
    chunk(cast, range(1))
    costs = []
    for size in (30, 500):
        assert [person.id for person in cast]
        with count_queries() as sent:
            chunk(cast, range(size))
        costs.append(len(sent))
    assert costs[0] == costs[1] <= 7
    with count_queries() as sent:
        end()
    assert len(sent) <= 8


def test_five_hundred_events_told_one_by_one_but_together_cost_few_statements(cast, count_queries):
    costs = []
    for size in (5, 500):
        assert [person.id for person in cast]
        with count_queries() as sent:
            publish_many([submitted(cast, number) for number in range(size)])
            commit()
        costs.append(len(sent))
    assert costs[1] <= costs[0] + 6
    assert len(of(cast[0])) == 505


# -- deputies ---------------------------------------------------------------------------------------


def test_whoever_stands_in_for_the_reviewer_is_asked_too(cast):
    supervisor = cast[0]
    deputy = make_user("supervisor")
    send_away(supervisor, deputy)
    publish(submitted(cast, 1))
    db.session.flush()
    assert [row.title for row in of(supervisor)] == ["Waits for your review: Entry 1"]
    assert [row.title for row in of(deputy)][-1] == (
        f"For {supervisor.name}, who is away: Waits for your review: Entry 1"
    )


def test_a_deputy_who_did_it_is_not_told_and_a_decision_concerns_no_deputy(cast):
    supervisor, pg, _ = cast
    deputy = make_user("supervisor")
    send_away(supervisor, deputy)
    before = len(of(deputy))
    publish(submitted(cast, 1, actor_id=deputy.id))
    publish(Approved(**(vars(submitted(cast, 2)) | {"target": "approved"})))
    db.session.flush()
    assert len(of(deputy)) == before
    assert len(of(pg)) == 1
