"""Uploads as browsers send them: each a clear answer or a harmless file, and nothing left behind."""

import io
import re
import socket
import struct
import zlib
from urllib.parse import urlsplit

import obstore
import pytest
import sqlalchemy as sa

from plugins.logbook.models import LogbookEntry
from sims import files
from sims.clock import today
from sims.database import db
from sims.files import File
from tests.factories import make_user
from tests.pictures import PDF, PNG
from tests.plugins.logbook.factories import make_entry, make_template

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture(autouse=True)
def place(app_context, tmp_path):
    """Files go to an empty folder."""
    app_context.config["FILES_URL"] = str(tmp_path / "files")


@pytest.fixture
def draft(app_context):
    """A PG's draft; and the PG."""
    make_template()
    pg = make_user("pg")
    return make_entry(pg), pg


def stored() -> set[str]:
    return {found["path"] for batch in obstore.list(files.store()) for found in batch}


def kept() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(File.name).order_by(File.id)))


def chosen(*named: tuple[bytes, str]) -> dict:
    return {"file": [(io.BytesIO(content), name) for content, name in named]}


def bomb() -> bytes:
    """A small PNG that says it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 60_001)) + chunk(b"IEND", b"")  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (HTML, "letter.pdf", "letter.pdf is not a PDF"),
        (SVG, "drawing.svg", "drawing.svg is not a PDF"),
        (SVG, "drawing.png", "drawing.png is not a PDF"),
        (bomb(), "bomb.png", "megapixels"),
        (PDF[:-40], "cut.pdf", "cut.pdf"),
        (PNG[: len(PNG) // 2], "cut.png", "damaged"),
        (b"", "nothing.pdf", "nothing.pdf is empty"),
    ],
    ids=["html", "svg", "svg-as-png", "bomb", "cut-pdf", "cut-png", "empty"],
)
def test_what_is_refused_is_named_and_leaves_nothing(draft, sign_in, content, name, words):
    entry, pg = draft
    client = sign_in(pg)
    page = client.post(f"/logbook/entries/{entry.id}/files", data=chosen((content, name)), follow_redirects=True)  # fmt: skip
    assert words in page.text
    assert kept() == []
    assert stored() == set()


def test_a_pdf_named_png_is_taken_for_what_it_is(draft, sign_in):
    entry, pg = draft
    sign_in(pg).post(f"/logbook/entries/{entry.id}/files", data=chosen((PDF, "scan.png")))
    assert kept() == ["scan.pdf"]


def test_a_name_with_a_path_and_direction_marks_is_only_a_name(draft, sign_in):
    entry, pg = draft
    name = "../../etc/\u202egnp.exe" + "x" * 500 + ".png"
    client = sign_in(pg)
    client.post(f"/logbook/entries/{entry.id}/files", data=chosen((PNG, name)))
    [called] = kept()
    assert "/" not in called
    assert "\u202e" not in called
    assert len(called) <= 200
    assert called in client.get(f"/logbook/entries/{entry.id}").text


def test_one_bad_file_among_good_ones_stores_none(draft, sign_in):
    entry, pg = draft
    client, address = sign_in(pg), f"/logbook/entries/{entry.id}/files"
    page = client.post(address, data=chosen((PDF, "good.pdf"), (HTML, "bad.pdf")), follow_redirects=True)  # fmt: skip
    assert "bad.pdf is not a PDF" in page.text
    assert kept() == []
    client.post(address, data=chosen((PDF, "good.pdf"), (PNG, "good.png")))
    assert kept() == ["good.pdf", "good.png"]


def test_a_file_over_the_limit_is_named_with_the_limit(draft, sign_in, app_context):
    app_context.config["FILES_MAX_BYTES"] = 2**20
    entry, pg = draft
    large = PDF + b" " * 2**20
    page = sign_in(pg).post(f"/logbook/entries/{entry.id}/files", data=chosen((large, "large.pdf")), follow_redirects=True)  # fmt: skip
    assert "large.pdf is larger than 1 MB" in page.text
    assert kept() == []


def test_a_request_over_the_limit_is_answered_in_words(draft, sign_in, app_context):
    app_context.config.update(MAX_CONTENT_LENGTH=2**20, FILES_MAX_BYTES=2**20, FILES_MAX_COUNT=2)
    entry, pg = draft
    huge = chosen((PDF + b" " * 4 * 2**20, "huge.pdf"))
    answer = sign_in(pg).post(f"/logbook/entries/{entry.id}/files", data=huge)
    assert answer.status_code == 413
    assert "A file may have 1 MB and 2 files may be sent at once" in answer.text
    assert "choose fewer or smaller files" in answer.text


def test_only_where_files_are_taken_may_a_request_be_large(draft, sign_in, app_context):
    app_context.config["MAX_CONTENT_LENGTH"] = 1024
    answer = sign_in(draft[1]).post("/profile", data={"phone_number": "1" * 5000})
    assert answer.status_code == 413
    assert "Nothing was saved" in answer.text


def form(**given: str) -> dict:
    return {"title": "Drain", "date": today().isoformat(), "patient_sex": "U"} | given


def test_files_chosen_for_a_new_row_are_stored_with_it(draft, sign_in):
    _, pg = draft
    client = sign_in(pg)
    assert 'type="file"' in client.get("/logbook/entries/new").text
    answer = client.post("/logbook/entries/new", data=form() | chosen((PDF, "note.pdf"), (PNG, "wound.png")))  # fmt: skip
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "note.pdf" in page
    assert 'alt="wound.png"' in page


def test_a_new_row_with_a_bad_file_is_not_made_and_says_what_to_choose_again(draft, sign_in):
    _, pg = draft
    before = db.session.scalar(sa.select(sa.func.count(LogbookEntry.id)))
    answer = sign_in(pg).post("/logbook/entries/new", data=form() | chosen((HTML, "note.pdf")))
    assert answer.status_code == 422
    assert "note.pdf is not a PDF" in answer.text
    assert 'value="Drain"' in answer.text, "what was typed stays"
    assert db.session.scalar(sa.select(sa.func.count(LogbookEntry.id))) == before
    assert stored() == set()


def test_another_error_in_the_form_says_that_files_must_be_chosen_again(draft, sign_in):
    _, pg = draft
    answer = sign_in(pg).post("/logbook/entries/new", data=form(date="") | chosen((PDF, "note.pdf")))  # fmt: skip
    assert answer.status_code == 422
    assert "Choose again: note.pdf" in answer.text
    assert stored() == set()


@pytest.mark.parametrize("part", [0.1, 0.6])
def test_an_upload_broken_off_in_the_middle_leaves_nothing_and_harms_nobody(
    draft, sign_in, live_server, part
):
    entry, pg = draft
    client = sign_in(pg)
    assert client.get("/").status_code == 200
    cookie = client.get_cookie("sims").value
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="note.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + PDF + b" " * 200_000 + b"\r\n--edge--\r\n"
    )
    address = urlsplit(live_server)
    head = (
        f"POST /logbook/entries/{entry.id}/files HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: sims={cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    db.session.commit()
    with socket.create_connection((address.hostname, address.port), timeout=10) as line:
        line.sendall(head.encode() + body[: int(len(body) * part)])
        line.shutdown(socket.SHUT_WR)
        line.recv(65536)
    assert kept() == []
    assert stored() == set()
    answer = client.post(f"/logbook/entries/{entry.id}/files", data=chosen((PDF, "note.pdf")))
    assert answer.status_code == 302
    assert kept() == ["note.pdf"]


def test_the_page_shows_pictures_small_and_their_sizes(draft, sign_in):
    entry, pg = draft
    client = sign_in(pg)
    client.post(f"/logbook/entries/{entry.id}/files", data=chosen((PNG, "wound.png")))
    page = client.get(f"/logbook/entries/{entry.id}").text
    small = re.search(r'src="(/files/[^"]+)"', page)
    assert small is not None
    assert client.get(small[1]).mimetype == "image/jpeg"
