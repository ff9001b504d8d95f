"""The PG's role in a procedure: two facts are stored, every code is derived.

Over 90 % of trainees don't know the definition of "primary surgeon", and faculty disagrees with the logged
role in 36 % (facts.md): so nobody picks a code here. They say who did the key steps and where the trainer
was, and whether they taught somebody; the codes of UK eLogbook, ACGME, NMC and CPSP follow.
"""

from dataclasses import dataclass

import sqlalchemy as sa

KEY_STEPS = {
    "me": "I did",
    "assisted": "I assisted",
    "watched": "I watched",
}
"""Who did the key steps."""

TRAINER = {
    "scrubbed": "Scrubbed with me",
    "theatre": "In the room, not scrubbed",
    "elsewhere": "Not in the room",
}
"""Where the trainer was for at least 70 % of the procedure (the UK eLogbook's bound, facts.md)."""

ROLES = {
    "observed": "Observed",
    "assisted": "Assisted",
    "supervised": "Performed under supervision",
    "unsupervised": "Performed unsupervised",
    "taught": "Taught",
}
"""The five roles of domain.md, from least to most responsibility."""

RANK = {"observed": 0, "assisted": 1, "supervised": 2, "unsupervised": 3, "taught": 3}
LEAST = {"observed": 0, "assisted": 1, "performed": 2}
"""What a target's "in which role at least" asks for, on the scale of `RANK`."""


SYSTEMS = {"uk": "UK eLogbook", "acgme": "ACGME", "nmc": "NMC", "cpsp": "CPSP"}


@dataclass(frozen=True)
class Code:
    """One code of one system, and its meaning in words."""

    system: str
    code: str
    meaning: str


def role_of(key_steps: str, trainer: str, taught: bool) -> str:
    """The role these facts amount to, one of `ROLES`."""
    if key_steps == "watched":
        return "observed"
    if taught:
        return "taught"
    if key_steps == "assisted":
        return "assisted"
    return "unsupervised" if trainer == "elsewhere" else "supervised"


def role_sql(
    key_steps: sa.ColumnElement, trainer: sa.ColumnElement, taught: sa.ColumnElement
) -> sa.Case:
    """`role_of` as SQL, for counts."""
    return sa.case(
        (key_steps == "watched", "observed"),
        (taught, "taught"),
        (key_steps == "assisted", "assisted"),
        (trainer == "elsewhere", "unsupervised"),
        else_="supervised",
    )


def codes_of(
    key_steps: str, trainer: str, taught: bool, *, chief: bool = False
) -> tuple[Code, ...]:
    """The codes of all four systems. `chief` says the PG was in their last training year (ACGME's SC)."""
    role = role_of(key_steps, trainer, taught)
    return (_uk(role, trainer), _acgme(role, chief), _nmc(role, trainer), _cpsp(role, trainer))


def _uk(role: str, trainer: str) -> Code:
    code, meaning = {
        "observed": ("O", "observed"),
        "assisted": ("A", "assisting"),
        "taught": ("T", "training a junior"),
        "unsupervised": ("P", "performed, trainer present for less than 70 %"),
    }.get(role, ("S-TS", "supervised, trainer scrubbed"))
    if role == "supervised" and trainer == "theatre":
        code, meaning = "S-TU", "supervised, trainer unscrubbed in theatre"
    return Code("uk", code, meaning)


def _acgme(role: str, chief: bool) -> Code:
    code, meaning = {
        "observed": ("–", "not counted"),
        "assisted": ("FA", "first assistant"),
        "taught": ("TA", "teaching assistant"),
    }.get(role, ("SC", "surgeon, chief year") if chief else ("SJ", "surgeon, junior years"))
    return Code("acgme", code, meaning)


def _nmc(role: str, trainer: str) -> Code:
    if role == "observed":
        return Code("nmc", "O", "observed")
    if role == "assisted":
        return Code("nmc", "A", "assisted")
    if role == "unsupervised" or (role == "taught" and trainer == "elsewhere"):
        return Code("nmc", "PI", "performed independently")
    return Code("nmc", "PS", "performed under supervision")


def _cpsp(role: str, trainer: str) -> Code:
    if role == "taught":
        role = "unsupervised" if trainer == "elsewhere" else "supervised"
    level, meaning = {
        "observed": ("1", "observer"),
        "assisted": ("2", "assistant"),
        "supervised": ("3", "performed under supervision"),
        "unsupervised": ("4", "performed independently"),
    }[role]
    return Code("cpsp", level, meaning)
