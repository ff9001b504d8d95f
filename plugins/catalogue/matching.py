"""Finding a name in a list as people type it: word by word, from their beginnings, small slips forgiven."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import permutations

NOT_WORD = re.compile(r"[\W_]+")
CLOSE = 0.78
"""How alike a mistyped word must be (`difflib` ratio): "apendectomy", not "adenectomy", for appendectomy."""

KIN = 0.65
"""How alike two spellings of one word are (`difflib` ratio): "anaesthesia" and "anesthesia"."""

SHORTEST_SLIP = 4
"""A shorter word with a slip in it could be anything."""


def key_of(text: str) -> str:
    """`text` as names are compared: lower case, without accents, punctuation and double spaces.

    >>> key_of("Œsophageal  I&D — Ménière")
    'œsophageal i d meniere'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return NOT_WORD.sub(" ", plain).strip()


def slug_of(text: str) -> str:
    """A specialty as the catalogue's files write it: "General Surgery" → "general-surgery"."""
    return key_of(text).replace(" ", "-")


@dataclass(frozen=True)
class Entry:
    """Something to find: its name, what else it is called, and what stands beside it in the list."""

    name: str
    hint: str = ""
    others: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()

    @cached_property
    def terms(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        """Every name it goes by: `(text, key, words)`, its own first."""
        keys = ((text, key_of(text)) for text in (self.name, *self.others))
        return tuple((text, key, tuple(key.split())) for text, key in keys)


@dataclass(frozen=True)
class Match:
    """An entry that was found, and by which of its names."""

    entry: Entry
    by: str

    @property
    def hint(self) -> str:
        """What stands beside the name: the other name it was found by, and its hint."""
        also = f"{self.by} · " if self.by != self.entry.name else ""
        return f"{also}{self.entry.hint}"


def _kin(word: str, other: str) -> bool:
    """Whether two words that begin alike are spelled alike, or one begins with the other."""
    if word[0] != other[0]:
        return other[1:] == word or word[1:] == other
    begins = word.startswith(other) or other.startswith(word)
    return begins or SequenceMatcher(None, word, other, autojunk=False).ratio() >= KIN


class Names:
    """A list of entries, ready to be searched many times."""

    def __init__(self, entries: Iterable[Entry]):
        self.entries = tuple(entries)
        self.words = sorted({w for entry in self.entries for term in entry.terms for w in term[2]})

    def called(self, key: str) -> tuple[str, ...]:
        """Every name of what goes by this one (as `key_of` writes it); none where nothing does."""
        entry = self._by_key.get(key)
        return tuple(term[0] for term in entry.terms) if entry else ()

    @cached_property
    def other_words(self) -> Mapping[str, tuple[str, ...]]:
        """For a word of some name the words that other names of the same thing have in its place.

        Two names that differ in that one word only say so, where the words are spelled alike: "open appendectomy",
        "open appendicectomy".
        """
        found: dict[str, set[str]] = {}
        for entry in self.entries:
            for (_, _, one), (_, _, other) in permutations(entry.terms, 2):
                changed = [(a, b) for a, b in zip(one, other, strict=False) if a != b]
                if len(one) == len(other) > 1 and len(changed) == 1:
                    (word, instead) = changed[0]
                    if min(len(word), len(instead)) >= SHORTEST_SLIP and _kin(word, instead):
                        found.setdefault(word, set()).add(instead)
        return {word: tuple(sorted(others)) for word, others in found.items()}

    @cached_property
    def _by_key(self) -> Mapping[str, Entry]:
        return {key: entry for entry in reversed(self.entries) for _, key, _ in entry.terms}

    def find(self, text: str, limit: int = 8, specialty: str = "") -> list[Match]:
        """The entries `text` may mean, best first; those of `specialty` (a slug) before equals.

        Where nothing fits as typed, words that look much like the typed ones count as typed.
        """
        wanted = key_of(text).split()
        if not wanted:
            return []
        found = self._ranked([{word} for word in wanted], " ".join(wanted), specialty)
        if not found:
            alike = [self._alike(word) for word in wanted]
            found = self._ranked(alike, " ".join(wanted), specialty) if all(alike) else []
        return found[:limit]

    def _ranked(self, wanted: Sequence[set[str]], key: str, specialty: str) -> list[Match]:
        """The entries one of whose names has, for each wanted word, a word that begins with a form of it."""
        ranked = []
        for entry in self.entries:
            for place, (text, term, words) in enumerate(entry.terms):
                if not all(any(w.startswith(tuple(forms)) for w in words) for forms in wanted):
                    continue
                begins = place == 0 and term.startswith(key)
                nearness = 0 if term == key else 1 if begins else 2
                other = specialty not in entry.specialties
                rank = (nearness, other, place > 0, len(term), entry.name)
                ranked.append((rank, Match(entry, text)))
        best: dict[Entry, Match] = {}
        for _, match in sorted(ranked, key=lambda pair: pair[0]):
            best.setdefault(match.entry, match)
        return list(best.values())

    def _alike(self, typed: str) -> set[str]:
        """`typed` itself where some word begins with it, else the words that look like it, whole or so far."""
        if any(word.startswith(typed) for word in self.words):
            return {typed}
        if len(typed) < SHORTEST_SLIP:
            return set()
        matcher = SequenceMatcher(autojunk=False)
        matcher.set_seq2(typed)
        scores: dict[str, float] = {}
        for word in self.words:
            if word[0] != typed[0] and word[1:2] != typed[1:2]:
                continue
            for part in {word, word[: len(typed)], word[: len(typed) + 1]}:
                matcher.set_seq1(part)
                if matcher.real_quick_ratio() >= CLOSE and matcher.quick_ratio() >= CLOSE:
                    scores[word] = max(scores.get(word, 0.0), matcher.ratio())
        best = max(scores.values(), default=0.0)
        return {word for word, score in scores.items() if score >= max(CLOSE, best - 0.05)}
