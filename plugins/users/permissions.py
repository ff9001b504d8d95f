"""Who may do what with people."""

from sims.contracts import Permission

PERMISSIONS = (
    Permission(name="users.user.view", label="See people", roles=("admin", "supervisor", "pg")),
    Permission(name="users.user.create", label="Add and import people", roles=("admin",)),
    Permission(name="users.user.edit", label="Change people", roles=("admin",)),
    Permission(name="users.user.assign", label="Assign supervisors", roles=("admin",)),
    Permission(
        name="users.user.manage", label="Open and close accounts, give passwords", roles=("admin",)
    ),
    Permission(name="users.absence.plan", label="Say who stands in", roles=("admin", "supervisor")),
    Permission(name="users.user.supervise", label="List one's own PGs", roles=("supervisor",)),
)
