"""A text as words are compared: lower case, without accents, parted by punctuation."""

import re
import unicodedata
from functools import partial

from flask import Flask
from sqlalchemy import event

from sims.database import db

PARTING = re.compile(r"[\s!-/:-@\[-`{-~\x00]+")


def plain(text: str | None) -> str:
    """`text` in lower case, without accents; every run of punctuation and white space is one space.

    On SQLite this is `search_plain`; PostgreSQL has its own of that name, with the same words of Latin texts
    (a test compares them).

    >>> plain("Ménière's  disease, I&D")
    'meniere s disease i d'
    """
    letters = unicodedata.normalize("NFKD", (text or "").casefold())
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return PARTING.sub(" ", letters).strip()


def init_app(app: Flask) -> None:
    """Teach SQLite the function that PostgreSQL has from the migration."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", partial(_teach))


def _teach(connection: object, record: object) -> None:
    connection.create_function("search_plain", 1, plain, deterministic=True)  # type: ignore[attr-defined]
