"""The database session, the one `commit()`, and the conventions every table keeps."""

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from sims.clock import now
from sims.errors import Conflict, Invalid

log = logging.getLogger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

PEOPLE = "users_user.id"
"""The one table name the core knows: who acts. The `users` plugin owns it (architecture.md)."""


TAKEN = ("SQLITE_CONSTRAINT_UNIQUE", "23505", "23P01")
"""How SQLite and PostgreSQL say that something unique, or something exclusive, is there already."""


class UTCDateTime(sa.TypeDecorator[datetime]):
    """A moment, aware and in UTC on the way in and out, on every database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive moment: nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use sims.clock.now()")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give SQLite's naive text its zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models: names of constraints are the same on every database."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: UTCDateTime,
        int: sa.BigInteger,
        str: sa.Text,
        dict: sa.JSON,
        dict[str, Any]: sa.JSON,
    }


class _Session(Session):
    """A session that reads from a replica while it is told to (`sims/replica.py`)."""

    def get_bind(self, *arguments: Any, **options: Any) -> Any:
        """The engine to use."""
        reads_from = g.get("reads_from") if has_app_context() else None
        return reads_from or super().get_bind(*arguments, **options)


db = SQLAlchemy(session_options={"class_": _Session})
"""The session and the engine. Models derive from `Base` above, not from `db.Model`."""


class Stamped:
    """Mixin of every table of records: `id`, `created_at`, `updated_at`."""

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class Editable(Stamped):
    """Mixin of records that people edit: who made it, and a version that makes a stale save a conflict."""

    version: Mapped[int] = mapped_column(sa.Integer, default=1)

    @sa.orm.declared_attr
    def created_by_id(cls) -> Mapped[int | None]:
        """Whoever made the row; None for what SIMS shipped or a command made."""
        return person(nullable=True)

    @sa.orm.declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]


def person(*, nullable: bool = False, index: bool = False) -> MappedColumn:
    """A column naming a person. People are deactivated, never deleted, so the database refuses it."""
    return mapped_column(sa.ForeignKey(PEOPLE, ondelete="RESTRICT"), nullable=nullable, index=index)


def one_of(name: str, column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    """A CHECK that `column` holds one of `values`: the database keeps the rule as well."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=name)


def between(column: str, low: int, high: int) -> sa.CheckConstraint:
    """A CHECK that `column` lies between `low` and `high`, both included, or is empty."""
    return sa.CheckConstraint(f"{column} IS NULL OR {column} BETWEEN {low} AND {high}", name=column)


def matches(column: Any, text: str) -> sa.ColumnElement[bool]:
    """The words of `text` stand in `column`: on PostgreSQL as its full-text index (English) has them, or the
    column begins with them; plain text elsewhere."""
    text = text.replace("\x00", "")
    if db.engine.dialect.name != "postgresql":
        return column.icontains(text, autoescape=True)
    vector = sa.func.to_tsvector(sa.literal_column("'english'"), column)
    query = sa.func.websearch_to_tsquery(sa.literal_column("'english'"), text)
    return sa.or_(vector.op("@@")(query), column.istartswith(text, autoescape=True))


def named(link: Any) -> Callable[[int], sa.ColumnElement[bool]]:
    """For a `Filter` on a foreign key that may be empty: the rows that name this id there; 0: those that name none."""
    return lambda number: link == number if number else link.is_(None)


def is_text(column: Any) -> Callable[[str], sa.ColumnElement[bool]]:
    """For a `Filter` on exactly one text, as groups link with it; "0": rows in which it is empty."""
    return lambda text: column == ("" if text == "0" else text)


def local_day(moment: Any) -> sa.ColumnElement[Any]:
    """The day of a moment by the hospital's calendar, as an expression; of a column of dates, the date itself."""
    if isinstance(moment.type, sa.Date):
        return moment
    if db.engine.dialect.name == "postgresql":
        return sa.cast(sa.func.timezone(current_app.config["TIMEZONE"], moment), sa.Date)
    return sa.func.sims_local_day(moment, type_=sa.Date())


def commit() -> None:
    """Make everything done so far permanent, then let go of what waited for it (jobs).

    Only the edge calls this: views, jobs, commands. Raises `Conflict` where a row was changed by
    somebody else in between, `Invalid` where only the database saw that a rule is broken; then nothing of this
    transaction is kept.
    """
    try:
        flush()
        while actions := g.pop("before_commit", ()):
            for action in actions:
                action()
    except (Conflict, Invalid):
        db.session.rollback()
        raise
    db.session.commit()
    for action in g.pop("after_commit", ()):
        action()


