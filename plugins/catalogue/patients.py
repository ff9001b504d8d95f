"""What a record may say of a patient: how old, which sex. Never a name."""

from typing import Any

from sims.contracts import Rule

SEXES = {"M": "Male", "F": "Female", "O": "Other", "U": "Not recorded"}
OLDEST = 150
AGE = f"The age must be between 0 and {OLDEST} years."


def age_rule(record: str, field: str = "patient_age") -> Rule:
    """The rule on the age (in years) that rows of the record called `record` hold in `field`."""

    def holds(row: Any) -> bool:
        age = getattr(row, field)
        return age is None or 0 <= age <= OLDEST

    return Rule(
        code=f"{record}.age",
        message=AGE,
        fields=(field,),
        holds=holds,
        source="domain.md, conventions: ages 0–150",
    )
