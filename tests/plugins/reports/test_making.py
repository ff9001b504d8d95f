"""Making reports: at once or by a worker, of one moment, kept with the rows they were drawn from, read by who sees them all."""

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import python_calamine
import sqlalchemy as sa
import time_machine

from plugins.reports import drawn, running, saving
from plugins.reports.models import Drawn, ReportConfig, ReportRun
from plugins.users import supervision
from sims import files, jobs, proofs, runs
from sims.clock import now
from sims.database import commit, db
from sims.errors import Invalid, Missing
from sims.files import File
from tests.factories import make_user
from tests.plugins.logbook.factories import make_entry, make_template

ROWS = "rows:logbook.entry"


@pytest.fixture
def people(app_context):
    """An admin, a supervisor with a PG who has three entries, and another PG of somebody else's with one."""
    make_template()
    supervisor = make_user("supervisor", username="head")
    pg = make_user("pg", supervisor=supervisor, username="trainee", last_name="Sönmez")
    for status in ("draft", "pending", "approved"):
        make_entry(pg, status=status, title="=1+1" if status == "draft" else "Herniotomy")
    make_entry(make_user("pg", supervisor=make_user("supervisor")))
    found = {"admin": make_user("admin"), "supervisor": supervisor, "pg": pg}
    commit()
    return found


def made(client, kind=ROWS, query="", **more):
    return client.post(f"/reports/make/{kind}", data={**parse_qs(query), "format": "csv", **more})


def lines(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_a_small_report_is_sent_at_once_and_holds_what_its_reader_sees(people, sign_in):
    assert len(lines(made(sign_in(people["pg"])))) == 1 + 3
    assert len(lines(made(sign_in(people["supervisor"])))) == 1 + 3
    assert len(lines(made(sign_in(people["admin"])))) == 1 + 4
    assert len(lines(made(sign_in(people["admin"]), query="status=approved"))) == 1 + 1
    answer = made(sign_in(people["pg"]), format="xlsx")
    sheet = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(answer.data)
    ).get_sheet_by_index(0)
    assert "=1+1" in [row[0] for row in sheet.to_python()]
    assert made(sign_in(people["pg"]), format="pdf").data.startswith(b"%PDF-")


def test_a_built_report_has_the_columns_groups_and_order_that_were_asked_for(people, sign_in):
    client = sign_in(people["pg"])
    head, *rows = lines(made(client, query="columns=title&columns=status&sort=date"))
    assert head == ["What", "Status"]
    assert len(rows) == 3
    head, *rows = lines(made(client, query="group=status"))
    assert head == ["Status", "Number", "Share"]
    assert [row[:2] for row in rows] == [
        ["Draft", "1"],
        ["Waiting for review", "1"],
        ["Approved", "1"],
    ]
    page = client.get(f"/reports/new/{ROWS}?group=status&group=month")
    assert b"Waiting for review" in page.data


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("columns=password_hash", "have no column called password_hash"),
        ("group=hospital", "can&#39;t be grouped by hospital"),
        ("group=status&group=role&group=year", "2 things at most"),
        ("from=yesterday", "From"),
        ("format=docx", "does not come in this format"),
    ],
)
def test_what_can_not_be_made_is_said_and_nothing_is(people, sign_in, query, said):
    answer = sign_in(people["pg"]).get(f"/reports/new/{ROWS}?{query}")
    assert answer.status_code == 422
    assert said in answer.text


def test_a_report_that_is_not_there_or_not_theirs_is_not_found(people, sign_in):
    client = sign_in(people["pg"])
    for kind in (
        "theses.list",
        "rows:theses.thesis",
        "users.people",
        "reports.workload",
        "rows:bulk",
    ):
        assert client.get(f"/reports/new/{kind}").status_code == 404
        assert made(client, kind).status_code == 404


def run_of(person, kind=ROWS, options=None, format="csv") -> ReportRun:
    run = running.begin(kind, options or {}, format, actor=person)
    commit()
    return run


def fresh(run: ReportRun) -> ReportRun:
    return db.session.get_one(ReportRun, run.id, populate_existing=True)


