"""What people were told by a Django SIMS: read and unread, none of it told again."""

from collections.abc import Mapping
from typing import Any

from plugins.notifications.models import Notification
from sims.adopting.old import Old, carry
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


ADOPTED = (Adopted(source="notifications_notification", model=Notification, values=notification),)
