"""Files: typed by content, stored under random names, served only to whoever may see their record.

What touches the store runs over a folder and over an S3-compatible bucket alike.
"""

import errno
import hashlib
import io
import socket
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import obstore
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer
from werkzeug.datastructures import FileStorage
from werkzeug.http import parse_options_header

from sims import access, files, records
from sims.database import commit, db
from sims.errors import Invalid, Missing
from sims.files import File, tidy_name
from tests.factories import make_user
from tests.pictures import JPEG, PDF, PNG, picture
from tests.plugins.logbook.factories import make_entry, make_template


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """An S3-compatible server of this test process' own."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, app_context: Flask, tmp_path: Path) -> str:
    """The application keeps its files here, and nothing lies here yet."""
    if request.param == "folder":
        app_context.config["FILES_URL"] = str(tmp_path / "files")
        return request.param
    request.getfixturevalue("credentials")
    endpoint, bucket = (
        request.getfixturevalue("s3"),
        f"files-{tmp_path.name[:40].replace('_', '-')}",
    )
    bucket = bucket.strip("-").lower()
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
    app_context.config.update(FILES_URL=f"s3://{bucket}/sims", S3_ENDPOINT=endpoint)
    return request.param


@pytest.fixture
def entry(app_context: Flask) -> Any:
    """A PG's draft in the logbook."""
    make_template()
    return make_entry(make_user("pg"))


@pytest.fixture
def attach(entry: Any) -> Callable[..., File]:
    """A function that attaches to the draft, as its owner."""
    record, owner = access.record_named("logbook.entry"), db.session.get_one(*person(entry))

    def give(content: bytes = PDF, name: str = "log.pdf") -> File:
        upload = FileStorage(io.BytesIO(content), filename=name)
        return files.attach(record, entry, upload, actor=owner)

    return give


def person(entry: Any) -> tuple[type[Any], int]:
    return access.record_named("users.user").model, entry.pg_id


def stored() -> set[str]:
    """The names of what lies in the store."""
    return {found["path"] for batch in obstore.list(files.store()) for found in batch}


# -- what is taken -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "kind", "called"),
    [
        (PDF, "certificate.pdf", "application/pdf", "certificate.pdf"),
        (PDF, "scan.png", "application/pdf", "scan.pdf"),
        (PDF, "letter.html", "application/pdf", "letter.html.pdf"),
        (PNG, "scan.pdf", "image/png", "scan.png"),
        (PNG, "SCAN.PNG", "image/png", "SCAN.PNG"),
        (JPEG, "photo", "image/jpeg", "photo.jpg"),
        (JPEG, "a.b.jpeg", "image/jpeg", "a.b.jpeg"),
        (JPEG, ".png", "image/jpeg", "png.jpg"),
    ],
)
def test_the_content_says_what_a_file_is(attach, content, name, kind, called):
    file = attach(content, name)
    assert (file.content_type, file.name) == (kind, called)


def test_a_picture_is_stored_anew_with_a_thumbnail_beside_it(place, attach):
    given = picture(size=(800, 400), comment=b"Zainab Bibi")
    file = attach(given + b"<script>alert(1)</script>", "photo.jpg")
    kept, small = b"".join(files.read(file)), b"".join(files.thumbnail(file))
    assert b"Zainab" not in kept + small
    assert b"script" not in kept + small
    assert (file.width, file.height, file.size) == (800, 400, len(kept))
    assert file.sha256 == hashlib.sha256(kept).hexdigest()
    assert stored() == {file.token, f"{file.token}.small"}


def test_a_pdf_is_stored_as_it_is_and_has_no_thumbnail(attach):
    """Signatures stay valid; what it may do is kept from happening when it is served."""
    script = PDF.replace(b"<< >>", b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>")
    file = attach(script)
    assert b"".join(files.read(file)) == script
    assert stored() == {file.token}
    with pytest.raises(Missing):
        files.thumbnail(file)


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg onload="alert(1)"/>',
        b"GIF89a\x01\x00\x01\x00",
        b"PK\x03\x04" + b"\x00" * 30,
        b"MZ" + b"\x00" * 60,
        b"#!/bin/sh\nrm -rf /",
        b"just text",
        b"\x00",
    ],
)
def test_anything_else_is_refused_whatever_its_name(attach, content):
    with pytest.raises(Invalid, match=r"letter\.pdf is not a PDF, JPEG, PNG file") as refused:
        attach(content, "letter.pdf")
    assert [problem.code for problem in refused.value.problems] == ["files.type"]
    assert stored() == set()


