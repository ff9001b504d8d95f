"""Asks the plugins' guards about free text that somebody has just written, and lets the writer overrule them.

The core knows no word that a guard looks for. What is found comes back from `sims.records` among the warnings, as
`Suspicion`s: imports and jobs say them, the pages ask before they save.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapper
from wtforms import StringField, TextAreaField

from sims.contracts import Guard, Record
from sims.errors import Invalid, Suspicion
from sims.events import Overruled, publish
from sims.plugin import provided

LONG = 40
"""Characters from which a column holds text; what is shorter is a code."""

NAMES, NAMED = 5, 60
"""How many suspicious words a message names, and how much of each."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the writer said of suspicious words: the guards overruled, the words they were shown, the reason."""

    codes: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    reason: str = ""


def look(record: Record, row: Any) -> tuple[Suspicion, ...]:
    """What the guards mark in the texts of `row` that are new: words that stood there before are not asked for again.

    To be called before the flush that stores them.
    """
    if not provided(Guard) or record.owner in (None, "id"):
        return ()
    texts = [(name, now, before) for name, now, before in _texts(record, row) if now != before]
    return tuple(_suspicions(texts))


def look_at(texts: Mapping[str, Any]) -> tuple[Suspicion, ...]:
    """What the guards mark in `texts` (field → text; what is no text is let alone)."""
    return tuple(
        _suspicions((name, text, "") for name, text in texts.items() if isinstance(text, str))
    )


def settle(about: Mapping[str, Any], suspicions: Sequence[Suspicion], answer: Answer) -> None:
    """Let suspicious words stand that the writer answers for, and publish `Overruled` for it.

    `about` is what every event of the row says (`sims.records.about`). Raises `Invalid` with the suspicions nobody has
    answered, all of them where the reason is missing.
    """
    open_ones = [
        suspicion
        for suspicion in suspicions
        if not answer.reason
        or suspicion.code not in answer.codes
        or not answer.words.issuperset(suspicion.words)
    ]
    if open_ones:
        raise Invalid(open_ones)
    for code in dict.fromkeys(suspicion.code for suspicion in suspicions):
        fields = [name for entry in suspicions if entry.code == code for name in entry.fields]
        publish(
            Overruled(**about, code=code, fields=tuple(dict.fromkeys(fields)), reason=answer.reason)
        )


def assurances(codes: Collection[str]) -> list[tuple[str, str]]:
    """What the writer confirms to overrule these guards: the code and the sentence of each."""
    return [(guard.code, guard.assurance) for guard in provided(Guard) if guard.code in codes]


def _suspicions(texts: Iterable[tuple[str, str, str]]) -> Iterator[Suspicion]:
    for name, text, before in texts:
        for guard in provided(Guard):
            known = _marked(guard, before)
            fresh = tuple(word for word in _marked(guard, text) if word not in known)
            if fresh:
                quoted = ", ".join(f"“{word[:NAMED]}”" for word in fresh[:NAMES])
                more = f" and {len(fresh) - NAMES} more" if len(fresh) > NAMES else ""
                yield Suspicion(
                    code=guard.code,
                    message=f"{quoted}{more}: {guard.message}",
                    fields=(name,),
                    severity="warning",
                    words=fresh,
                )


def _marked(guard: Guard, text: str) -> dict[str, None]:
    """The words a guard marks in a text, in their order, each once."""
    return dict.fromkeys(text[start:end] for start, end in guard.marks(text)) if text else {}


def _texts(record: Record, row: Any) -> Iterator[tuple[str, str, str]]:
    """Field, text and the text stored so far, for every text of the row and of its parts that is loaded."""
    for name in edited(record):
        if (text := vars(row).get(name)) and isinstance(text, str):
            yield name, text, _before(row, name)
    for part in record.parts:
        pieces = vars(row).get(part.name) or ()
        state = sa.inspect(row)
        gone = state.attrs[part.name].history.deleted if state.persistent and pieces else ()
        for name in _long_texts(sa.inspect(part.model)):
            before = "\n".join(_before(piece, name) for piece in (*pieces, *(gone or ())))
            for piece in pieces:
                if isinstance(text := vars(piece).get(name), str) and text not in before:
                    yield part.name, text, before


def _before(row: Any, name: str) -> str:
    """What is stored as `name`; nothing for a row that is new."""
    state = sa.inspect(row)
    if not state.persistent:
        return ""
    history = state.attrs[name].history
    return str((history.deleted or history.unchanged or ("",))[0] or "")


def edited(record: Record) -> tuple[str, ...]:
    """The texts of a record that its form edits in fields into which anything can be typed."""
    typed = (StringField, TextAreaField)
    return tuple(
        name
        for name in _long_texts(sa.inspect(record.model))
        if getattr(getattr(record.form, name, None), "field_class", None) in typed
        and name not in record.unguarded
    )


@cache
def _long_texts(mapper: Mapper[Any]) -> tuple[str, ...]:
    """The attributes of a table that hold long text."""
    found = []
    for attribute in mapper.column_attrs:
        kind = attribute.columns[0].type
        if isinstance(kind, sa.String) and (kind.length or LONG) >= LONG:
            found.append(attribute.key)
    return tuple(found)
