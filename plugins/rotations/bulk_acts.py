"""What the office does with many rows of a list at once."""

from collections.abc import Mapping
from typing import Any

from wtforms import TextAreaField
from wtforms.validators import InputRequired

from plugins.rotations import services
from plugins.rotations.forms import PersonField
from plugins.rotations.models import Rotation
from plugins.rotations.placing import PLAN
from plugins.rotations.records import DEPARTMENT, DISCIPLINE, HOSPITAL, ROTATION
from sims.actor import Actor
from sims.bulk_acts import NO_USE, USE, flag_acts
from sims.contracts import BulkAct
from sims.forms import LONG, Form


class SupervisorForm(Form):
    """Who is to supervise the chosen rotations, and why."""

    supervisor_id = PersonField(
        "Supervisor",
        [InputRequired("Choose the supervisor.")],
        role="supervisor",
        words="No supervisor is called that, or several are. Choose one from the list.",
        description="Name or username.",
    )
    reason = TextAreaField(
        "Reason", [LONG], description="Added to the notes, which the PG and the supervisor read."
    )


def change_supervisor(
    rotation: Rotation, values: Mapping[str, Any], actor: Actor
) -> Mapping[str, Any] | None:
    """Give a rotation another supervisor; return what it had, None where it is theirs already."""
    if rotation.supervisor_id == values["supervisor_id"]:
        return None
    before = {"supervisor_id": rotation.supervisor_id, "notes": rotation.notes}
    services.change_supervisor(
        rotation, values["supervisor_id"], reason=values.get("reason") or "", actor=actor
    )
    return before


def change_back(rotation: Rotation, before: Mapping[str, Any], actor: Actor) -> None:
    """Give a rotation the supervisor and notes it had."""
    services.change_rotation(rotation, before, actor=actor)


ACTS = (
    BulkAct(
        name="supervisor",
        record=ROTATION.name,
        label="Change the supervisor",
        done="given another supervisor",
        icon="user-round-cog",
        permission=ROTATION.permission("edit"),
        form=SupervisorForm,
        act=change_supervisor,
        undo=change_back,
    ),
    BulkAct(
        name="place",
        record="users.user",
        label="Place in rotations",
        icon="calendar-plus",
        permission=PLAN,
        page="rotations.place_plan",
    ),
    *flag_acts(HOSPITAL, "is_active", on=USE, off=NO_USE),
    *flag_acts(DISCIPLINE, "is_active", on=USE, off=NO_USE),
    *flag_acts(DEPARTMENT, "is_active", on=USE, off=NO_USE),
)
