"""Who reads the activity log: the programme office. What SIMS holds of oneself everybody may have."""

from sims.contracts import Permission

VIEW = "audit.entry.view"
OWN = "audit.own.download"

PERMISSIONS = (
    Permission(name=VIEW, label="Read the activity log", roles=("admin",)),
    Permission(
        name=OWN,
        label="Download what SIMS holds about oneself",
        roles=("admin", "supervisor", "pg"),
    ),
)
