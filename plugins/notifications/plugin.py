"""The manifest of notifications: what they do to the rest of SIMS."""

from plugins.notifications.demo import fill
from plugins.notifications.permissions import PERMISSIONS
from plugins.notifications.services import deliver
from plugins.notifications.views import VIEW, bell, blueprint
from sims.contracts import Demo, Panel, Subscriber
from sims.events import Event
from sims.plugin import Plugin

plugin = Plugin(
    name="notifications",
    label="Notifications",
    requires=("users",),
    blueprints=(blueprint,),
    provides=(
        Demo(label="notifications", fill=fill),
        *PERMISSIONS,
        Subscriber(event=Event, handler=deliver),
        Panel(
            slot="topbar.end",
            template="notifications/_bell.html",
            data=bell,
            permission=VIEW,
        ),
    ),
)
