"""The manifest of notifications: what they do to the rest of SIMS."""

from plugins.notifications.adoption import ADOPTED
from plugins.notifications.demo import fill
from plugins.notifications.mailing import send_due
from plugins.notifications.permissions import PERMISSIONS
from plugins.notifications.reminders import NOTICES, remind
from plugins.notifications.services import deliver, deliver_many
from plugins.notifications.views import VIEW, bell, blueprint
from sims.contracts import Demo, Panel, Schedule, Subscriber
from sims.events import Event
from sims.plugin import Plugin

plugin = Plugin(
    name="notifications",
    label="Notifications",
    requires=("users",),
    blueprints=(blueprint,),
    provides=(
        *ADOPTED,
        Demo(label="notifications", fill=fill),
        *PERMISSIONS,
        *NOTICES,
        Subscriber(event=Event, handler=deliver, many=deliver_many),
        Schedule(name="notifications-send", cron="* * * * *", job=send_due),
        Schedule(name="notifications-reviews", cron="0 7 * * *", job=remind),
        Panel(
            slot="topbar.end",
            template="notifications/_bell.html",
            data=bell,
            permission=VIEW,
        ),
    ),
)