@pytest.mark.parametrize("cut", [PDF[:20], PDF + b"x" * 2000, b"%PDF" + PDF[6:]])
def test_a_pdf_that_is_not_whole_is_refused(attach, cut):
    with pytest.raises(Invalid, match=r"log\.pdf is damaged: the end of the PDF is missing"):
        attach(cut)
    assert stored() == set()


def test_a_pdf_may_end_in_padding(attach):
    assert attach(PDF + b"\r\n" + bytes(500)).content_type == "application/pdf"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (JPEG[:300], r"x\.jpg is damaged and can't be opened as a picture"),
        (picture("PNG", (8000, 5001), "1"), r"x\.jpg has more than 40 megapixels"),
    ],
)
def test_a_broken_or_huge_picture_is_refused(attach, content, words):
    with pytest.raises(Invalid, match=words) as refused:
        attach(content, "x.jpg")
    assert [problem.code for problem in refused.value.problems] == ["files.picture"]
    assert stored() == set()


def test_every_bad_file_is_named_at_once(app_context):
    uploads = [
        FileStorage(io.BytesIO(content), filename=name)
        for content, name in ((b"", "a.pdf"), (PDF, "b.pdf"), (b"GIF89a", "c.png"), (b"", ""))
    ]
    with pytest.raises(Invalid) as refused:
        files.check(uploads)
    assert [problem.code for problem in refused.value.problems] == ["files.empty", "files.type"]
    assert {problem.fields for problem in refused.value.problems} == {("file",)}


def test_too_many_files_at_once_are_refused_before_they_are_looked_at(app_context):
    app_context.config["FILES_MAX_COUNT"] = 2
    uploads = [FileStorage(io.BytesIO(b""), filename=f"{n}.pdf") for n in range(3)]
    with pytest.raises(Invalid, match="These are 3 files; choose 2 at most"):
        files.check(uploads)


def test_a_row_takes_so_many_files_and_no_more(attach, app_context):
    app_context.config["FILES_MAX_COUNT"] = 2
    attach()
    attach()
    with pytest.raises(Invalid, match="can be 2 files at most, and 2 are there already"):
        attach()
    assert len(stored()) == 2


def test_what_sims_made_itself_is_kept_as_it_is(place, entry):
    record, owner = access.record_named("logbook.entry"), db.session.get_one(*person(entry))
    file = files.keep(record, entry, "summary.pdf", PDF, "application/pdf", owner)
    by_clock = files.keep(record, entry, "yearly.pdf", PDF, "application/pdf", None)
    assert files.of(record, entry) == [file, by_clock]
    assert (file.created_by_id, by_clock.created_by_id) == (owner.id, None)
    assert b"".join(files.read(file)) == PDF


def test_an_empty_file_is_refused(attach):
    with pytest.raises(Invalid, match=r"log\.pdf is empty"):
        attach(b"")


def test_no_file_at_all_is_refused(attach):
    with pytest.raises(Invalid, match=r"is empty\. Choose the file again"):
        attach(b"", "")


def test_the_largest_file_is_taken_and_one_byte_more_refused(attach, app_context):
    app_context.config["FILES_MAX_BYTES"] = limit = 2**20
    assert attach(PDF.ljust(limit, b"\n")).size == limit
    with pytest.raises(Invalid, match=r"log\.pdf is larger than 1 MB"):
        attach(PDF.ljust(limit + 1))


