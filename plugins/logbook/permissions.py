"""Who may do what in the logbook."""

from sims.contracts import Permission
from sims.review import review_permissions

PERMISSIONS = (
    *review_permissions(
        "logbook.entry", owners=("pg",), reviewers=("supervisor",), office=("admin",)
    ),
    Permission(
        name="logbook.entry.import", label="Bring in PGs' entries from files", roles=("admin",)
    ),
    Permission(name="logbook.template.view", label="See entry templates", roles=("admin",)),
    Permission(name="logbook.template.create", label="Make entry templates", roles=("admin",)),
    Permission(name="logbook.template.edit", label="Change entry templates", roles=("admin",)),
)
