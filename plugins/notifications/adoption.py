"""What people were told by a Django SIMS (read and unread, none of it told again), and how they want to be told."""

from collections.abc import Mapping
from typing import Any

from plugins.notifications import kinds
from plugins.notifications.models import EMAIL_MODES, Notification, NotificationPreference
from sims.adopting.old import Old, carry, chosen, stamps
from sims.contracts import Adopted


def notification(row: Mapping[str, Any], old: Old) -> Mapping[str, Any] | None:
    """A notification in the application; mails were sent, or never will be."""
    if row.get("channel", "in_app") != "in_app":
        return None
    columns = (
        "recipient_id",
        "actor_id",
        "verb",
        "title",
        "body",
        "is_read",
        "read_at",
        "created_at",
    )
    return {
        **dict(carry(row, *columns)),
        "kind": "adopted",
        "channel": "in_app",
        "dedupe": f"adopted:{row['id']}",
    }


def preference(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """How a person wants to be told of one kind. Raises `ValueError` for a kind or a way that is none here."""
    name = row["kind"].replace("_", ".", 1) if row["kind"] not in kinds.every() else row["kind"]
    return {
        "person_id": row["user_id"], "kind": chosen("kind", name, tuple(kinds.every())),
        "email": chosen("way", row.get("email") or "off", EMAIL_MODES), **dict(carry(row, "in_app")), **stamps(row),
    }  # fmt: skip


ADOPTED = (
    Adopted(source="notifications_notification", model=Notification, values=notification),
    Adopted(
        source="notifications_notificationpreference",
        model=NotificationPreference,
        values=preference,
    ),
)
