"""The manifest of performance: what it does to the rest of SIMS."""

from plugins.performance import views  # noqa: F401 - its pages are on the blueprint
from plugins.performance.blueprint import blueprint
from plugins.performance.counting import init_app
from plugins.performance.permissions import PERMISSIONS, VIEW
from sims.contracts import MenuItem, Setting
from sims.plugin import Plugin

plugin = Plugin(
    name="performance",
    label="Performance",
    requires=("users",),
    settings={
        "PERFORMANCE_SLOW_MS": Setting(
            200, "A statement that takes so many milliseconds is logged.", least=1
        ),
        "PERFORMANCE_FLUSH_SECONDS": Setting(
            2, "How often a process adds what it counted to Redis."
        ),
        "PERFORMANCE_METRICS_TOKEN": Setting(
            "",
            "What Prometheus has to bring as its bearer token to /metrics. Empty: nobody may.",
            secret=True,
        ),
    },
    init_app=init_app,
    blueprints=(blueprint,),
    provides=(
        *PERMISSIONS,
        MenuItem(
            label="Performance",
            endpoint="performance.index",
            icon="gauge",
            permission=VIEW,
            order=96,
        ),
    ),
)
