"""Who may do what in the catalogue: everybody reads it, the programme office writes it."""

from sims.contracts import Permission

EVERYBODY = ("admin", "supervisor", "pg")
THINGS = {
    "procedure": "procedures",
    "diagnosis": "diagnoses",
    "skill": "skills",
    "group": "procedure groups",
    "target": "targets",
}

PERMISSIONS = (
    *(
        Permission(name=f"catalogue.{thing}.view", label=f"See {plural}", roles=EVERYBODY)
        for thing, plural in THINGS.items()
    ),
    *(
        Permission(name=f"catalogue.{thing}.create", label=f"Add {plural}", roles=("admin",))
        for thing, plural in THINGS.items()
    ),
    *(
        Permission(name=f"catalogue.{thing}.edit", label=f"Change {plural}", roles=("admin",))
        for thing, plural in THINGS.items()
    ),
    Permission(name="catalogue.request.view", label="See requests", roles=EVERYBODY),
    Permission(
        name="catalogue.request.create",
        label="Ask for a missing procedure",
        roles=("supervisor", "pg"),
    ),
    Permission(
        name="catalogue.request.edit", label="Change one's own request", roles=("supervisor", "pg")
    ),
    Permission(name="catalogue.request.decide", label="Answer requests", roles=("admin",)),
)
