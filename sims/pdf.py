"""PDF from a typst template and data: one function, for every paper SIMS prints."""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from flask import current_app, has_app_context

from sims.errors import DomainError

TYPESETTER = Path(__file__).with_name("typesetter.py")


class Unprintable(DomainError):
    """The paper could not be set: a fault of its template, not of what was asked."""

    status = 500


def fonts() -> list[str]:
    """The folders with fonts besides those typst brings along."""
    named = str(current_app.config["PDF_FONTS"]) if has_app_context() else ""
    amiri = str(files("fontpkg_amiri") / "files")
    return [folder for folder in (named, amiri) if folder]


def render(
    template: Path, data: Mapping[str, Any], *, format: Literal["pdf", "png"] = "pdf"
) -> bytes:
    """The document that `template` makes of `data` (anything JSON holds): a tagged PDF, or its first page as
    PNG where `format` says "png".

    The template reads the data by `json(bytes(sys.inputs.data))`, so whatever a person typed stays text and is
    never typst code. Fonts are the ones typst brings along and Amiri for Arabic script (Urdu, Persian), besides those
    in the folder `PDF_FONTS` names: a paper looks the same on every machine. Raises `Unprintable`, with what typst
    says, where the template can't be set.
    """
    asked = {
        "template": str(template),
        "root": str(template.parent),
        "data": json.dumps(dict(data), ensure_ascii=False),
        "format": format,
        "fonts": fonts(),
    }
    made = subprocess.run(
        [sys.executable, str(TYPESETTER)], input=json.dumps(asked).encode(), capture_output=True
    )
    if made.returncode:
        words = made.stderr.decode(errors="replace").strip()
        raise Unprintable(f"{template.name} could not be printed: {words[-1000:]}")
    return made.stdout
