"""The manifest of rotations: what they do to the rest of SIMS."""

from plugins.rotations import completion, dashboard, office
from plugins.rotations.adoption import ADOPTED
from plugins.rotations.attention import ATTENTION
from plugins.rotations.bulk_acts import ACTS
from plugins.rotations.demo import fill
from plugins.rotations.evaluations import dashboard as evaluations
from plugins.rotations.evaluations import views as evaluation_views  # noqa: F401  its routes join the blueprint
from plugins.rotations.evaluations.demo import fill as fill_evaluations
from plugins.rotations.evaluations.notices import NOTICES as EVALUATION_NOTICES
from plugins.rotations.evaluations.permissions import PERMISSIONS as EVALUATION_PERMISSIONS
from plugins.rotations.evaluations.records import EVALUATION
from plugins.rotations.evaluations.services import hand_over_waiting
from plugins.rotations.events import (
    RotationCancelled,
    RotationEnding,
    RotationNear,
    RotationPlanned,
    RotationsPlaced,
    RotationStarting,
)
from plugins.rotations.imports import IMPORTS
from plugins.rotations.jobs import follow_calendar
from plugins.rotations.measures import MEASURES
from plugins.rotations.models import Rotation
from plugins.rotations.permissions import PERMISSIONS
from plugins.rotations.placing import told_together
from plugins.rotations.records import DEPARTMENT, DISCIPLINE, HOSPITAL, ROTATION
from plugins.rotations.reports import CHAPTERS, REPORTS
from plugins.rotations.views import blueprint
from plugins.users.events import SupervisorChanged
from plugins.users.supervision import handing_over
from sims import access
from sims.contracts import Demo, MenuItem, Metric, Notice, Panel, Schedule, Setting, Subscriber
from sims.events import Changed, Moved
from sims.plugin import Plugin
from sims.web.templating import plain_date

VIEW = "rotations.rotation.view"


def whose(event: Moved) -> str:
    """Whose rotation it is, for the supervisor who reads of it; and why, where there is a reason."""
    names = access.rule().names([event.owner_id] if event.owner_id else [])
    return "\n".join(filter(None, (*names.values(), event.feedback)))


def whose_is_near(event: RotationNear) -> str:
    """Whose rotation begins or ends."""
    return "".join(access.rule().names([event.owner_id] if event.owner_id else []).values())


def concerned_soon(event: RotationNear) -> list[int]:
    """The PG and the rotation's supervisor."""
    return [person for person in (event.owner_id, event.supervisor_id) if person is not None]


def concerned(event: Moved) -> list[int]:
    """The PG and the rotation's supervisor; nobody yet while many are planned, who are told of all at once."""
    if told_together():
        return []
    return [person for person in (event.owner_id, event.reviewer_id) if person is not None]


plugin = Plugin(
    name="rotations",
    label="Rotations",
    requires=("users",),
    blueprints=(blueprint,),
    settings={
        "ROTATIONS_FEED_LIMIT": Setting("60 per 10 minutes", "Wrong addresses of calendar feeds, per address.")
    },
    provides=(
        *ADOPTED,
        Demo(label="rotations", fill=fill),
        Demo(label="evaluations", fill=fill_evaluations),
        *PERMISSIONS,
        *REPORTS,
        *CHAPTERS,
        *MEASURES,
        ATTENTION,
        *EVALUATION_PERMISSIONS,
        ROTATION,
        EVALUATION,
        HOSPITAL,
        DISCIPLINE,
        DEPARTMENT,
        *IMPORTS,
        *ACTS,
        Subscriber(event=Changed, handler=completion.withdraw),
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
        Metric(
            name="rotations.proposed", label="Rotations proposed", roles=("admin",),
            value=office.proposed, order=35,
        ),
        Panel(
            slot="dashboard", template="rotations/_nowhere.html", data=office.nowhere,
            permission="rotations.rotation.plan", order=25,
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
            kind="rotations.placed", label="Several rotations are planned at once",
            event=RotationsPlaced, recipients=lambda event: (event.recipient_id,),
            subject=lambda event: f"Planned: {len(event.lines)} rotations" if len(event.lines) > 1 else f"Planned: {event.lines[0]}",
            body=lambda event: "\n".join(event.lines),
            link=lambda event: f"/rotations/calendar?view=year&of={event.first_day.year}",
        ),
        Notice(
            kind="rotations.cancelled", label="A rotation of yours is cancelled",
            event=RotationCancelled, recipients=concerned,
            subject=lambda event: f"Cancelled: {event.title}", body=whose, mail="at_once",
        ),
        Notice(
            kind="rotations.starting", label="A rotation of yours begins within a week",
            event=RotationStarting, recipients=concerned_soon,
            subject=lambda event: f"Begins on {plain_date(event.day)}: {event.title}", body=whose_is_near,
            mail="at_once",
        ),
        Notice(
            kind="rotations.ending", label="A rotation of yours ends within a week",
            event=RotationEnding, recipients=concerned_soon,
            subject=lambda event: f"Ends on {plain_date(event.day)}: {event.title}", body=whose_is_near,
            mail="at_once",
        ),
        Schedule(name="rotations-calendar", cron="5 0 * * *", job=follow_calendar),
        # What has begun ends under whom it began.
        Subscriber(event=SupervisorChanged, handler=handing_over(Rotation, "pending", "planned")),
        Subscriber(event=SupervisorChanged, handler=hand_over_waiting),
        Panel(
            slot="record", template="rotations/_evaluations.html", data=evaluations.of_rotation,
            permission="rotations.evaluation.view", order=20,
        ),
        Panel(
            slot="person", template="rotations/_person_evaluations.html", data=evaluations.of_person,
            permission="rotations.evaluation.view", order=25,
        ),
        *EVALUATION_NOTICES,
    ),
)  # fmt: skip
