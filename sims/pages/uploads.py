"""The input for files on the "new" and "edit" forms of records that take attachments."""

from typing import Any

from flask import current_app
from flask_wtf.file import MultipleFileField

from sims.files import TYPES
from sims.forms import Form

ACCEPTED = ",".join(TYPES)
"""What the input offers to choose from. With a PDF among them, phones offer camera, photographs and files alike."""


class Uploads(MultipleFileField):
    """Files to attach. `is_drawn` tells the form macro whether the page has placed the input itself."""

    is_drawn = False

    def __init__(self, *arguments: Any, **options: Any):
        super().__init__(*arguments, description=hint(), **options)

    def __call__(self, **attributes: Any) -> str:
        """The input, and note that it is on the page."""
        self.is_drawn = True
        return super().__call__(**attributes)

    @property
    def lost(self) -> list[str]:
        """The names of what was chosen when this page was last sent: no page may choose them again."""
        return [upload.filename or "" for upload in self.data or ()]


class Attaching:
    """Mixin of forms with an input for files, which are no values of the row."""

    def values(self) -> dict[str, Any]:
        """What the service gets, without the files."""
        given: dict[str, Any] = super().values()  # type: ignore[misc]
        given.pop("file")
        return given


def with_files(kind: type[Form]) -> type[Form]:
    """`kind` with an input for files after its own fields."""
    field = Uploads("Files", render_kw={"accept": ACCEPTED})
    return type(kind.__name__, (Attaching, kind), {"file": field})


def hint() -> str:
    """What may be chosen."""
    limit, most = current_app.config["FILES_MAX_BYTES"], current_app.config["FILES_MAX_COUNT"]
    *others, last = TYPES.values()
    return f"{', '.join(others)} or {last}, {limit // 2**20} MB each, {most} at most. No patient names."
