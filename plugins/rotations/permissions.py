"""Who may do what with rotations: the programme office places people, everybody sees their own."""

from sims.contracts import Permission

EVERYBODY = ("admin", "supervisor", "pg")
OFFICE = ("admin",)

PERMISSIONS = (
    Permission(name="rotations.rotation.view", label="See rotations", roles=EVERYBODY),
    Permission(name="rotations.rotation.create", label="Make rotations", roles=OFFICE),
    Permission(name="rotations.rotation.edit", label="Change rotations", roles=OFFICE),
    Permission(name="rotations.rotation.plan", label="Plan and cancel rotations", roles=OFFICE),
    Permission(
        name="rotations.feed.make",
        label="Read one's rotations in a calendar program",
        roles=("supervisor", "pg"),
    ),
    Permission(
        name="rotations.rotation.certify",
        label="Certify completed rotations",
        roles=("admin", "supervisor"),
    ),
    Permission(name="rotations.hospital.view", label="See hospitals", roles=EVERYBODY),
    Permission(name="rotations.hospital.create", label="Add hospitals", roles=OFFICE),
    Permission(name="rotations.hospital.edit", label="Change hospitals", roles=OFFICE),
    Permission(name="rotations.discipline.view", label="See disciplines", roles=OFFICE),
    Permission(name="rotations.discipline.create", label="Add disciplines", roles=OFFICE),
    Permission(name="rotations.discipline.edit", label="Change disciplines", roles=OFFICE),
    Permission(name="rotations.department.view", label="See departments", roles=EVERYBODY),
    Permission(name="rotations.department.create", label="Add departments", roles=OFFICE),
    Permission(name="rotations.department.edit", label="Change departments", roles=OFFICE),
)
