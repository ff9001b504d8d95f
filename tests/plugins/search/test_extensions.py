"""The extensions that search needs: made by the migration, or asked for in words that help."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.util import CommandError

from sims import migrate
from sims.database import db


def test_a_role_that_may_not_make_extensions_is_told_what_to_ask_for(new_postgres, make_app):
    url = sa.make_url(new_postgres())
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        role = f"plain_{url.database}"
        connection.execute(sa.text(f"CREATE ROLE {role} LOGIN"))
        connection.execute(sa.text(f"GRANT ALL ON SCHEMA public TO {role}"))
        plain = make_app(DATABASE_URL=url.set(username=role).render_as_string(hide_password=False))
        with plain.app_context():
            config = migrate.migrations.get_config()
            config.attributes["quiet"] = True
            with pytest.raises(
                CommandError, match="CREATE EXTENSION pg_trgm; then run flask db upgrade again"
            ):
                command.upgrade(config, "search@head")
            db.session.remove()
            connection.execute(sa.text("CREATE EXTENSION pg_trgm"))
            connection.execute(sa.text("CREATE EXTENSION unaccent"))
            command.upgrade(config, "search@head")
            assert "search_document" in sa.inspect(db.engine).get_table_names()
            db.engine.dispose()
    engine.dispose()
