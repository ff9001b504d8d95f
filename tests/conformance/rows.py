"""For each record a function that makes one row of it for a PG and their supervisor."""

from collections.abc import Callable
from typing import Any

from tests.plugins.logbook.factories import make_entry, make_template

ROWS: dict[str, Callable[[Any, Any], Any]] = {
    "users.user": lambda pg, supervisor: pg,
    "logbook.entry": lambda pg, supervisor: make_entry(pg),
    "logbook.template": lambda pg, supervisor: make_template(name="Another"),
}
