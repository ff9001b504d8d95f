"""Old history into files and back: nothing lost, nothing doubled, whenever it is stopped."""

import gzip
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.audit.archive import files, storing
from plugins.audit.archive.models import Archive
from plugins.audit.archive.tables import every, named
from sims import access, history
from sims.clock import now
from sims.database import commit, db
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_procedure

TABLE = "logbook_logbookentry_version"
NASTY = "Zwölf 'Äpfel' \\ \"und\" \u2028 \U0001f600 اردو\ttab\nline"


def contents():
    """Every version row of every table, as the database has it."""
    return {
        versions.name: sorted(
            db.session.execute(sa.select(versions.table)).all(),
            key=lambda row: (row.id, row.transaction_id),
        )
        for versions in every()
    }


def archive(days=0):
    return list(storing.archive(now() + timedelta(seconds=1) - timedelta(days=days)))


@pytest.fixture
def row(app_context, app, tmp_path):
    """An entry with a history of four versions, and of its parts."""
    app.config["AUDIT_ARCHIVE_DIR"] = str(tmp_path / "archive")
    pg = make_user("pg")
    first = make_procedure("First")
    entry = make_entry(pg, learning_points="", procedures=[first])
    commit()
    for number, text in enumerate((NASTY, "", "x" * 5000)):
        entry.learning_points = text
        first.name = f"Procedure {number}"
        pg.year = number + 1
        commit()
    make_entry(pg)
    commit()
    return entry


def test_what_is_valid_now_stays_and_what_is_over_is_read_from_the_archive(row):
    record = access.record_named("logbook.entry")
    before = contents()
    changes = history.of(record, row)
    put = archive()
    assert {each.table for each in put} >= {
        TABLE,
        "logbook_procedure_version",
        "users_user_version",
    }
    assert sum(each.rows for each in put) == sum(map(len, before.values())) - sum(
        map(len, contents().values())
    )
    for rows in contents().values():
        assert all(kept.end_transaction_id is None for kept in rows)
    assert history.has_older(record, row)
    assert len(history.of(record, row)) == 1
    assert history.of(record, row, older=True) == changes
    assert archive() == []


def test_a_restore_gives_the_same_history_byte_for_byte(row, app):
    before = contents()
    archive()
    runner = app.test_cli_runner()
    for one in list(db.session.scalars(sa.select(Archive.table).distinct())):
        assert runner.invoke(args=["audit", "restore", "--table", one]).exit_code == 0
    assert contents() == before
    said = runner.invoke(args=["audit", "restore", "--table", TABLE])
    assert "0 of 3 rows put back" in said.output
    assert contents() == before
    assert not history.has_older(access.record_named("logbook.entry"), row)
    archive()
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(Archive).where(Archive.table == TABLE)
        )
        == 1
    )


def test_only_what_ended_before_the_day_goes(row):
    assert archive(days=1) == []
    assert list(storing.waiting(now() - timedelta(days=1))) == []


@pytest.mark.parametrize("place", ["write", "check", "_note", "_delete"])
def test_stopped_at_any_step_nothing_is_lost_or_doubled(row, monkeypatch, place):
    before = contents()
    owner = files if place in ("write", "check") else storing
    real, done = getattr(owner, place), []

    def stop(*args, **kw):
        answer = real(*args, **kw)
        if len(done) == 1:
            done.append(1)
            raise KeyboardInterrupt
        done.append(1)
        return answer

    monkeypatch.setattr(owner, place, stop)
    with pytest.raises(KeyboardInterrupt):
        archive()
    db.session.rollback()
    monkeypatch.undo()
    record = access.record_named("logbook.entry")
    assert len(history.of(record, row, older=True)) == 4
    archive()
    for one in list(db.session.scalars(sa.select(Archive).order_by(Archive.id))):
        assert storing.restore(one) == one.rows
    assert contents() == before


