"""What a valid person is (domain.md, users), and what a good password is."""

import re

from email_validator import EmailNotValidError, validate_email

from plugins.users import queries
from plugins.users.models import ROLES, YEARS, User
from sims.contracts import Rule
from sims.database import db
from sims.passwords import LONGEST

SOURCE = "domain.md, users"
USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")

SHORTEST_PASSWORD = 12
COMMON_STEMS = (
    "password", "passwort", "passw0rd", "qwerty", "qwertz", "azerty", "asdfgh", "zxcvbn", "1q2w3e4r", "1qaz2wsx",
    "letmein", "welcome", "iloveyou", "changeme", "administrator", "abcdef", "abc123", "123456", "654321",
    "pakistan", "hospital", "doctor", "surgeon", "logbook", "trustno1", "sunshine", "princess", "football",
)  # fmt: skip
"""What the passwords guessed first are made of; one of them, repeated or with digits around it, is no password."""


def password_fault(password: str, person: User) -> str | None:
    """Why `password` won't do for `person`, in words; None where it will.

    As NIST SP 800-63B asks: long, not among the common ones, not the name of the account; no rules of
    composition.
    """
    plain = password.casefold()
    if len(password) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters; three or four words are easy to remember."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if len(set(plain)) < 5 or _is_common(plain):
        return "This password is among those guessed first. Choose another."
    for known in (person.username, person.email, person.email.partition("@")[0], person.name):
        rest = plain.replace(known.casefold(), "") if len(known) > 3 else plain
        if len(rest) < len(plain) and len(rest) < 6:
            return "Don't make the password from your own name, username or address."
    return None


def _is_common(plain: str) -> bool:
    bare = re.sub(r"[\W_]", "", plain)
    for stem in COMMON_STEMS:
        rest = bare.replace(stem, "")
        if len(rest) < len(bare) and (len(rest) < 4 or rest.isdigit()):
            return True
    return bare.isdigit() and bare in "01234567890123456789" * 2


def _email_readable(person: User) -> bool:
    try:
        validate_email(person.email or "", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True


def _username_is_not_an_address(person: User) -> bool:
    name = (person.username or "").casefold()
    return "@" not in name or name == (person.email or "").casefold()


def _training_in_order(person: User) -> bool:
    start, end = person.training_start, person.training_end
    return start is None or end is None or end > start


def _free(attribute: str, person: User) -> bool:
    value = getattr(person, attribute)
    return not value or queries.id_of(attribute, value, other_than=person.id) is None


def _has_a_supervisor(person: User) -> bool:
    return person.role != "pg" or person.supervisor_id is not None


def _supervised_by_a_supervisor(person: User) -> bool:
    if person.role != "pg" or person.is_archived or person.supervisor_id in (None, person.id):
        return True
    supervisor = db.session.get(User, person.supervisor_id)
    return supervisor is not None and supervisor.role == "supervisor" and supervisor.may_act


def _another_admin_remains(person: User) -> bool:
    """Fine unless the database's last admin who can act is about to stop being one."""
    if person.id is None or (person.role == "admin" and person.may_act):
        return True
    stored = queries.active_admins()
    return person.id not in stored or len(stored) > 1


def _leaves_no_pg_behind(person: User) -> bool:
    if person.id is None or (person.role == "supervisor" and person.may_act):
        return True
    return not queries.has_pgs(person.id)


RULES = (
    Rule(code="users.username", fields=("username",), source=SOURCE,
         message="Enter a username of letters, digits and . _ @ + -, starting with a letter or digit.",
         holds=lambda person: USERNAME.fullmatch(person.username or "") is not None),
    Rule(code="users.username_address", fields=("username",), source=f"{SOURCE}: one may sign in with either",
         message="A username that is an e-mail address must be the person's own.",
         holds=_username_is_not_an_address),
    Rule(code="users.username_taken", fields=("username",), source=f"{SOURCE}: unique, case-insensitive",
         message="Somebody else has this username. Choose another.",
         holds=lambda person: _free("username", person)),
    Rule(code="users.first_name", fields=("first_name",), source=SOURCE, message="Enter the first name.",
         holds=lambda person: bool(person.first_name)),
    Rule(code="users.last_name", fields=("last_name",), source=SOURCE, message="Enter the last name.",
         holds=lambda person: bool(person.last_name)),
    Rule(code="users.email", fields=("email",), source=SOURCE,
         message="Enter an e-mail address, such as name@example.org.", holds=_email_readable),
    Rule(code="users.email_taken", fields=("email",), source=f"{SOURCE}: unique, case-insensitive",
         message="Somebody else has this e-mail address.", holds=lambda person: _free("email", person)),
    Rule(code="users.role", fields=("role",), source=SOURCE, message=f"The role must be one of {', '.join(ROLES)}.",
         holds=lambda person: person.role in ROLES),
    Rule(code="users.specialty", fields=("specialty",), source=f"{SOURCE}: a pg and a supervisor have one",
         message="Enter the specialty.",
         holds=lambda person: person.role == "admin" or bool(person.specialty)),
    Rule(code="users.year", fields=("year",), source=f"{SOURCE}: training year 1–6",
         message="Choose the PG's training year, 1 to 6.",
         holds=lambda person: person.role != "pg" or person.year in YEARS),
    Rule(code="users.year_of_pg", fields=("year",), source=f"{SOURCE}: a pg has a year",
         message="Only a PG has a training year. Leave it empty.",
         holds=lambda person: person.role == "pg" or person.year is None),
    Rule(code="users.training", fields=("training_end",), source="issue 5: the forecast needs the end of training",
         message="The training ends before it begins. Correct one of the two dates.", holds=_training_in_order),
    Rule(code="users.supervisor", fields=("supervisor_id",), source=f"{SOURCE}: a pg has a supervisor",
         message="Choose the PG's supervisor.", holds=_has_a_supervisor),
    Rule(code="users.supervisor_role", fields=("supervisor_id",), source=f"{SOURCE}: whose role is supervisor",
         message="Choose a supervisor whose account is open.", holds=_supervised_by_a_supervisor),
    Rule(code="users.supervisor_of_pg", fields=("supervisor_id",), source=f"{SOURCE}: an admin has no supervisor",
         message="Only a PG has a supervisor. Leave it empty.",
         holds=lambda person: person.role == "pg" or person.supervisor_id is None),
    Rule(code="users.not_own_supervisor", fields=("supervisor_id",), source=SOURCE,
         message="Nobody supervises themself.",
         holds=lambda person: person.supervisor_id is None or person.supervisor_id != person.id),
    Rule(code="users.last_admin", fields=("role",), source=SOURCE,
         message="This is the last administrator who can sign in. Make somebody else one first.",
         holds=_another_admin_remains),
    Rule(code="users.pgs_left", fields=("role",), source=f"{SOURCE}: a pg has a supervisor",
         message="PGs are assigned to this supervisor. Assign them to somebody else first.",
         holds=_leaves_no_pg_behind),
)  # fmt: skip
