"""The ways in which people can be divided, and rows of other records by people."""

import sqlalchemy as sa

from plugins.users.models import ROLE_LABELS, YEARS, User
from plugins.users.queries import MAY_ACT, people_names
from sims.contracts import Dimension

STATES = {"open": "Open", "deactivated": "Deactivated", "archived": "Archived"}
YEAR_NAMES = {year: f"Year {year}" for year in YEARS}


def by_supervisor(link: sa.ColumnElement[int]) -> Dimension:
    """By the supervisor that `link` names; the record's filter `supervisor` takes their id."""
    return Dimension(
        name="supervisor",
        label="Supervisor",
        key=lambda joined: sa.func.coalesce(link, 0),
        names=people_names,
    )


def by_person(link: sa.ColumnElement[int], label: str = "PG") -> Dimension:
    """By whose row it is; the record's filter `person` takes their id."""
    return Dimension(name="person", label=label, key=lambda joined: link, names=people_names)


DIMENSIONS = (
    Dimension(
        name="role",
        label="Role",
        key=lambda joined: User.role,
        names=lambda keys: ROLE_LABELS,
        order=tuple(ROLE_LABELS),
    ),
    Dimension(
        name="specialty",
        label="Specialty",
        key=lambda joined: User.specialty,
        filter="specialty_is",
        names=lambda keys: {key: key for key in keys},
    ),
    Dimension(
        name="year",
        label="Training year",
        key=lambda joined: sa.func.coalesce(User.year, 0),
        filter="in_year",
        names=lambda keys: YEAR_NAMES,
        order=YEARS,
    ),
    Dimension(
        name="supervisor",
        label="Supervisor",
        key=lambda joined: sa.func.coalesce(User.supervisor_id, 0),
        filter="supervised_by",
        names=people_names,
    ),
    Dimension(
        name="state",
        label="Account",
        key=lambda joined: sa.case(
            (User.is_archived, "archived"), (MAY_ACT, "open"), else_="deactivated"
        ),
        names=lambda keys: STATES,
        order=tuple(STATES),
    ),
)