def test_killed_in_the_middle_the_next_run_goes_on(row, app, tmp_path):
    before = contents()
    db.session.rollback()
    environ = os.environ | {
        "SIMS_DATABASE_URL": app.config["DATABASE_URL"],
        "SIMS_INSTANCE": app.config["INSTANCE"],
        "SIMS_AUDIT_ARCHIVE_DIR": app.config["AUDIT_ARCHIVE_DIR"],
        "SIMS_AUDIT_ARCHIVE_ROWS": "1",
    }
    command = [sys.executable, "-m", "flask", "audit", "archive", "--older-than", "0"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as running:
        running.stdout.readline()
        running.send_signal(signal.SIGKILL)
    assert 0 < sum(map(len, contents().values())) < sum(map(len, before.values()))
    archive()
    for one in list(db.session.scalars(sa.select(Archive).order_by(Archive.id))):
        assert storing.damaged(one) == ""
        storing.restore(one)
    assert contents() == before


def test_a_full_disk_deletes_nothing(row, monkeypatch, app):
    before = contents()

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("plugins.audit.archive.files.os.fsync", full)
    said = app.test_cli_runner().invoke(args=["audit", "archive", "--older-than", "0"])
    assert said.exit_code == 1
    assert "No space left" in said.output
    assert "everything else is where it was" in said.output
    assert contents() == before
    assert not list(files.folder().glob("*.part"))


def test_a_flipped_byte_is_found_and_not_restored(row, app, sign_in):
    archive()
    one = db.session.scalar(sa.select(Archive).where(Archive.table == TABLE))
    path = files.folder() / one.name
    whole = path.read_bytes()
    said = app.test_cli_runner().invoke(args=["audit", "archives", "--verify"])
    assert said.exit_code == 0
    path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    said = app.test_cli_runner().invoke(args=["audit", "archives", "--verify"])
    assert said.exit_code == 1
    assert f"{one.name} is not the file that was written" in said.output
    before = contents()
    said = app.test_cli_runner().invoke(args=["audit", "restore", one.name])
    assert said.exit_code == 1
    assert contents() == before
    path.unlink()
    answer = sign_in(make_user("admin")).get(f"/logbook/entries/{row.id}/history?older=1")
    assert answer.status_code == 400
    assert "can&#39;t be read" in answer.text


def only_its_names_swapped(said):
    columns = said["columns"]
    first, second = columns.index("title"), columns.index("learning_points")
    columns[first], columns[second] = columns[second], columns[first]
    return json.dumps(said)


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(lambda said: "", id="emptied"),
        pytest.param(lambda said: "[]", id="something else"),
        pytest.param(lambda said: "{}", id="nothing in it"),
        pytest.param(lambda said: json.dumps(said)[:-20], id="cut off"),
        pytest.param(only_its_names_swapped, id="names swapped"),
        pytest.param(lambda said: "\udcff", id="no text"),
    ],
)
def test_an_altered_manifest_is_found_and_nothing_restored_by_it(row, app, sign_in, altered):
    archive()
    one = db.session.scalar(sa.select(Archive).where(Archive.table == TABLE))
    path = files.folder() / f"{one.name}.json"
    path.write_bytes(altered(files.manifest(one.name)).encode(errors="surrogateescape"))
    said = app.test_cli_runner().invoke(args=["audit", "archives", "--verify"])
    assert said.exit_code == 1
    assert "1 files are damaged" in said.output
    before = contents()
    said = app.test_cli_runner().invoke(args=["audit", "restore", one.name])
    assert said.exit_code == 1
    assert one.name in said.output
    assert contents() == before
    answer = sign_in(make_user("admin")).get(f"/logbook/entries/{row.id}/history?older=1")
    assert answer.status_code == 400


def test_whatever_becomes_of_a_file_is_said_in_words(row):
    """Each kind of harm raises another error in gzip: a broken header, stream, checksum, end."""
    archive()
    one = db.session.scalar(sa.select(Archive).where(Archive.table == TABLE))
    path = files.folder() / one.name
    whole = path.read_bytes()
    harms = [
        bytes([*whole[:place], whole[place] ^ 255, *whole[place + 1 :]])
        for place in range(len(whole))
    ]
    for harm in (*harms, b"", whole[:40], whole + b"more"):
        path.write_bytes(harm)
        assert one.name in storing.damaged(one)
        with suppress(files.Damaged):
            list(files.lines(one.name))


def test_only_one_is_at_the_archive(row, app):
    with files.alone():
        said = app.test_cli_runner().invoke(args=["audit", "archive", "--older-than", "0"])
    assert said.exit_code == 1
    assert "Somebody else is at the archive" in said.output
    assert archive()


def test_a_version_that_says_something_else_is_not_overwritten(row, app):
    archive()
    one = db.session.scalar(sa.select(Archive).where(Archive.table == TABLE))
    versions = named(TABLE)
    line = next(files.lines(one.name))
    values = versions.row(line, files.manifest(one.name)["columns"]) | {"title": "Another"}
    db.session.execute(sa.insert(versions.table), [values])
    db.session.commit()
    said = app.test_cli_runner().invoke(args=["audit", "restore", one.name])
    assert said.exit_code == 1
    assert "says something else" in said.output


def test_a_file_can_be_read_without_sims(row):
    archive()
    one = db.session.scalar(sa.select(Archive).where(Archive.table == TABLE))
    said = files.manifest(one.name)
    with gzip.open(files.folder() / one.name, "rt") as lines:
        rows = [dict(zip(said["columns"], json.loads(line), strict=True)) for line in lines]
    assert NASTY in {each["learning_points"] for each in rows}
    assert said["rows"] == len(rows) == one.rows


def test_the_history_page_offers_older_versions_and_the_office_sees_sizes(row, sign_in, app):
    admin = make_user("admin")
    commit()
    client = sign_in(admin)
    page = f"/logbook/entries/{row.id}/history"
    assert "Older versions" not in client.get(page).text
    archive()
    assert "Older versions" in client.get(page).text
    older = client.get(f"{page}?older=1").text
    assert "اردو" in older
    assert "Older versions" not in older
    sizes = client.get("/audit/sizes")
    assert sizes.status_code == 200
    assert "logbook_logbookentry" in sizes.text
    assert sign_in(make_user("pg")).get("/audit/sizes").status_code == 404
    assert (
        "rows ended before"
        in app.test_cli_runner().invoke(args=["audit", "archive", "--dry-run"]).output
    )


def test_the_clock_archives_only_where_it_is_asked_to(row, app):
    from plugins.audit.archive.storing import monthly

    app.config["AUDIT_KEEP_HISTORY_DAYS"] = -1
    assert monthly() == 0
    app.config["AUDIT_ARCHIVE_MONTHLY"] = True
    assert monthly() > 0
