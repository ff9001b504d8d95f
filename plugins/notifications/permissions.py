"""Everybody has notifications, and only their own."""

from sims.contracts import Permission

PERMISSIONS = (
    Permission(
        name="notifications.notification.view",
        label="See one's own notifications",
        roles=("admin", "supervisor", "pg"),
    ),
)
