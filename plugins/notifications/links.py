"""Addresses: where a notification leads, and the link that switches a kind of mail off."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from plugins.notifications.models import Notification
from sims import access
from sims.addresses import path_to, site
from sims.errors import Missing


def link_of(notification: Notification) -> str:
    """Where a notification leads; nowhere, if what it is about belongs to a plugin that is off."""
    if notification.link or not notification.row_id:
        return notification.link
    record = access.record_of(notification.table)
    return path_to(record.endpoint, id=notification.row_id) if record else ""


def whole(path: str) -> str:
    """A path of SIMS as a mail needs it; empty for no path, and where nobody said how this site is reached."""
    return f"{site()}{path}" if path and site() else ""


def stop_url(person_id: int, kind: str) -> str:
    """The address that switches the mails of `kind` off for a person, without a login (RFC 8058)."""
    return whole(path_to("notifications.stop", secret=_signer().dumps([person_id, kind])))


def stop_headers(person_id: int, kind: str) -> dict[str, str]:
    """What lets a mail program offer to unsubscribe by one press; nothing where this site has no address."""
    url = stop_url(person_id, kind)
    if not url:
        return {}
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def read_stop(secret: str) -> tuple[int, str]:
    """The person and the kind of such a link. Raises `Missing` for one that SIMS has not made."""
    try:
        person_id, kind = _signer().loads(secret)
    except (BadSignature, ValueError) as error:
        raise Missing("This link is not complete. Open it from the mail again.") from error
    return person_id, kind


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="notifications.stop")
