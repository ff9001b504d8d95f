"""Files of logbook entries as another system writes them, for tests and the benchmark."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

PROCEDURES = (
    "Appendicectomy", "Laparoscopic cholecystectomy", "Inguinal hernia repair", "Incision and drainage of abscess",
    "Excision of lipoma", "Central venous line", "Wound debridement", "A procedure nobody knows",
)  # fmt: skip
ROLES = ("observed", "A", "S-TS", "supervised", "P", "taught")
HEADINGS = ("pg_email", "date", "operation", "role", "place", "age", "sex", "diagnosis", "status")


def entries_csv(
    emails: Sequence[str], count: int, *, until: date, status: str = "draft", wrong: float = 0
) -> Iterator[str]:
    """The lines of a file of `count` entries of these PGs, a share of them `wrong` in one of several ways."""
    rng = random.Random(11)
    yield ",".join(HEADINGS) + "\n"
    for number in range(count):
        day = (until - timedelta(days=rng.randrange(1, 700))).isoformat()
        cells = [
            rng.choice(emails), day, rng.choice(PROCEDURES), rng.choice(ROLES), "Theatre 1",
            str(rng.randrange(1, 90)), rng.choice("MFU"), f"Diagnosis {number % 97}", status,
        ]  # fmt: skip
        if rng.random() < wrong:
            place, text = rng.choice(((0, "nobody@example.com"), (1, "2199-01-01"), (1, "31/13/2026"),
                                      (3, "surgeon"), (5, "151"), (6, "X"), (8, "approved")))  # fmt: skip
            cells[place] = text
        yield ",".join(cells) + "\n"
