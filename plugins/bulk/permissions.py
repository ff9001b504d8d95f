"""Who may see and start bulk operations. What one does to a row needs that act's own permission as well."""

from sims.contracts import Permission

VIEW = "bulk.operation.view"
ACT = "bulk.operation.act"
IMPORT = "bulk.operation.import"

PERMISSIONS = (
    Permission(
        name=VIEW, label="See bulk operations of one's own", roles=("admin", "supervisor", "pg")
    ),
    Permission(
        name=ACT,
        label="Do something with many rows at once",
        roles=("admin", "supervisor", "pg"),
    ),
    Permission(name=IMPORT, label="Bring in rows from files", roles=("admin",)),
)
