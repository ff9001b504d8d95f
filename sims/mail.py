"""Mail: written as a row in the transaction of its cause, sent by a job, tried again until it went out.

The request that causes a mail never waits for the mail server, and a server that is down loses nothing.
"""

import logging
import smtplib
import ssl
import sys
from contextlib import closing, suppress
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, mapped_column

from sims.clock import now
from sims.database import Base, UTCDateTime, affected, commit, db
from sims.jobs import enqueue

log = logging.getLogger(__name__)
TRIES = 12


class Mail(Base):
    """One mail to one person. The body is emptied once it is sent: it may hold a secret link."""

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
    message_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime] = mapped_column(UTCDateTime, default=now)
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    error: Mapped[str] = mapped_column(default="")


def send(recipient: str, subject: str, body: str) -> Mail:
    """Put a plain-text mail into the outbox; a job sends it after commit. Returns its row."""
    mail = Mail(
        recipient=recipient,
        subject=subject,
        body=body,
        message_id=make_msgid(domain="sims.invalid"),
    )
    db.session.add(mail)
    db.session.flush()
    enqueue(deliver, mail.id, on="high")
    return mail


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
        mail.sent_at, mail.body, mail.error = now(), "", ""
    commit()


def sweep() -> int:
    """The scheduled job that sends what is due and unsent, whatever became of its own job. Returns how many."""
    due = db.session.scalars(
        sa.select(Mail.id)
        .where(Mail.sent_at.is_(None), Mail.attempts < TRIES, Mail.next_try_at <= now())
        .order_by(Mail.next_try_at)
        .limit(1000)
    ).all()
    for mail_id in due:
        deliver(mail_id)
    return len(due)


def folder() -> Path:
    """Where `MAIL=file` puts its messages."""
    return Path(current_app.config["INSTANCE"]) / "mail"


def _message(mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = mail.recipient
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
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