# -- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\me\\scan.pdf", "scan.pdf"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("line\r\nbreak\x00.pdf", "linebreak.pdf"),
        (f"{'n' * 300}.pdf", f"{'n' * 190}.pdf"),
        ("آپریشن نوٹ.pdf", "آپریشن نوٹ.pdf"),
        ("Re\u0301sume\u0301.pdf", "Résumé.pdf"),
        ("", "file"),
        ("..", "file"),
        ("/", "file"),
        (".pdf", "pdf"),
        ("\u202e", "file"),
    ],
)
def test_a_name_is_tidied(given, tidy):
    assert tidy_name(given) == tidy


@given(st.text())
def test_a_tidy_name_is_never_empty_long_or_a_path(name):
    tidy = tidy_name(name)
    assert 0 < len(tidy) <= 200
    assert "/" not in tidy
    assert "\\" not in tidy
    assert not any(unicodedata.category(letter).startswith("C") for letter in tidy)
    assert tidy_name(tidy) == tidy


# -- the store ---------------------------------------------------------------------------------------------


def test_what_was_stored_is_read_back(place, attach):
    content = PDF + bytes(range(256)) * 4096 + PDF
    file = attach(content)
    assert b"".join(files.read(file)) == content
    assert stored() == {file.token}
    assert "log" not in file.token


def test_a_removed_file_goes_from_the_store_after_commit(place, attach):
    file = attach(PNG)
    commit()
    files.remove(file)
    assert len(stored()) == 2
    commit()
    assert stored() == set()


def test_a_removal_rolled_back_keeps_the_bytes(place, attach):
    file = attach()
    commit()
    files.remove(file)
    db.session.flush()
    db.session.rollback()
    commit()
    assert stored() == {file.token}


def test_a_rolled_back_upload_leaves_nothing_in_the_store(place, attach):
    kept = attach(PNG, "kept.png").objects
    commit()
    attach(JPEG)
    attach(PDF)
    assert len(stored()) == 5
    db.session.rollback()
    assert stored() == set(kept)


def test_bytes_stay_once_the_commit_has_begun(place, attach):
    """The row may be there although the database's answer was lost on the way."""

    def lose(session: object) -> None:
        raise ConnectionError("gone")

    attach()
    sa.event.listen(db.session, "before_commit", lose)
    try:
        with pytest.raises(ConnectionError):
            commit()
    finally:
        sa.event.remove(db.session, "before_commit", lose)
    db.session.rollback()
    assert len(stored()) == 1


def test_bytes_that_a_crash_left_behind_are_swept_away_a_day_later(place, attach):
    kept = attach(PNG, "kept.png").objects
    commit()
    for name in ("orphan", "orphan.small"):
        obstore.put(files.store(), name, PNG)
    assert files.sweep() == 0  # somebody may be about to commit it
    commit()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, minutes=1), tick=False):
        assert files.sweep() == 2
    assert stored() == set(kept)


def test_a_file_missing_from_the_store_is_said_in_words(place, attach):
    file = attach()
    obstore.delete(files.store(), file.token)
    with pytest.raises(Missing, match=r"log\.pdf is not in the store any more"):
        files.read(file)


def test_a_thrown_away_draft_takes_its_files_along(place, attach, entry):
    attach()
    commit()
    owner = db.session.get_one(*person(entry))
    records.delete(access.record_named("logbook.entry"), entry, actor=owner)
    assert len(stored()) == 1
    commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == 0
    assert stored() == set()


# -- when the store fails ----------------------------------------------------------------------------------


