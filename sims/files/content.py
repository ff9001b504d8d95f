"""What an upload holds, looked at before any of it is stored: its type by content, its size, its soundness."""

from collections.abc import Sequence
from dataclasses import dataclass

import filetype
from flask import current_app
from werkzeug.datastructures import FileStorage

from sims import images
from sims.errors import Invalid, Problem
from sims.files.names import tidy_name, with_ending

TYPES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
"""What may be uploaded: types that a browser shows without running anything (domain.md, certificates)."""


@dataclass(frozen=True)
class Content:
    """An upload that was found fit to keep. Pictures are written anew and have a size and a thumbnail."""

    name: str
    data: bytes
    content_type: str
    width: int | None = None
    height: int | None = None
    thumbnail: bytes = b""


def check(uploads: Sequence[FileStorage]) -> list[Content]:
    """What is in `uploads`, fit to keep; parts of a form in which nothing was chosen are passed over.

    Asks no database and takes its time (a quarter of a second a photograph). Raises `Invalid` with a
    problem for each file that can't be taken, or for too many of them.
    """
    chosen = [upload for upload in uploads if upload.filename]
    most = current_app.config["FILES_MAX_COUNT"]
    if len(chosen) > most:
        raise refused("many", f"These are {len(chosen)} files; choose {most} at most.")
    checked: list[Content] = []
    problems: list[Problem] = []
    for upload in chosen:
        try:
            checked.append(check_one(upload))
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid(problems)
    return checked


def check_one(upload: FileStorage) -> Content:
    """What is in `upload`, fit to keep. Raises `Invalid` for an empty, too large, unwelcome or broken file."""
    limit = current_app.config["FILES_MAX_BYTES"]
    data = upload.stream.read(limit + 1)
    name = tidy_name(upload.filename or "")
    if not data:
        raise refused("empty", f"{name} is empty. Choose the file again.")
    if len(data) > limit:
        raise refused("size", f"{name} is larger than {limit // 2**20} MB. Make it smaller.")
    kind = filetype.guess_mime(data)
    if kind not in TYPES:
        raise refused(
            "type", f"{name} is not a {', '.join(TYPES.values())} file, whatever its name says."
        )
    fitting = with_ending(name, kind)
    if kind not in images.FORMATS:
        _require_whole_pdf(name, data)
        return Content(fitting, data, kind)
    try:
        picture = images.clean(data, kind)
    except images.Unusable as error:
        raise refused("picture", f"{name} {error}") from error
    return Content(fitting, picture.content, kind, picture.width, picture.height, picture.thumbnail)


def refused(what: str, message: str) -> Invalid:
    """The refusal of a file, at the field it came from."""
    return Invalid([Problem(code=f"files.{what}", message=message, fields=("file",))])


def _require_whole_pdf(name: str, data: bytes) -> None:
    """A PDF says so at its beginning and ends with %%EOF (ISO 32000-1, 7.5.2 and 7.5.5; readers look for
    both within 1,024 bytes). What it may hold besides, scripts for one, is nothing that SIMS opens."""
    end = data.rstrip(b"\0\r\n\t ")[-1024:]
    if b"%PDF-" not in data[:1024] or b"%%EOF" not in end:
        raise refused(
            "pdf",
            f"{name} is damaged: the end of the PDF is missing. Choose the original file again.",
        )
