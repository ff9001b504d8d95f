"""The papers of the demo: one invented certificate as a scan and as a PDF, stored once for each row."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from plugins.certificates.models import Certificate
from sims import images
from sims.demo import Scale
from sims.files import File
from sims.files.place import put
from sims.files.table import small

INK, PAPER, FRAME = "#1d3b4f", "#fffdf6", "#b08d3e"
SIZE = (900, 636)


def attach(scale: Scale, certificates: Sequence[tuple[dict[str, Any], datetime]]) -> None:
    """A small PDF or PNG for each certificate, uploaded at the moment beside it."""
    rows = []
    for (certificate, when), number in zip(
        certificates, scale.ids(File, len(certificates)), strict=True
    ):
        token = f"{scale.rng.getrandbits(192):048x}"
        scanned = scale.rng.random() < 0.4
        picture = _scan()
        content = picture.content if scanned else _pdf()
        put(token, content)
        if scanned:
            put(small(token), picture.thumbnail)
        rows.append(
            {
                "id": number, "token": token, "table": Certificate.__tablename__, "row_id": certificate["id"],
                "name": "certificate.png" if scanned else "certificate.pdf",
                "content_type": "image/png" if scanned else "application/pdf", "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(), "width": picture.width if scanned else None,
                "height": picture.height if scanned else None, "created_at": when,
                "created_by_id": certificate["pg_id"],
            }
        )  # fmt: skip
    scale.insert(File, rows)


@cache
def _drawn() -> Image.Image:
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    draw.rectangle((24, 24, width - 24, height - 24), outline=FRAME, width=6)
    draw.rectangle((40, 40, width - 40, height - 40), outline=FRAME, width=2)
    lines = (
        (150, 54, "Certificate"),
        (250, 26, "This is an invented certificate of the SIMS demo."),
        (310, 26, "It confirms nothing, and names nobody."),
        (470, 22, "Signature ____________________      Seal"),
    )
    for top, size, text in lines:
        font = ImageFont.load_default(size)
        draw.text((width / 2, top), text, fill=INK, font=font, anchor="mm")
    draw.ellipse((width - 210, 430, width - 120, 520), outline=FRAME, width=5)
    return image


@cache
def _scan() -> images.Picture:
    buffer = BytesIO()
    _drawn().save(buffer, "PNG", optimize=True)
    return images.clean(buffer.getvalue(), "image/png")


@cache
def _pdf() -> bytes:
    buffer = BytesIO()
    fixed = datetime(2026, 1, 1).timetuple()  # the same bytes every time
    _drawn().save(buffer, "PDF", resolution=110, creationDate=fixed, modDate=fixed)
    return buffer.getvalue()