def full(*arguments: object, **options: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_said_clearly_and_nothing_is_half_saved(attach, monkeypatch, caplog):
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(Invalid, match=r"log\.pdf could not be stored") as refused:
        attach()
    assert [problem.code for problem in refused.value.problems] == ["files.store"]
    assert "No space left" in caplog.text
    commit()
    assert db.session.scalars(sa.select(File)).all() == []


def test_a_bucket_that_does_not_answer_is_said_clearly(attach, app_context, credentials):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    app_context.config.update(FILES_URL="s3://gone", S3_ENDPOINT=f"http://127.0.0.1:{port}")
    with pytest.raises(Invalid, match="could not be stored"):
        attach()


def test_a_file_that_will_not_go_is_left_to_the_sweep(attach, app_context, credentials, caplog):
    """The row is gone and committed; that its bytes could not be deleted is nobody's error page."""
    file = attach()
    commit()
    app_context.config.update(FILES_URL="s3://gone", S3_ENDPOINT="http://127.0.0.1:1")
    files.remove(file)
    commit()
    assert "not deleted" in caplog.text
    assert db.session.scalars(sa.select(File)).all() == []


# -- served ------------------------------------------------------------------------------------------------


def test_a_file_is_served_to_who_may_see_its_record_and_to_nobody_else(
    place, attach, entry, sign_in, client
):
    file = attach()
    address = f"/files/{file.token}"
    model, owner_id = person(entry)
    owner = db.session.get_one(model, owner_id)
    supervisor = db.session.get_one(model, owner.supervisor_id)
    others = [make_user("pg"), make_user("supervisor")]
    for reader in (owner, supervisor, make_user("admin")):
        assert sign_in(reader).get(address).data == PDF
    for stranger in others:
        assert sign_in(stranger).get(address).status_code == 404
    refused = client.get(address)
    assert refused.status_code == 302
    assert "/login" in refused.location or "/sign" in refused.location


def test_a_file_of_a_record_whose_plugin_is_off_is_not_there(attach, entry, sign_in):
    file = attach()
    file.table = "gone_record"
    owner = db.session.get_one(*person(entry))
    assert sign_in(owner).get(f"/files/{file.token}").status_code == 404
    assert sign_in(owner).get("/files/no-such-token").status_code == 404


@pytest.mark.parametrize(
    ("content", "shown", "ending"),
    [(PDF, "attachment", "pdf"), (PNG, "inline", "png"), (JPEG, "inline", "jpg")],
    ids=["pdf", "png", "jpeg"],
)
def test_nothing_in_a_file_runs_in_the_browser(attach, entry, sign_in, content, shown, ending):
    file = attach(content, 'a"; filename="evil.html\u202e.html')
    size = str(file.size)
    owner = db.session.get_one(*person(entry))
    answer = sign_in(owner).get(f"/files/{file.token}")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Length"] == size
    assert answer.mimetype in files.TYPES
    disposition, names = parse_options_header(answer.headers["Content-Disposition"])
    name = f'a"; filename="evil.html.html.{ending}'
    assert (disposition, names) == (shown, {"filename": name})


def test_a_thumbnail_is_kept_by_the_browser_but_asked_for_each_time(
    place, attach, entry, sign_in, client
):
    """It shows what the file shows: who may no longer see the record, or has signed out, gets nothing."""
    file, owner = attach(PNG, "x.png"), db.session.get_one(*person(entry))
    address = f"/files/{file.token}/small"
    answer = sign_in(owner).get(address)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert answer.data.startswith(b"\xff\xd8\xff")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    known = {"If-None-Match": answer.headers["ETag"]}
    again = sign_in(owner).get(address, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert sign_in(make_user("pg")).get(address, headers=known).status_code == 404
    assert client.get(address, headers=known).status_code == 302


def test_a_pdf_has_no_thumbnail_to_ask_for(attach, entry, sign_in):
    address = f"/files/{attach(PDF).token}/small"
    assert sign_in(db.session.get_one(*person(entry))).get(address).status_code == 404


def test_a_name_in_any_script_survives_the_download(attach, entry, sign_in):
    """What a browser makes of the header, which must itself be ASCII: servers send nothing else."""
    file = attach(PDF, "آپریشن é 2.pdf")
    owner = db.session.get_one(*person(entry))
    header = sign_in(owner).get(f"/files/{file.token}").headers["Content-Disposition"]
    assert header.isascii()
    assert 'filename=" e 2.pdf"' in header
    assert parse_options_header(header)[1] == {"filename": "آپریشن é 2.pdf"}


def test_a_lost_file_gives_a_page_that_says_so(place, attach, entry, sign_in):
    file = attach()
    obstore.delete(files.store(), file.token)
    owner = db.session.get_one(*person(entry))
    answer = sign_in(owner).get(f"/files/{file.token}")
    assert answer.status_code == 404
    assert "not in the store any more" in answer.text
