"""The manifest of validation: what it does to the rest of SIMS."""

from plugins.validation import views  # noqa: F401 - its pages are on the blueprint
from plugins.validation.blueprint import blueprint
from plugins.validation.checking import WORK, nightly
from plugins.validation.guard import GUARD, init_app
from plugins.validation.listing import rules
from plugins.validation.permissions import PERMISSIONS, VIEW
from sims.contracts import Command, MenuItem, Schedule, Setting
from sims.plugin import Plugin

plugin = Plugin(
    name="validation",
    label="Validation",
    requires=("users",),
    settings={
        "VALIDATION_MRN_PATTERNS": Setting(
            "",
            "Regular expressions of the site's own hospital numbers, separated by blanks (docs/identifier-guard.md).",
        ),
    },
    init_app=init_app,
    blueprints=(blueprint,),
    provides=(
        *PERMISSIONS,
        GUARD,
        WORK,
        Command(command=rules),
        Schedule(name="validation-check", cron="0 1 * * *", job=nightly),
        MenuItem(
            label="Rules",
            endpoint="validation.index",
            icon="list-checks",
            permission=VIEW,
            order=92,
        ),
    ),
)
