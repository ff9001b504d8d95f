"""The person as a record: lists, filters, rules, history."""

from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.users import dividing, queries
from plugins.users.forms import UserForm
from plugins.users.models import ROLE_LABELS, YEARS, User
from plugins.users.rules import RULES
from sims.contracts import Column, Filter, Record, Searched
from sims.database import is_text, named

STATES = tuple(dividing.STATES.items())
CONDITIONS = {
    "open": queries.MAY_ACT,
    "deactivated": sa.and_(~User.is_active, ~User.is_archived),
    "archived": User.is_archived == sa.true(),
}


def _named(text: str) -> sa.ColumnElement[bool]:
    """Every word stands somewhere in the names, the address or the registration number."""
    text_of = (User.first_name, User.last_name, User.username, User.email, User.registration_number)
    words = text.replace("\x00", "").split()[:10]
    return sa.and_(
        sa.true(),
        *(sa.or_(*(c.icontains(word, autoescape=True) for c in text_of)) for word in words),
    )


def state(person: User) -> str:
    """Open, deactivated or archived, in words."""
    name = "archived" if person.is_archived else "open" if person.is_active else "deactivated"
    return dict(STATES)[name]


def closed(person: User) -> str:
    """The same for a list, where only what is unusual is said."""
    return "" if person.may_act else state(person)


USER = Record(
    name="users.user",
    model=User,
    label="person",
    plural="people",
    icon="users",
    title=lambda person: person.name,
    endpoint="users.user",
    owner="id",
    columns=(
        Column(
            name="name", label="Name", sort="last_name", sql=lambda joined: queries.name_sql(User)
        ),
        Column(
            name="role",
            label="Role",
            value=lambda person: person.role_label,
            sort="role",
            sql=lambda joined: sa.case(ROLE_LABELS, value=User.role),
        ),
        Column(name="specialty", label="Specialty", sort="specialty"),
        Column(name="year", label="Year", kind="number"),
        Column(
            name="supervisor",
            label="Supervisor",
            value=lambda person: person.supervisor.name if person.supervisor else "",
            kind="person",
            sql=lambda joined: queries.name_sql(joined(User, User.supervisor_id)),
        ),
        Column(
            name="state",
            label="Account",
            value=closed,
            sql=lambda joined: sa.case(
                (User.is_archived, "Archived"), (~User.is_active, "Deactivated"), else_=""
            ),
        ),
        Column(name="username", label="Username", shown=False, sort="username"),
        Column(name="email", label="E-mail", shown=False),
        Column(name="phone_number", label="Phone", shown=False),
        Column(name="registration_number", label="Registration", shown=False),
        Column(name="training_start", label="Training begins", kind="date", shown=False),
        Column(name="training_end", label="Training ends", kind="date", shown=False),
        Column(name="last_login_at", label="Last sign-in", kind="datetime", shown=False),
    ),
    filters=(
        Filter(name="q", label="Name", where=_named),
        Filter(name="role", label="Role", kind="choice", choices=tuple(ROLE_LABELS.items())),
        Filter(name="specialty", label="Specialty"),
        Filter(
            name="year", label="Year", kind="choice", choices=tuple((str(y), str(y)) for y in YEARS)
        ),
        Filter(
            name="supervisor",
            label="Supervisor",
            kind="choice",
            choices=lambda actor: queries.supervisors_with_pgs() if actor.role == "admin" else (),
            column="supervisor_id",
        ),
        Filter(
            name="state",
            label="Account",
            kind="choice",
            choices=STATES,
            where=CONDITIONS.__getitem__,
        ),
        Filter(name="specialty_is", label="Specialty", hidden=True, where=is_text(User.specialty)),
        Filter(name="in_year", label="Training year", kind="id", where=named(User.year)),
        Filter(
            name="supervised_by", label="Supervisor", kind="id", where=named(User.supervisor_id)
        ),
    ),
    order="name",
    load=(joinedload(User.supervisor).options(queries.NAMES),),
    searched=Searched(
        title=("first_name", "last_name"),
        codes=("username", "registration_number", "email"),
        body=("specialty",),
    ),
    rules=RULES,
    form=UserForm,
    labels={
        "supervisor_id": "Supervisor",
        "email": "E-mail address",
        "phone_number": "Phone",
        "registration_number": "Registration number",
        "is_active": "Account active",
        "is_archived": "Archived",
        "archived_at": "Archived on",
        "must_change_password": "Has to choose a password",
    },
    empty="Add the first person, or import a file of them.",
    dimensions=dividing.DIMENSIONS,
    usual=lambda arguments: () if arguments.get("state") else (~User.is_archived,),
)

PGS = replace(
    USER,
    label="PG",
    plural="PGs",
    columns=tuple(
        replace(column, shown=column.shown and column.name != "supervisor")
        for column in USER.columns
        if column.name != "role"
    ),
    filters=tuple(entry for entry in USER.filters if entry.name in ("q", "year", "state")),
    empty="The programme office assigns PGs to you.",
)
"""The same as a supervisor sees it who looks at their PGs."""
