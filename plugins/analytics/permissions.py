"""Who looks at analytics. Each measure needs the permission of its record as well, and counts only what one sees."""

from sims.contracts import Permission

VIEW = "analytics.page.view"
ATTENTION = "analytics.page.attention"
PROGRAMME = "analytics.page.programme"

PERMISSIONS = (
    Permission(name=VIEW, label="Look at analytics", roles=("admin", "supervisor", "pg")),
    Permission(name=ATTENTION, label="See which PGs need attention", roles=("admin", "supervisor")),
    Permission(name=PROGRAMME, label="See how the programme goes", roles=("admin",)),
)
