"""What is inside an .xlsx file, seen before the library reads it: it is unpacked as a stream, counted, looked at.

What a zip says of its sizes is not believed. What its XML may cost is seen by `part`.
"""

import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from plugins.bulk.reading.part import Part, Scan
from plugins.bulk.reading.table import refused

LARGEST = 200 * 2**20
"""Bytes that a workbook may have unpacked."""

STEEPEST = 100
"""How many times its packed size something may have unpacked, where it has more than `SMALL` bytes."""

SMALL = 2**20
PIECE = 2**18
MOST_PARTS = 10_000
WORKBOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@dataclass(frozen=True)
class Sheet:
    """A sheet as the workbook names it; `index` is its place among all sheets."""

    index: int
    title: str
    visible: bool
    part: Part


def sheets_of(path: Path, name: str) -> list[Sheet]:
    """The sheets of a workbook in its order.

    Raises `Invalid` for what is no workbook, is damaged or locked, unpacks to too much, declares XML entities, or
    has cells so far apart that they can't be held.
    """
    try:
        parts = _parts(path, name)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        struct.error,
        ValueError,  # UnicodeError is one
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
    ) as error:
        raise _damaged(name) from error
    found = []
    links = parts[LINKS].links if LINKS in parts else {}
    for index, sheet in enumerate(parts[WORKBOOK].sheets):
        link = next((value for key, value in sheet.items() if key.endswith(":id")), "")
        target = links.get(link, "")
        place = target[1:] if target.startswith("/") else f"xl/{target}"
        if place not in parts:  # also what the library would find elsewhere, unseen
            raise _damaged(name)
        visible = sheet.get("state", "visible") == "visible"
        found.append(Sheet(index, sheet.get("name", ""), visible, parts[place]))
    return found


def _parts(path: Path, name: str) -> dict[str, Part]:
    """Every XML part by its name in the zip."""
    packed, total = path.stat().st_size, 0
    found: dict[str, Part] = {}
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if WORKBOOK not in {entry.filename for entry in entries}:
            raise refused(
                f"{name} is a zip file, but no Excel workbook. Save the table as .xlsx or CSV."
            )
        if len(entries) > MOST_PARTS:
            raise refused(f"{name} has too many parts for a workbook.")
        for entry in entries:
            if entry.flag_bits & 1:
                raise refused(f"{name} has a password. Save it without one.")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise _damaged(name)
            scan = Scan(name) if entry.filename.lower().endswith((".xml", ".rels")) else None
            said, entry.file_size = entry.file_size, 2**62  # read to the real end of it
            left = min(LARGEST, max(SMALL, STEEPEST * packed)) - total
            most = min(left, max(SMALL, STEEPEST * entry.compress_size))
            size = _unpack(archive, entry, name, scan, most)
            total += size
            if size != said or entry.filename in found:
                raise _damaged(name)
            if scan:
                found[entry.filename] = scan.part
    return found


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, scan: Scan | None, most: int
) -> int:
    """Unpack one part, keeping nothing of it; return its size. Raises `Invalid` where it is more than `most`."""
    size = 0
    with archive.open(entry) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > most:
                raise refused(
                    f"{name} unpacks to far more than it is ({LARGEST // 2**20} MB at most). Split it, or send CSV."
                )
            if scan:
                scan.feed(piece)
    if scan:
        scan.end()
    return size


def _damaged(name: str) -> Exception:
    return refused(f"{name} is damaged. Save it again as .xlsx and send that.")
