"""Who searches: everybody, and each finds what they may see."""

from sims.contracts import Permission

FIND = "search.search.find"

PERMISSIONS = (
    Permission(
        name=FIND, label="Search, each in what they may see", roles=("admin", "supervisor", "pg")
    ),
)
