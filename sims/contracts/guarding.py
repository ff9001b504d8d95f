"""What looks at free text before it is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Words that should not stand in a free text, unless the writer knows better.

    `marks` takes a text and gives where such words start and end. A form that has some is not saved at once: it
    comes back with the words marked and `message` beside them, and the writer changes the text, or confirms
    `assurance` with a reason, which is published as `sims.events.Overruled`. Imports and jobs save, and warn.
    Looked at are the texts that a record's form edits and those of its parts, where the record has an owner other
    than the row itself.

    >>> Guard(code="validation.identifiers", message="This may say who a patient is. Leave it out.",
    ...       assurance="These words identify no patient.", marks=spans)
    """

    code: str
    message: str
    assurance: str
    marks: Callable[[str], Sequence[tuple[int, int]]]
