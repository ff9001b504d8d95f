"""The manifest of analytics: what they do to the rest of SIMS."""

from plugins.analytics import pages, views  # noqa: F401 - their pages are on the blueprint
from plugins.analytics.blueprint import blueprint
from plugins.analytics.permissions import PERMISSIONS, VIEW
from sims.contracts import MenuItem
from sims.plugin import Plugin

plugin = Plugin(
    name="analytics",
    label="Analytics",
    requires=("users",),
    blueprints=(blueprint,),
    provides=(
        *PERMISSIONS,
        MenuItem(
            label="Analytics",
            endpoint="analytics.index",
            icon="chart-line",
            permission=VIEW,
            order=55,
        ),
    ),
)
