"""The people whom the rows of a file name: looked up for all rows at once, and told in words where nobody is found."""

from collections.abc import Sequence

from plugins.users.models import User
from plugins.users.queries import known_as
from sims.imports import ImportRow

WORDS = {"pg": ("PG", "PGs"), "supervisor": ("supervisor", "supervisors")}


class People:
    """Whom the cells of some columns mean: an e-mail address, a username or a registration number.

    `roles` says for each column of the file which role its people have; one query for each column.

    >>> people = People(rows, pg="pg", supervisor="supervisor")
    >>> people.of(row, "pg")
    """

    def __init__(self, rows: Sequence[ImportRow], **roles: str):
        self.roles = roles
        self.found = {
            column: known_as([row.values.get(column) or "" for row in rows], role)
            for column, role in roles.items()
        }

    def of(self, row: ImportRow, column: str) -> User | None:
        """The one person whom this cell names; None where it is empty, or names nobody (which is noted)."""
        text = row.values.get(column)
        if not text:
            return None
        people = self.found[column].get(text.lower(), [])
        if len(people) == 1:
            return people[0]
        one, many = WORDS[self.roles[column]]
        if people:
            row.refuse(column, f"Several {many} are called {text}. Give the e-mail address.")
        else:
            row.refuse(
                column,
                f"No {one} has the e-mail address, username or registration number {text}. "
                f"Import the {many} first, or correct it.",
            )
        return None