def test_a_long_report_goes_to_a_worker_and_is_kept_for_thirty_days(
    people, sign_in, run_jobs, app_context
):
    app_context.config["REPORTS_AT_ONCE"] = 2
    client = sign_in(people["pg"])
    answer = made(client, format="xlsx")
    assert answer.status_code == 302
    run_jobs()
    page = client.get(answer.location)
    assert b"Download the Excel" in page.data
    file = client.get(f"{answer.location}/file")
    assert file.data.startswith(b"PK")
    assert "attachment" in file.headers["Content-Disposition"]
    [run] = db.session.scalars(sa.select(ReportRun))
    assert (run.status, run.total) == ("completed", 3)
    with time_machine.travel(now() + timedelta(days=31), tick=True):
        assert running.forget() == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == 0
    assert client.get(f"{answer.location}/file").status_code == 404
    assert "this one was deleted" in client.get(answer.location).text


def test_a_pdf_of_too_many_rows_is_refused_in_words(people, sign_in, app_context):
    app_context.config["REPORTS_PDF_ROWS"] = 2
    answer = made(sign_in(people["pg"]), format="pdf")
    assert answer.status_code == 422
    assert "take XLSX or CSV" in answer.text
    assert made(sign_in(people["pg"])).status_code == 200


def test_a_paper_remembers_its_rows_and_is_read_only_by_who_sees_them_all_now(
    people, sign_in, run_jobs
):
    run = run_of(people["supervisor"])
    run_jobs()
    [source] = db.session.scalars(sa.select(Drawn).where(Drawn.run_id == run.id))
    assert (source.record, len(drawn.ids_of(source))) == ("logbook.entry", 3)
    address = f"/reports/made/{run.id}"
    assert sign_in(people["supervisor"]).get(f"{address}/file").status_code == 200
    assert sign_in(people["admin"]).get(f"{address}/file").status_code == 200
    assert sign_in(people["pg"]).get(address).status_code == 404
    token = fresh(run).token
    for person in people.values():  # not by the common address of files either
        assert sign_in(person).get(f"/files/{token}").status_code == 404
    other = make_user("supervisor")
    supervision.assign(people["pg"], other.id, actor=people["admin"], reason="Moved")
    commit()
    client = sign_in(people["supervisor"])
    assert client.get(f"{address}/file").status_code == 404
    assert "or no longer see" in client.get(address).text


def test_a_paper_of_more_rows_than_are_kept_is_for_who_sees_everything(
    people, monkeypatch, run_jobs
):
    monkeypatch.setattr(drawn, "MOST_KEPT", 1)
    run = run_of(people["supervisor"])
    run_jobs()
    [source] = db.session.scalars(sa.select(Drawn).where(Drawn.run_id == run.id))
    assert (source.ids, source.count) == (None, 3)
    assert drawn.all_visible(source, people["admin"])
    assert not drawn.all_visible(source, people["supervisor"])


