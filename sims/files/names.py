"""What files are called: on pages, in the table, and in the header of a download."""

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from werkzeug.http import dump_options_header

from sims.files.table import File

ENDINGS = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg", "jpe", "jfif"),
    "image/png": ("png",),
}
"""How the names of each type end, the usual ending first."""


def tidy_name(name: str) -> str:
    """A file name fit to show and to download as: no path, no control or direction marks, 200 characters."""
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C"
    )
    stem, dot, ending = name.strip(" .").rpartition(".")
    return f"{stem[:190]}{dot}{ending[:9]}" if stem else (ending[:199] or "file")


def with_ending(name: str, content_type: str) -> str:
    """`name` with an ending that fits its content: one of another type is replaced, a missing one added."""
    fitting = ENDINGS[content_type]
    stem, _, ending = name.rpartition(".")
    if stem and ending.lower() in fitting:
        return name
    others = {other for endings in ENDINGS.values() for other in endings}
    return f"{stem if stem and ending.lower() in others else name}.{fitting[0]}"


def disposition(shown: str, stored: File) -> str:
    """The header that names a download: the name in any script, and in ASCII for who can't read that
    (RFC 6266, section 4.3). `shown` is inline or attachment."""
    plain = unicodedata.normalize("NFKD", stored.name).encode("ascii", "ignore").decode()
    names = {"filename": plain, "filename*": f"UTF-8''{quote(stored.name, safe='')}"}
    return dump_options_header(shown, names)