def flush() -> None:
    """Send what is pending to the database.

    Raises `Conflict` where somebody else was faster: to change the same row, or to store what may be there
    only once (a name) — rules asked, but the other was not there yet; `Invalid` where a rule says which
    constraint keeps it in the database as well.
    """
    from sims import rules

    try:
        db.session.flush()
    except StaleDataError as error:
        raise Conflict(
            "Somebody else changed this at the same moment. Look at it again."
        ) from error
    except IntegrityError as error:
        name = getattr(error.orig, "sqlite_errorname", getattr(error.orig, "sqlstate", ""))
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if problem := rules.kept_by(constraint):
            raise Invalid([problem]) from error
        if name not in TAKEN:
            raise
        raise Conflict(
            "Somebody else has just saved the same. Look at what is there now, then save again."
        ) from error


@contextmanager
def snapshot() -> Iterator[None]:
    """Within this block everything is read as of one moment, whoever writes meanwhile, and no writer waits for it.

    What the session had not committed is given up first, and nothing is kept of what is written within.
    """
    db.session.rollback()
    g.reads_only = True
    try:
        if db.engine.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield
    finally:
        db.session.rollback()
        g.pop("reads_only")


@contextmanager
def apart() -> Iterator[None]:
    """Within this block a transaction of its own, committed at its end; what was read before stays loaded.

    For a request that only reads and yet has something to write down: on SQLite a read can't turn into a write.
    Nothing may be waiting to be written.
    """
    session = db.session()
    session.expire_on_commit = False
    try:
        session.commit()
        yield
        commit()
    finally:
        session.expire_on_commit = True


def affected(statement: sa.UpdateBase) -> int:
    """Run a bulk UPDATE or DELETE; return how many rows it touched."""
    result = cast("sa.CursorResult[Any]", db.session.execute(statement))
    return result.rowcount


def before_commit(action: Callable[[], None]) -> None:
    """Run `action` at the end of this transaction, as a part of it; forget it if the transaction is rolled back."""
    if not db.session().in_transaction():
        db.session.begin()
    g.setdefault("before_commit", []).append(action)


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` once this transaction is committed; forget it if the transaction is rolled back."""
    if not db.session().in_transaction():
        db.session.begin()  # costs no query; without it a rollback would go unheard
    g.setdefault("after_commit", []).append(action)


@event.listens_for(db.session, "after_rollback")
def _forget(session: object) -> None:
    g.pop("after_commit", None)
    g.pop("before_commit", None)


def init_app(app: Flask) -> None:
    """Connect the session to `DATABASE_URL` and teach SQLite the manners the rest relies on."""
    app.config["SQLALCHEMY_DATABASE_URI"] = app.config["DATABASE_URL"]
    # what an error or the log says of a statement must not hold its values: they may be about a patient
    hides = app.config["ENV"] == "production"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": hides}
    db.init_app(app)
    app.teardown_appcontext(_let_go)  # before Flask-SQLAlchemy's, which was there first
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            zone = ZoneInfo(app.config["TIMEZONE"])
            event.listen(db.engine, "connect", partial(_sqlite_connect, zone))
            event.listen(db.engine, "begin", _sqlite_begin)


def _let_go(error: BaseException | None) -> None:
    """End what is left of the transaction. A server that went away meanwhile has ended it already: an answer that was
    made is not lost for that."""
    try:
        db.session.rollback()
    except OperationalError as gone:
        log.warning("the database went away at the end of a request: %s", gone.orig)
        db.session().invalidate()


def _sqlite_connect(zone: ZoneInfo, connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, see _sqlite_begin

    def local(text: str | None) -> str | None:
        if text is None:
            return None
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return moment.astimezone(zone).date().isoformat()

    connection.create_function("sims_local_day", 1, local, deterministic=True)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=15000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: sa.Connection) -> None:
    """Writers queue up front: a read that turns into a write half way would fail instead of waiting."""
    safe = has_request_context() and request.method in ("GET", "HEAD", "OPTIONS")
    reads_only = safe or (has_app_context() and "reads_only" in g)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