def test_a_killed_worker_leaves_nothing_and_the_report_is_made_by_another(people, run_jobs):
    run = run_of(people["pg"])
    jobs.connection().flushall()  # the job is lost with its worker
    db.session.execute(
        sa.update(ReportRun).values(
            status="running", claimed_by="gone", claimed_until=now() - timedelta(seconds=1)
        )
    )
    commit()
    assert runs.sweep() == 1
    run_jobs()
    found = fresh(run)
    assert (found.status, found.retry_count) == ("completed", 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == 1


def test_a_report_that_is_stopped_or_whose_disk_is_full_keeps_nothing(
    people, run_jobs, monkeypatch
):
    run = run_of(people["pg"])
    runs.cancel(run)
    commit()
    run_jobs()
    assert fresh(run).status == "cancelled"

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("plugins.reports.running.write", full)
    broken = run_of(people["pg"])
    with pytest.raises(OSError, match="No space"):
        runs.carry_on("reports.run", broken.id)
    found = fresh(broken)
    assert found.status == "failed"
    assert found.error
    assert db.session.scalar(sa.select(sa.func.count()).select_from(File)) == 0


def test_what_changed_while_it_is_written_is_not_in_it(people, app_context):
    """On PostgreSQL by its snapshot; SQLite keeps readers and writers apart in the same way."""
    from sims.database import snapshot

    with snapshot():
        before = db.session.scalar(sa.text("SELECT count(*) FROM logbook_logbookentry"))
        with db.engine.begin() as other:
            other.execute(sa.text("UPDATE logbook_logbookentry SET status = 'archived'"))
        query = sa.text("SELECT count(*) FROM logbook_logbookentry WHERE status <> 'archived'")
        assert db.session.scalar(query) == before
    assert db.session.scalar(query) == 0


def test_a_saved_report_is_used_by_the_role_it_is_shared_with_each_with_their_own_eyes(
    people, sign_in
):
    admin = sign_in(people["admin"])
    form = {
        "columns": "title",
        "format": "csv",
        "save_as": "Titles",
        "shared_with": "supervisor",
    }
    assert admin.post(f"/reports/save/{ROWS}", data=form).status_code == 302
    config_id = db.session.scalar(sa.select(ReportConfig.id))
    address = f"/reports/saved/{config_id}"
    assert len(lines(admin.post(f"{address}/make"))) == 1 + 4
    client = sign_in(people["supervisor"])
    assert b"Titles" in client.get("/reports").data
    assert len(lines(client.post(f"{address}/make"))) == 1 + 3
    assert client.post(f"{address}/remove").status_code == 404
    assert sign_in(people["pg"]).post(f"{address}/make").status_code == 404
    assert admin.post(f"/reports/save/{ROWS}", data=form | {"save_as": " "}).status_code == 422
    assert admin.post(f"{address}/remove").status_code == 302
    with pytest.raises(Missing):
        saving.find(config_id, people["admin"])


def test_a_portfolio_can_be_checked_by_anybody_and_says_whether_its_rows_were_changed(
    people, client, run_jobs
):
    run = run_of(people["pg"], "reports.portfolio", {"person": people["pg"].id}, "pdf")
    run_jobs()
    found = fresh(run)
    assert found.status == "completed", found.error
    [proof] = db.session.scalars(sa.select(proofs.Proof))
    page = client.get(f"/verify/{proof.shown_code}").text
    assert "Genuine and valid" in page
    assert "Logbook entries" in page
    assert "Unchanged since" in page
    assert "Herniotomy" not in page
    entry = make_entry(people["pg"])
    commit()
    assert (
        "Unchanged since" in client.get(f"/verify/{proof.shown_code}").text
    )  # a new one is not on the paper
    entry_id = drawn.ids_of(
        next(d for d in db.session.scalars(sa.select(Drawn)) if d.record == "logbook.entry")
    )[0]
    db.session.execute(
        sa.text("UPDATE logbook_logbookentry SET updated_at = :then WHERE id = :id"),
        {
            "then": (now() + timedelta(hours=1)).replace(tzinfo=None)
            if db.engine.dialect.name == "sqlite"
            else now() + timedelta(hours=1),
            "id": entry_id,
        },
    )
    commit()
    assert "rows were changed after" in client.get(f"/verify/{proof.shown_code}").text
    assert entry.id != entry_id
    assert files.by_token(found.token)


def test_a_supervisor_makes_no_portfolio_of_somebody_elses_pg(people, sign_in):
    stranger = sign_in(make_user("supervisor"))
    asked = f"about={people['pg'].id}"
    assert made(stranger, "reports.portfolio", asked, format="pdf").status_code == 404
    page = stranger.get("/reports/new/reports.portfolio?who=nmez")
    assert "Nobody whom you see" in page.text
    assert (
        "Sönmez"
        in sign_in(people["supervisor"]).get("/reports/new/reports.portfolio?who=nmez").text
    )


def test_asking_again_for_the_same_pages_costs_the_same_queries_however_many_rows(
    people, sign_in, count_queries
):
    client = sign_in(people["pg"])

    def queries() -> int:
        with count_queries() as sent:
            assert client.get(f"/reports/new/{ROWS}").status_code == 200
        return len(sent)

    before = queries()
    for _ in range(30):
        make_entry(people["pg"])
    commit()
    assert queries() == before
    with pytest.raises(Invalid):
        running.begin(ROWS, {"columns": ["nothing"]}, "csv", actor=people["pg"])
