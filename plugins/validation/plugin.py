"""The manifest of validation: what it does to the rest of SIMS."""

from plugins.validation.guard import GUARD, init_app
from sims.plugin import Plugin

plugin = Plugin(
    name="validation",
    label="Validation",
    requires=("users",),
    settings={
        # Regular expressions of the site's own hospital numbers, separated by blanks (docs/identifier-guard.md).
        "VALIDATION_MRN_PATTERNS": "",
    },
    init_app=init_app,
    provides=(GUARD,),
)
