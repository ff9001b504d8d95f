"""The manifest of rotations: what they do to the rest of SIMS."""

from plugins.rotations import dashboard
from plugins.rotations.demo import fill
from plugins.rotations.events import RotationCancelled, RotationPlanned
from plugins.rotations.permissions import PERMISSIONS
from plugins.rotations.records import DEPARTMENT, HOSPITAL, ROTATION
from plugins.rotations.views import blueprint
from sims import access
from sims.contracts import Demo, MenuItem, Metric, Notice, Panel
from sims.events import Moved
from sims.plugin import Plugin

VIEW = "rotations.rotation.view"


def whose(event: Moved) -> str:
    """Whose rotation it is, for the supervisor who reads of it; and why, where there is a reason."""
    names = access.rule().names([event.owner_id] if event.owner_id else [])
    return "\n".join(filter(None, (*names.values(), event.feedback)))


def concerned(event: Moved) -> list[int]:
    """The PG and the rotation's supervisor."""
    return [person for person in (event.owner_id, event.reviewer_id) if person is not None]


plugin = Plugin(
    name="rotations",
    label="Rotations",
    requires=("users",),
    blueprints=(blueprint,),
    provides=(
        Demo(label="rotations", fill=fill),
        *PERMISSIONS,
        ROTATION,
        HOSPITAL,
        DEPARTMENT,
        MenuItem(
            label="Rotations", endpoint="rotations.rotation_list", icon="calendar-range",
            permission=VIEW, order=40, phone=True,
        ),
        Metric(
            name="rotations.left", label="Your rotation", roles=("pg",),
            value=dashboard.days_left, order=40,
        ),
        Panel(
            slot="dashboard", template="rotations/_mine.html", data=dashboard.mine,
            permission=VIEW, order=40,
        ),
        Panel(
            slot="person", template="rotations/_person.html", data=dashboard.person,
            permission=VIEW, order=20,
        ),
        Notice(
            kind="rotations.planned", label="A rotation of yours is planned",
            event=RotationPlanned, recipients=concerned,
            subject=lambda event: f"Planned: {event.title}", body=whose,
        ),
        Notice(
            kind="rotations.cancelled", label="A rotation of yours is cancelled",
            event=RotationCancelled, recipients=concerned,
            subject=lambda event: f"Cancelled: {event.title}", body=whose,
        ),
    ),
)  # fmt: skip
