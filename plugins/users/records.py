"""The person as a record: lists, filters, rules, history."""

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from plugins.users.forms import UserForm
from plugins.users.models import ROLE_LABELS, YEARS, User
from plugins.users.rules import RULES
from sims.contracts import Column, Filter, Record

STATES = (("active", "Active"), ("off", "Deactivated"), ("archived", "Archived"))


def _named(text: str) -> sa.ColumnElement[bool]:
    plain = text.replace("\x00", "")
    return sa.or_(
        (User.first_name + " " + User.last_name).icontains(plain, autoescape=True),
        User.username.icontains(plain, autoescape=True),
        User.email.icontains(plain, autoescape=True),
        User.registration_number.icontains(plain, autoescape=True),
    )


def _in_state(state: str) -> sa.ColumnElement[bool]:
    if state == "archived":
        return User.is_archived
    return sa.and_(~User.is_archived, User.is_active if state == "active" else ~User.is_active)


def state(person: User) -> str:
    """Active, deactivated or archived, in words."""
    return "Archived" if person.is_archived else "Active" if person.is_active else "Deactivated"


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
        Column(name="name", label="Name", value=lambda person: person.name, sort="last_name"),
        Column(name="role", label="Role", value=lambda person: ROLE_LABELS[person.role]),
        Column(name="specialty", label="Specialty", sort="specialty"),
        Column(name="year", label="Year", kind="number"),
        Column(
            name="supervisor",
            label="Supervisor",
            value=lambda person: person.supervisor.name if person.supervisor else "",
            kind="person",
        ),
        Column(name="state", label="Account", value=state),
        Column(name="email", label="E-mail", shown=False),
        Column(name="username", label="Username", shown=False, sort="username"),
        Column(name="registration_number", label="Registration", shown=False),
        Column(name="phone_number", label="Phone", shown=False),
        Column(name="last_login_at", label="Last sign-in", kind="datetime", shown=False),
    ),
    filters=(
        Filter(name="q", label="Name, e-mail or registration", where=_named),
        Filter(name="role", label="Role", kind="choice", choices=tuple(ROLE_LABELS.items())),
        Filter(name="specialty", label="Specialty"),
        Filter(
            name="year", label="Year", kind="choice", choices=tuple((str(y), str(y)) for y in YEARS)
        ),
        Filter(name="state", label="Account", kind="choice", choices=STATES, where=_in_state),
        Filter(name="supervisor", label="Supervisor", kind="id", column="supervisor_id"),
    ),
    order="name",
    load=(joinedload(User.supervisor),),
    text=("last_name", "first_name", "username", "registration_number", "email"),
    rules=RULES,
    form=UserForm,
    labels={
        "supervisor_id": "Supervisor",
        "is_active": "Account active",
        "is_archived": "Archived",
    },
)
