"""What files are called: on pages, in the table, and in the header of a download."""

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

from werkzeug.http import dump_options_header

from sims.files.table import File


def tidy_name(name: str) -> str:
    """A file name fit to show and to download as: no path, no control or direction marks, 200 characters."""
    name = PurePosixPath(name.replace("\\", "/")).name
    name = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C"
    )
    stem, dot, ending = name.strip(" .").rpartition(".")
    return f"{stem[:190]}{dot}{ending[:9]}" if stem else (ending[:199] or "file")


def disposition(shown: str, stored: File) -> str:
    """The header that names a download: the name in any script, and in ASCII for who can't read that
    (RFC 6266, section 4.3). `shown` is inline or attachment."""
    plain = unicodedata.normalize("NFKD", stored.name).encode("ascii", "ignore").decode()
    names = {"filename": plain, "filename*": f"UTF-8''{quote(stored.name, safe='')}"}
    return dump_options_header(shown, names)
