"""The example of a third party: its own distribution, installed for real and used through real requests."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "docs" / "example-plugin"
ALL = ("users", "catalogue", "rotations", "logbook", "notifications")

SCRIPT = """
import sys
from sims.app import create_app
from sims import migrate
from sims.database import commit, db
from alembic import command

app = create_app({settings!r})
client = app.test_client()
with app.app_context():
    migrate.upgrade(quiet=True)
    from tests.factories import make_user
    supervisor = make_user("supervisor")
    pg = make_user("pg", supervisor=supervisor)
    other = make_user("pg", supervisor=supervisor)
    people = [person.id for person in (pg, supervisor, other)]
    commit()

from flask_login import FlaskLoginClient
app.test_client_class = FlaskLoginClient

def as_(number):
    from plugins.users.models import User
    with app.app_context():
        return app.test_client(user=db.session.get(User, number))

pg, supervisor, other = people
form = {{"title": "Drains after appendicectomy", "started": "2026-01-05", "summary": ""}}
assert as_(pg).post("/research/projects/new", data=form).status_code == 302
refused = as_(pg).post("/research/projects/1/do/submit")
assert refused.status_code == 422 and "Write a summary" in refused.text
edited = as_(pg).post("/research/projects/1/edit", data=form | {{"summary": "A cohort.", "version": "1", "then": "submit"}})
assert edited.status_code == 302, edited.text
assert as_(other).get("/research/projects/1").status_code == 404
assert "Drains" not in as_(other).get("/research/projects").text
assert "Drains" in as_(supervisor).get("/research/projects/queue").text
sent = as_(supervisor).post("/research/projects/queue/1", data={{"decision": "return", "feedback": "How many?"}})
assert sent.status_code == 302
assert "How many?" in as_(pg).get("/notifications").text or "Returned" in as_(pg).get("/notifications").text
assert "Research" in as_(pg).get("/").text
assert as_(pg).get("/research/projects/1/history").status_code == 200
assert "Drains" in as_(pg).get("/research/projects/export.csv").text
with app.app_context():
    command.downgrade(migrate.migrations.get_config(), "research@base")
    assert not [name for name in __import__("sqlalchemy").inspect(db.engine).get_table_names() if name.startswith("research")]
print("exercised")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder with the example installed into it by pip, as an integrator would."""
    folder = tmp_path_factory.mktemp("site")
    source = folder / "source"
    shutil.copytree(EXAMPLE, source)
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*command, "--target", str(folder / "packages"), str(source)], check=True)
    return folder / "packages"


def run(script: str, site: Path, **environ: str) -> str:
    """What a script prints in a process that finds the example."""
    import os

    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT, text=True, capture_output=True, timeout=120, check=False,
        env=os.environ | {"PYTHONPATH": f"{site}:{ROOT}"} | environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("kind", ["postgresql"])
def test_an_integrator_needs_nothing_but_the_contract(
    kind, site, new_database, valkey_url, tmp_path
):
    settings = {
        "ENV": "testing",
        "PLUGINS": (*ALL, "research"),
        "DATABASE_URL": new_database(kind),
        "REDIS_URL": valkey_url,
        "INSTANCE": str(tmp_path),
    }
    assert "exercised" in run(SCRIPT.format(settings=settings), site)


def test_installed_but_off_it_is_not_there(site, tmp_path):
    script = f"""
import sys
from sims.app import create_app
app = create_app({{"ENV": "testing", "PLUGINS": {ALL!r}, "INSTANCE": {str(tmp_path)!r}}})
assert "sims_research" not in sys.modules
assert app.test_client().get("/research/projects").status_code == 404
"""
    run(script, site)


def test_it_stays_small():
    lines = sum(
        sum(1 for line in path.read_text().splitlines() if line.strip())
        for path in (EXAMPLE / "sims_research").glob("*.py")
    )
    assert lines <= 155
