"""Mail: written as a row in the transaction of its cause, sent by a job, tried again until it went out.

The request that causes a mail never waits for the mail server, and a server that is down loses nothing. A mail goes
out twice only where this machine stops, or the connection breaks, between the server's taking it and our noting so;
it then has the same Message-ID, by which mail programs tell it is the same (docs/notifications.md).
"""

import logging
import re
import smtplib
import ssl
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime, timedelta
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import current_app
from jinja2 import Environment
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from sims.clock import now
from sims.database import Base, UTCDateTime, affected, commit, db
from sims.jobs import enqueue, repeatable

log = logging.getLogger(__name__)
TRIES = 12
FORMS = {"text": False, "html": True}
"""The forms a mail is written in, and whether what people typed is escaped in them."""


class Mail(Base):
    """One mail to one person. What it says is emptied once it is sent: it may hold a secret link.

    `key` says what it is about, where that must not be sent twice. `headers` come besides the usual ones.
    """

    __tablename__ = "core_mail"
    __table_args__ = (
        sa.Index(
            "ix_core_mail_unsent",
            "next_try_at",
            postgresql_where=sa.text("sent_at IS NULL"),
            sqlite_where=sa.text("sent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    error: Mapped[str] = mapped_column(default="")


def send(
    recipient: str,
    subject: str,
    body: str,
    *,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    key: str = "",
) -> Mail | None:
    """Put a mail into the outbox; a job sends it after commit. Returns its row.

    `html` is the same in HTML, for whoever prefers that. Where a mail of this `key` was written before, whoever
    did it, none is written and None returned.
    """
    values = {
        "recipient": recipient,
        "subject": subject,
        "body": body,
        "html": html,
        "headers": dict(headers or {}),
        "key": key or None,
        "message_id": make_msgid(domain="sims.invalid"),
    }
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Mail).values(values).on_conflict_do_nothing(index_elements=["key"])
    mail = db.session.scalar(statement.returning(Mail))
    if mail is not None:
        enqueue(deliver, mail.id, on="high")
    return mail


def render(template: str, **context: Any) -> tuple[str, str]:
    """What a mail says, as text and as HTML, from one template.

    The template writes with the macros of `form` (`sims/templates/mail/text.jinja` and `html.jinja` have the same
    ones) and need not know which of the two it is.
    """
    said = {
        form: _environment(form)
        .get_template(template)
        .render(**context, site_name=current_app.config["SITE_NAME"], form=f"mail/{form}.jinja")
        for form in FORMS
    }
    lines = "\n".join(line.rstrip() for line in said["text"].splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n", said["html"].strip() + "\n"


def _environment(form: str) -> Environment:
    """The templates of the application, read for one form of mail."""
    made: dict[str, Environment] = current_app.extensions.setdefault("sims.mail", {})
    if form not in made:
        made[form] = current_app.jinja_env.overlay(autoescape=FORMS[form])
    return made[form]


@repeatable
def deliver(mail_id: int) -> None:
    """The job that sends one mail. A refusal is noted in the row and tried again later, ever less often."""
    claim = timedelta(seconds=current_app.config["JOB_TIMEOUT"])  # no job is at it any longer
    claimed = affected(
        sa.update(Mail)
        .where(Mail.id == mail_id, Mail.sent_at.is_(None), Mail.attempts < TRIES)
        .where(Mail.next_try_at <= now())
        .values(attempts=Mail.attempts + 1, next_try_at=now() + claim)
    )
    commit()
    if not claimed:
        return
    mail = db.session.get_one(Mail, mail_id)
    try:
        message = _message(mail)
        commit()  # the mail server may take its time; nobody else waits for it
        TRANSPORTS[current_app.config["MAIL"]](message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("mail %s not sent: %s", mail_id, error)
        mail.error = str(error)[:500]
        mail.next_try_at = now() + timedelta(minutes=min(2**mail.attempts, 360))
    else:
        mail.sent_at, mail.body, mail.html, mail.error = now(), "", "", ""
    commit()


@repeatable
def sweep() -> int:
    """The scheduled job that sends what is due and unsent, whatever became of its own job. Returns how many.

    It ends well before its time is up, so that it is never stopped between sending a mail and noting it: a server
    that hangs takes `SMTP_TIMEOUT` for each, and what is left is due again next time.
    """
    until = time.monotonic() + current_app.config["JOB_TIMEOUT"] / 2
    due = db.session.scalars(
        sa.select(Mail.id)
        .where(Mail.sent_at.is_(None), Mail.attempts < TRIES, Mail.next_try_at <= now())
        .order_by(Mail.next_try_at)
        .limit(1000)
    ).all()
    tried = 0
    for mail_id in due:
        if time.monotonic() > until:
            break
        deliver(mail_id)
        tried += 1
    return tried


def folder() -> Path:
    """Where `MAIL=file` puts its messages."""
    return Path(current_app.config["INSTANCE"]) / "mail"


class _Address(UnstructuredHeader):
    """A header that is an address of a page: never folded, for Python would encode what is long, and no mail program
    reads that (RFC 2369, section 2: the brackets must stand as they are)."""

    def fold(self, *, policy: object) -> str:
        """The header as it is, in one line."""
        return f"{self.name}: {self}\n"  # type: ignore[attr-defined]


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _Address)  # type: ignore[arg-type]
POLICY = EmailPolicy(header_factory=_headers)


def _message(mail: Mail) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = mail.recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.body)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def _smtp(message: EmailMessage) -> None:
    config = current_app.config
    with closing(
        smtplib.SMTP(config["SMTP_HOST"], config["SMTP_PORT"], timeout=config["SMTP_TIMEOUT"])
    ) as server:
        if config["SMTP_STARTTLS"]:
            server.starttls(context=ssl.create_default_context())
        if config["SMTP_USER"]:
            server.login(config["SMTP_USER"], config["SMTP_PASSWORD"])
        server.send_message(message)
        with suppress(smtplib.SMTPException):  # it took the mail, however it says goodbye
            server.quit()


def _file(message: EmailMessage) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    name = message["Message-ID"].strip("<>").partition("@")[0]
    (folder() / f"{name}.eml").write_bytes(bytes(message))


def _console(message: EmailMessage) -> None:
    sys.stdout.write(f"{message}\n")


TRANSPORTS = {"smtp": _smtp, "file": _file, "console": _console}
