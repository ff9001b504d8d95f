"""The pages the benchmark opens: every menu entry, and the pages people spend their day on."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

MINE = "pg_id = (SELECT id FROM users_user WHERE username = 'pg')"
WAITING = "status = 'pending' AND supervisor_id = (SELECT id FROM users_user WHERE username = 'supervisor')"


@dataclass(frozen=True)
class Page:
    """One page as one role opens it; `path` may ask the database for an id."""

    role: str
    name: str
    path: Callable[[psycopg.Connection], str]


def at(path: str) -> Callable[[psycopg.Connection], str]:
    """A fixed address."""
    return lambda connection: path


def row(
    path: str, table: str, condition: str = "true", order: str = "id"
) -> Callable[[psycopg.Connection], str]:
    """The address of the first row of `table` that meets `condition`."""

    def find(connection: psycopg.Connection) -> str:
        query = f"SELECT id FROM {table} WHERE {condition} ORDER BY {order} LIMIT 1"
        [number] = connection.execute(query).fetchone()
        connection.rollback()
        return path.format(number)

    return find


PAGES = (
    Page("pg", "dashboard", at("/")),
    Page("pg", "logbook", at("/logbook/entries")),
    Page("pg", "logbook, filtered", at("/logbook/entries?status=approved&q=appendicectomy")),
    Page("pg", "entry", row("/logbook/entries/{}", "logbook_logbookentry", MINE)),
    Page(
        "pg",
        "history of an entry",
        row("/logbook/entries/{}/history", "logbook_logbookentry", MINE),
    ),
    Page("pg", "quick entry", at("/logbook/quick")),
    Page("pg", "full form", at("/logbook/entries/new")),
    Page("pg", "statistics", at("/logbook/statistics")),
    Page("pg", "rotations", at("/rotations")),
    Page("pg", "catalogue", at("/catalogue/procedures")),
    Page("pg", "suggestions", at("/catalogue/procedures/suggest?q=lap%20chole")),
    Page("pg", "notifications", at("/notifications")),
    Page("supervisor", "dashboard", at("/")),
    Page("supervisor", "queue", at("/logbook/entries/queue")),
    Page("supervisor", "review", row("/logbook/entries/queue/{}", "logbook_logbookentry", WAITING)),
    Page("supervisor", "logbook", at("/logbook/entries")),
    Page("supervisor", "their PGs", at("/people/mine")),
    Page("supervisor", "rotations", at("/rotations")),
    Page("admin", "dashboard", at("/")),
    Page("admin", "logbook", at("/logbook/entries")),
    Page("admin", "logbook, pending", at("/logbook/entries?status=pending")),
    Page("admin", "logbook, by title", at("/logbook/entries?q=appendicectomy")),
    Page("admin", "people", at("/people")),
    Page("admin", "a PG", row("/people/{}", "users_user", "role = 'pg'")),
    Page("admin", "rotations", at("/rotations")),
    Page("admin", "procedures", at("/catalogue/procedures")),
    Page("admin", "templates", at("/logbook/templates")),
)
