"""The manifest of people: what they do to the rest of SIMS."""

from flask import url_for

from plugins.users import signin
from plugins.users.access import ACCESS, names
from plugins.users.commands import users
from plugins.users.events import SupervisorChanged
from plugins.users.permissions import PERMISSIONS
from plugins.users.records import USER
from plugins.users.views import blueprint
from sims.contracts import Command, MenuItem, Notice
from sims.plugin import Plugin


def _supervisor_words(event: SupervisorChanged) -> str:
    known = names({event.pg_id, event.new_id or 0})
    return f"{known.get(event.pg_id, 'A PG')} is now supervised by {known.get(event.new_id or 0, 'nobody')}"


plugin = Plugin(
    name="users",
    label="People",
    blueprints=(blueprint,),
    init_app=signin.init_app,
    provides=(
        ACCESS,
        USER,
        *PERMISSIONS,
        MenuItem(label="People", endpoint="users.user_list", icon="users",
                 permission="users.user.create", order=40, phone=True),
        MenuItem(label="My PGs", endpoint="users.mine", icon="users",
                 permission="users.user.supervise", order=40, phone=True),
        Command(command=users),
        Notice(
            kind="users.supervisor",
            label="Changes of supervisor",
            event=SupervisorChanged,
            recipients=lambda event: {event.pg_id, event.old_id, event.new_id} - {None},
            subject=_supervisor_words,
            body=lambda event: event.reason,
            link=lambda event: url_for("users.user", id=event.pg_id),
        ),
    ),
)  # fmt: skip
