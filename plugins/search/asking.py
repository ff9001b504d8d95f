"""What somebody typed, as search understands it: words, other names of what they mean, slips forgiven."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import sqlalchemy as sa

from plugins.search import plain as in_python
from plugins.search.documents import vocabulary
from sims.contracts import Synonyms
from sims.database import db
from sims.plugin import provided

LONGEST = 200
"""So many characters of a search are read."""

MOST_WORDS = 12
PHRASE = 5
"""The longest name of something that is looked up in the synonyms, in words."""

SHORTEST_BEGINNING = 3
"""A shorter word is only found whole: too many words begin so."""

SHORTEST_SLIP = 4
ALIKE = 0.75
"""How alike a mistyped word must be (`difflib` ratio)."""

NEAR = 6
"""So many words of the vocabulary may stand for a mistyped one."""


@dataclass(frozen=True)
class Unit:
    """A part of the question that has to be found: one of its `ways`, each of them words that all have to be there.

    `typed` are the words as typed; the first way."""

    ways: tuple[tuple[str, ...], ...]

    @property
    def typed(self) -> tuple[str, ...]:
        """The words as they were typed."""
        return self.ways[0]


@dataclass(frozen=True)
class Question:
    """What was asked: `key` in plain words, the `units` that all have to be found, and whether words were taken for
    others (`corrected`)."""

    key: str
    units: tuple[Unit, ...]
    corrected: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that would be a find."""
        return tuple(
            dict.fromkeys(word for unit in self.units for way in unit.ways for word in way)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The whole question in plain words, and with synonyms in the place of what they mean."""
        found = [""]
        for unit in self.units:
            found = [f"{said} {' '.join(way)}".strip() for said in found for way in unit.ways][:20]
        return tuple(dict.fromkeys([self.key, *found]))


def understand(text: str) -> Question:
    """The question in `text`; without units where it has no word. Words unknown to every document are taken for those
    they look like. At most four queries."""
    words = plain(text).split()[:MOST_WORDS]
    near = {word: found for word in _unknown(words) if (found := _near(word))}
    units = _units([near[word][0] if word in near else word for word in words])
    others = {found[0]: found[1:] for found in near.values()}
    return Question(
        " ".join(words),
        tuple(
            Unit((*unit.ways, *((word,) for word in others.get(" ".join(unit.typed), ()))))
            for unit in units
        ),
        corrected=bool(near),
    )


def forgive(question: Question) -> Question:
    """The question with every word also taken for those it looks like: for where nothing was found."""
    units = tuple(
        Unit((*unit.ways, *((near,) for near in _near(unit.typed[0]))))
        if len(unit.typed) == 1
        else unit
        for unit in question.units
    )
    return replace(question, units=units, corrected=True)


def plain(text: str) -> str:
    """`text` in plain words, as documents have them. One query."""
    short = " ".join(text.replace("\x00", " ").split())[:LONGEST]
    short = short.encode("utf-8", "ignore").decode()
    return db.session.scalar(sa.select(sa.func.search_plain(short))) or "" if short else ""


def words_of(name: str) -> list[str]:
    """A name of something in plain words."""
    return in_python.plain(name).split()


def _named(words: Sequence[str]) -> dict[tuple[int, int], tuple[tuple[str, ...], ...]]:
    """Where the words name something that has other names: (place, number of words) → those names, in words."""
    phrases = {
        (place, size): " ".join(words[place : place + size])
        for place in range(len(words))
        for size in range(1, min(PHRASE, len(words) - place) + 1)
    }
    found: dict[str, set[str]] = {}
    for kind in provided(Synonyms):
        for phrase, names in kind.lookup(set(phrases.values())).items():
            found.setdefault(phrase, set()).update(names)
    if not found:
        return {}
    return {
        where: tuple(
            tuple(words)
            for words in sorted(map(words_of, found[phrase]))
            if words != phrase.split()
        )
        for where, phrase in phrases.items()
        if phrase in found
    }


def _units(words: Sequence[str]) -> list[Unit]:
    """The words parted into what they name, each with its other names."""
    named = _named(words)
    units: list[Unit] = []
    place = 0
    while place < len(words):
        size = next((n for n in range(PHRASE, 0, -1) if (place, n) in named), 1)
        typed = tuple(words[place : place + size])
        units.append(Unit((typed, *named.get((place, size), ()))))
        place += size
    return units


def _unknown(words: Sequence[str]) -> Iterator[str]:
    """Those of these words with which no word of any document begins. One query."""
    long = [
        word for word in dict.fromkeys(words) if len(word) >= SHORTEST_SLIP and not _has_digit(word)
    ]
    if not long:
        return
    column = _column()
    asked = [
        sa.select(column).where(column >= word, column < word + "\U0010ffff").limit(1).exists()
        for word in long
    ]
    for word, there in zip(long, db.session.execute(sa.select(*asked)).one(), strict=True):
        if not there:
            yield word


def _near(word: str) -> list[str]:
    """The words of the vocabulary that look most like `word`, the likest first."""
    if len(word) < SHORTEST_SLIP or _has_digit(word):
        return []
    column = _column()
    if db.engine.dialect.name == "postgresql":
        likeness = sa.func.similarity(column, word)
        query = sa.select(column).where(column.op("%")(word)).order_by(likeness.desc()).limit(40)
    else:
        size = sa.func.length(column).between(len(word) - 2, len(word) + 2)
        begins = sa.or_(column.startswith(word[0]), sa.func.substr(column, 2, 1) == word[1])
        query = sa.select(column).where(size, begins)
    matcher, scores = SequenceMatcher(autojunk=False), {}
    matcher.set_seq2(word)
    for other in db.session.scalars(query):
        matcher.set_seq1(other)
        if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE:
            scores[other] = matcher.ratio()
    near = sorted(
        (-score, other) for other, score in scores.items() if score >= ALIKE and other != word
    )
    best = -near[0][0] if near else 0.0
    return [other for score, other in near if -score >= best - 0.08][:NEAR]


def _column() -> sa.ColumnElement[str]:
    return vocabulary.c.word if db.engine.dialect.name == "postgresql" else vocabulary.c.term


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)
