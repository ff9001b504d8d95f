"""Mail: kept as a row, sent once, tried again ever less often, whatever the mail server does."""

import contextvars
import email
import email.policy
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, current_app
from jinja2 import ChoiceLoader, DictLoader

from sims import clock, mail
from sims.database import commit, db
from sims.mail import Mail

HERE = ip_address("127.0.0.1")
PATIENCE = 30
"""Seconds a test waits for another thread before it fails."""


class Inbox(Sink):
    """A mail server's far end: keeps what it takes, and answers as told."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: list[str] = []
        self.goodbye = ""
        self.tls: ssl.SSLContext | None = None
        self.busy: Callable[[], None] = lambda: None
        self.refuses_from = False

    async def handle_MAIL(self, server, session, envelope, address, options) -> str:
        if self.refuses_from:
            return "421 Closed for maintenance"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append(envelope.content)
        self.busy()
        if answer == "drop":
            server.transport.abort()
        return answer

    async def handle_QUIT(self, server, session, envelope) -> str:
        if self.goodbye == "drop":
            server.transport.abort()
        return self.goodbye or "221 Bye"


class Server(Controller):
    """A mail server on a port of its own."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, enable_SMTPUTF8=True, tls_context=self.handler.tls)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def inbox(app_context: Flask) -> Iterator[Inbox]:
    """A real mail server on this machine; the application sends through it."""
    inbox = Inbox()
    server = Server(inbox, hostname="127.0.0.1", port=0)
    server.start()
    app_context.config.update(MAIL="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=server.port)
    app_context.config["SMTP_TIMEOUT"] = 1
    yield inbox
    server.stop()


def write(**given: Any) -> Mail:
    texts = {"recipient": "pg@example.org", "subject": "Returned", "body": "Please mend it."}
    row = mail.send(**texts | given)
    commit()
    return row


def content(message: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(message, policy=email.policy.default)


def test_a_mail_goes_out_after_commit_by_a_job(inbox, run_jobs):
    row = mail.send("pg@example.org", "Returned", "Please mend it.")
    assert row.sent_at is None
    run_jobs()
    [message] = map(content, inbox.taken)
    assert (message["To"], message["Subject"]) == ("pg@example.org", "Returned")
    assert message.get_content().strip() == "Please mend it."
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert row.sent_at


def test_a_rolled_back_mail_is_never_sent(inbox, run_jobs):
    mail.send("pg@example.org", "Returned", "Please mend it.")
    db.session.rollback()
    run_jobs()
    assert inbox.taken == []
    assert db.session.scalars(sa.select(Mail)).all() == []


def test_the_body_is_emptied_once_it_is_sent(inbox):
    row = write(body="Your secret link: https://…")
    mail.deliver(row.id)
    assert (row.body, row.error, row.attempts) == ("", "", 1)


def test_a_mail_is_text_and_html_in_one(inbox):
    row = write(body="Please mend it.", html="<p>Please <b>mend</b> it.</p>")
    mail.deliver(row.id)
    [message] = map(content, inbox.taken)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message.get_body(["plain"]).get_content().strip() == "Please mend it."
    assert message.get_body(["html"]).get_content().strip() == "<p>Please <b>mend</b> it.</p>"
    assert (row.body, row.html) == ("", "")


def test_a_long_address_among_the_headers_arrives_as_it_is(inbox):
    """Python folds and encodes what is long; no mail program reads an address so (RFC 2369)."""
    address = f"<https://sims.example.org/notifications/stop/{'x' * 200}>"
    one_click = {
        "List-Unsubscribe": address,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mail.deliver(write(headers=one_click).id)
    lines = inbox.taken[0].decode().splitlines()
    assert f"List-Unsubscribe: {address}" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_a_header_with_a_line_break_sends_nothing(inbox):
    row = write(headers={"List-Unsubscribe": "<https://x>\r\nBcc: all@example.org"})
    mail.deliver(row.id)
    assert inbox.taken == []
    assert row.error


def test_a_second_mail_of_the_same_key_is_not_written(inbox):
    first = write(key="digest-1-2026-11-22")
    assert mail.send("pg@example.org", "Again", "Again.", key="digest-1-2026-11-22") is None
    commit()
    assert write(key="digest-1-2026-11-23").id != first.id
    assert write().key is None
    assert mail.sweep() == 3
    assert mail.send("pg@example.org", "Again", "Again.", key="digest-1-2026-11-22") is None


def test_of_two_that_write_the_same_mail_at_once_one_does(inbox):
    ready = threading.Barrier(3)

    def work() -> None:
        ready.wait(PATIENCE)
        write(key="notification-1")

    jobs = [in_thread(work) for _ in range(3)]
    for job in jobs:
        job.join(PATIENCE)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mail)) == 1


def test_letters_of_every_language_arrive(inbox):
    mail.deliver(write(subject="Überprüfung für ڈاکٹر", body="Bitte ändern — شکریہ").id)
    [message] = map(content, inbox.taken)
    assert message["Subject"] == "Überprüfung für ڈاکٹر"
    assert message.get_content().strip() == "Bitte ändern — شکریہ"


def test_a_subject_with_line_breaks_adds_no_header(inbox):
    mail.deliver(write(subject="Returned\r\nBcc: all@example.org\n\nFree words").id)
    [message] = map(content, inbox.taken)
    assert message["Bcc"] is None
    assert message["Subject"] == "Returned Bcc: all@example.org Free words"


def test_an_impossible_recipient_is_noted_and_holds_nobody_else_up(inbox):
    bad = write(recipient="pg@example.org\nBcc: all@example.org")
    good = write()
    assert mail.sweep() == 2
    assert (bad.sent_at, bool(bad.error)) == (None, True)
    assert good.sent_at
    assert len(inbox.taken) == 1


def test_a_refusal_is_noted_and_tried_again_ever_less_often(inbox):
    inbox.answers = ["550 No such mailbox"] * 20
    row, waits = write(), []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(mail.TRIES):
            mail.deliver(row.id)
            waits.append(row.next_try_at - clock.now())
            traveller.move_to(row.next_try_at)
    assert "No such mailbox" in row.error
    assert row.body
    assert waits[:4] == [timedelta(minutes=minutes) for minutes in (2, 4, 8, 16)]
    assert waits == sorted(waits)
    assert max(waits) == timedelta(hours=6)


def test_nothing_is_tried_before_its_time_nor_for_ever(inbox):
    inbox.answers = ["550 No such mailbox"]
    row = write()
    mail.deliver(row.id)
    mail.deliver(row.id)
    assert (row.attempts, mail.sweep()) == (1, 0)
    row.attempts, row.next_try_at = mail.TRIES, clock.now()
    commit()
    assert mail.sweep() == 0


def test_the_next_try_sends_it(inbox):
    inbox.answers = ["451 Come back later"]
    row = write()
    mail.deliver(row.id)
    with time_machine.travel(row.next_try_at, tick=False):
        assert mail.sweep() == 1
    assert row.sent_at
    assert row.error == ""
    assert len(inbox.taken) == 1


def test_a_server_that_drops_the_connection_before_it_answers_is_tried_again(inbox):
    inbox.answers = ["drop"]
    row = write()
    mail.deliver(row.id)
    assert row.sent_at is None
    assert inbox.taken == []
    with time_machine.travel(row.next_try_at, tick=False):
        mail.sweep()
    assert row.sent_at
    assert len(inbox.taken) == 1


def test_a_server_that_takes_nobody_in_gets_everything_later(inbox):
    inbox.refuses_from = True
    rows = [write(recipient=f"pg{number}@example.org") for number in range(3)]
    assert mail.sweep() == 3
    assert all("Closed for maintenance" in row.error for row in rows)
    inbox.refuses_from = False
    with time_machine.travel(max(row.next_try_at for row in rows), tick=False):
        assert mail.sweep() == 3
    assert len(inbox.taken) == 3


def test_a_sweep_ends_before_its_time_is_up(inbox, app_context):
    """A job stopped by its time limit between sending and noting would send again."""
    write(), write()
    app_context.config["JOB_TIMEOUT"] = 0
    assert mail.sweep() == 0
    app_context.config["JOB_TIMEOUT"] = 600
    assert mail.sweep() == 2


def test_a_server_that_is_down_is_tried_again(app_context):
    app_context.config.update(MAIL="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=1)
    row = write()
    mail.deliver(row.id)
    assert (row.sent_at, row.attempts) == (None, 1)
    assert "refused" in row.error


def test_a_server_that_hangs_is_left_after_the_timeout(inbox):
    release = threading.Event()
    inbox.busy, inbox.answers = lambda: release.wait(PATIENCE), ["451 Too late"]
    row = write()
    mail.deliver(row.id)
    release.set()
    assert row.sent_at is None
    assert "timed out" in row.error


def test_while_a_job_waits_for_the_mail_server_others_can_write(inbox, app_context):
    app_context.config["SMTP_TIMEOUT"] = PATIENCE
    reached, release = threading.Event(), threading.Event()

    def hang() -> None:
        reached.set()
        release.wait(PATIENCE)

    inbox.busy = hang
    row_id = write().id
    commit()
    job = in_thread(mail.deliver, row_id)
    assert reached.wait(PATIENCE)
    write(recipient="meanwhile@example.org")
    release.set()
    job.join(PATIENCE)
    db.session.expire_all()
    assert db.session.get_one(Mail, row_id).sent_at


@pytest.mark.parametrize("goodbye", ["drop", "421 Too many connections"])
def test_what_the_server_took_is_sent_however_it_says_goodbye(inbox, goodbye):
    inbox.goodbye = goodbye
    row = write()
    mail.deliver(row.id)
    assert row.sent_at
    assert len(inbox.taken) == 1


def test_a_mail_is_never_sent_twice(inbox, run_jobs):
    row = write()
    row_id = row.id
    commit()
    ready = threading.Barrier(4)
    jobs = [in_thread(lambda: (ready.wait(), mail.deliver(row_id))) for _ in range(4)]
    for job in jobs:
        job.join(PATIENCE)
    run_jobs()
    mail.deliver(row_id)
    mail.sweep()
    assert len(inbox.taken) == 1


def in_thread(work: Callable[..., object], *arguments: object) -> threading.Thread:
    """Run `work` in a thread, in an application context of its own, as a worker would."""
    app = current_app._get_current_object()

    def run() -> None:
        with app.app_context():
            work(*arguments)

    thread = threading.Thread(target=contextvars.Context().run, args=(run,), daemon=True)
    thread.start()
    return thread


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """The certificate of a server for which nobody vouches but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(HERE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (tmp_path / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    return context


def test_mail_travels_encrypted(inbox, certificate, tmp_path, app_context, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    app_context.config["SMTP_STARTTLS"], inbox.tls = True, certificate
    row = write()
    mail.deliver(row.id)
    assert (row.error, len(inbox.taken)) == ("", 1)


def test_a_server_for_which_nobody_vouches_gets_nothing(inbox, certificate, app_context):
    app_context.config["SMTP_STARTTLS"], inbox.tls = True, certificate
    row = write()
    mail.deliver(row.id)
    assert inbox.taken == []
    assert "CERTIFICATE_VERIFY_FAILED" in row.error


LETTER = """{% import form as m with context %}
{% call m.letter("Returned", why="You review it.", links=[("Stop", "https://x/stop"), ("No", "")]) %}
{{ m.p("Dear Dr <O'Neil> & Co, " ~ "this is a long sentence. " * 8) }}
{{ m.heading("Entries") }}
{{ m.item("Hernia <repair>", "3 days ago", "https://x/1") }}
{{ m.quote("Add this:\n\nthe & indication") }}
{{ m.button("Open", "https://x/" ~ "y" * 90) }}
{% endcall %}"""


@pytest.fixture
def letter(app_context: Flask) -> Iterator[tuple[str, str]]:
    """A mail written with every macro there is, as text and as HTML."""
    kept = app_context.jinja_env.loader
    app_context.jinja_env.loader = ChoiceLoader([DictLoader({"letter.jinja": LETTER}), kept])
    app_context.extensions.pop("sims.mail", None)
    yield mail.render("letter.jinja")
    app_context.jinja_env.loader = kept
    app_context.extensions.pop("sims.mail", None)


def test_one_template_makes_a_text_people_can_read(letter):
    text, _ = letter
    assert "Returned\n========\n" in text
    assert "Dear Dr <O'Neil> & Co," in text
    assert "* Hernia <repair>\n  3 days ago\n  https://x/1\n" in text
    assert "> Add this:\n>\n> the & indication" in text
    assert f"Open:\nhttps://x/{'y' * 90}\n" in text
    assert "You review it." in text
    assert "Stop:\nhttps://x/stop" in text
    assert "No:" not in text
    lines = text.splitlines()
    assert all(len(line) <= 72 for line in lines if "https" not in line)
    assert "\n\n\n" not in text


def test_and_the_same_in_html_with_nothing_live_in_it(letter):
    _, html = letter
    assert "Dear Dr &lt;O&#39;Neil&gt; &amp; Co" in html
    assert '<a style="color:#0b5cad;" href="https://x/1">Hernia &lt;repair&gt;</a>' in html
    assert "the &amp; indication" in html
    assert f'href="https://x/{"y" * 90}"' in html
    assert not any(word in html for word in ("<table", "<img", "<script", "<link"))


def test_mail_can_go_into_files(app_context):
    row = write()
    mail.deliver(row.id)
    [path] = mail.folder().iterdir()
    assert path.suffix == ".eml"
    assert content(path.read_bytes())["To"] == "pg@example.org"
    assert row.sent_at


def test_mail_can_go_to_the_console(app_context, capsys):
    app_context.config["MAIL"] = "console"
    row = write()
    mail.deliver(row.id)
    assert "Subject: Returned" in capsys.readouterr().out
    assert row.sent_at


def test_a_mail_that_is_gone_is_no_fault(app_context):
    assert mail.deliver(12345) is None
