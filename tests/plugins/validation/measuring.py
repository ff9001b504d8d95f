"""How well the guard does on the labelled sentences: `python -m tests.plugins.validation.measuring` prints the table."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from plugins.validation.identifiers import KINDS, found

SENTENCES = Path(__file__).with_name("sentences.csv")
SETS = ("tuned", "held out")


@dataclass
class Result:
    """What was asked for and found of each kind, and which of the clean sentences had a mark."""

    wanted: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    marked: int = 0
    right: int = 0
    clean: int = 0
    alarms: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """The share of identifiers that were marked, whole and as what they are."""
        return self.hit.total() / self.wanted.total()

    @property
    def precision(self) -> float:
        """The share of marks that are one of the identifiers."""
        return self.right / self.marked


def measure(*sets: str) -> Result:
    """Go through the sentences of these sets."""
    result = Result()
    with SENTENCES.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            if row["set"] in sets:
                _take(result, row["text"], row["marks"])
    return result


def _take(result: Result, text: str, wanted: str) -> None:
    marks = found(text)
    right = set()
    for entry in filter(None, wanted.split("; ")):
        kind, words = entry.split(": ", 1)
        start = text.index(words)
        hits = {
            mark
            for mark in marks
            if mark.kind == kind and mark.start <= start and start + len(words) <= mark.end
        }
        result.wanted[kind] += 1
        result.hit[kind] += bool(hits)
        right |= hits
        if not hits:
            result.wrong.append(f"missed {entry} in: {text}")
    result.marked += len(marks)
    result.right += len(right)
    result.wrong += [f"marked {mark.text} in: {text}" for mark in marks if mark not in right]
    if not wanted:
        result.clean += 1
        result.alarms += bool(marks)


def table() -> str:
    """The table of docs/identifier-guard.md."""
    results = [measure(*SETS), *(measure(name) for name in SETS)]
    lines = ["| | all | " + " | ".join(SETS) + " |", "|---|---|---|---|"]
    lines += [
        _line(kind, [f"{r.hit[kind]} of {r.wanted[kind]}" for r in results])
        for kind in reversed(KINDS)
    ]
    lines.append(_line("recall", [f"{r.recall:.1%}" for r in results]))
    lines.append(_line("precision", [f"{r.precision:.1%}" for r in results]))
    lines.append(
        _line("false alarms, clean sentences", [f"{r.alarms} of {r.clean}" for r in results])
    )
    return "\n".join(lines)


def _line(name: str, cells: list[str]) -> str:
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print(table())
    print(*measure(*SETS).wrong, sep="\n")
