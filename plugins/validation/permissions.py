"""Who looks after the rules: the programme office."""

from sims.contracts import Permission

VIEW = "validation.rule.view"

PERMISSIONS = (
    Permission(
        name=VIEW, label="See the rules and which stored records break one", roles=("admin",)
    ),
)
